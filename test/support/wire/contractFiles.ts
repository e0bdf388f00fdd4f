import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';

const DOCS = join(PROJECT_ROOT, 'docs');
/** Seen from docs, where the AsyncAPI document lies. */
const SCHEMA_FOLDER = 'schemas';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

interface Message {
  /** loadgate.event/1 */
  readonly name: string;
  readonly contentType: string;
  /** Path of the schema of the message itself; absent: it is a compact JWS. */
  readonly schema?: string;
  /** Paths of the schemas of what a JWS of it carries. */
  readonly jwsPayloads: readonly string[];
}

export interface Channel {
  readonly address: string;
  /** The topics of this channel. */
  readonly pattern: RegExp;
  readonly isRetained: boolean;
  readonly messages: readonly Message[];
}

/** What is published of the contract under docs, read from the files alone: nothing of the program that wrote them takes part. */
export interface PublishedContract {
  /** The schemas of the messages by their path seen from docs. */
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** The AsyncAPI document. */
  readonly asyncApi: JsonObject;
  readonly channels: readonly Channel[];
}

export function readContract(): PublishedContract {
  const names = readdirSync(join(DOCS, SCHEMA_FOLDER));
  const asyncApi = readJson('asyncapi.json');
  return {
    schemas: new Map(names.map((name) => [`${SCHEMA_FOLDER}/${name}`, readJson(`${SCHEMA_FOLDER}/${name}`)])),
    asyncApi,
    channels: Object.entries(at(asyncApi, 'channels')).map(([name, channel]) =>
      channelOf(asyncApi, name, channel),
    ),
  };
}

function channelOf(asyncApi: JsonObject, name: string, channel: Json): Channel {
  const address = String(at(channel).address);
  const operation = Object.values(at(asyncApi, 'operations')).find(
    (one) => at(one, 'channel').$ref === `#/channels/${name}`,
  );
  const references = Object.values(at(channel, 'messages'));
  return {
    address,
    pattern: new RegExp(`^${address.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    isRetained: at(operation, 'bindings', 'mqtt').retain === true,
    messages: references.map((reference) => messageOf(follow(asyncApi, reference))),
  };
}

function messageOf(message: JsonObject): Message {
  const payload = at(message, 'payload');
  const payloads = (message['x-jws-payloads'] ?? []) as readonly JsonObject[];
  return {
    name: String(message.name),
    contentType: String(message.contentType),
    ...(payload.schema === undefined ? {} : { schema: String(at(payload, 'schema').$ref) }),
    jwsPayloads: payloads.map(({ $ref }) => String($ref)),
  };
}

function follow(asyncApi: JsonObject, reference: Json): JsonObject {
  const path = String(at(reference).$ref).replace('#/', '');
  return at(asyncApi, ...path.split('/'));
}

function at(value: Json | undefined, ...path: readonly string[]): JsonObject {
  let found = value;
  for (const name of path) found = (found as JsonObject | undefined)?.[name];
  if (typeof found !== 'object' || found === null)
    throw new Error(`docs/asyncapi.json: no ${path.join('/')}`);
  return found as JsonObject;
}

function readJson(path: string): JsonObject {
  return JSON.parse(readFileSync(join(DOCS, path), 'utf8'));
}
