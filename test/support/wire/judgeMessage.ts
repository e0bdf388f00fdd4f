import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type JsonObject, readContract } from './contractFiles.ts';

/** A message as it went over the wire. */
export interface WireMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** As whoever published it has said. */
  readonly isRetained: boolean;
  /** It came before and comes once more: one that was asked for is not retained, since the broker goes on holding the newest. */
  readonly isRepeated?: boolean;
}

/** A message that was understood: the object on the wire, and what a JWS in it or instead of it carries. */
export interface WireJudgement {
  /** Of both; empty where nothing could be made of it. */
  readonly objects: readonly JsonObject[];
  /** What is wrong with it by the published contract. */
  readonly complaints: readonly string[];
}

const contract = readContract();
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
ajv.addVocabulary(['x-purpose', 'x-purpose-when']);
const validators = new Map<string, ValidateFunction>(
  [...contract.schemas].map(([path, schema]) => [path, ajv.compile(schema)]),
);

/** By the files that are published under docs and a validator that knows nothing of this product. */
export function judgeMessage(message: WireMessage): WireJudgement {
  try {
    return { objects: readMessage(message), complaints: [] };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const { topic, payload } = message;
    const text = payload.toString();
    const shown = text.length > 1_000 ? `${text.slice(0, 1_000)} …` : text;
    return { objects: [], complaints: [`${topic}: ${error.message}: ${shown}`] };
  }
}

/** What is wrong with an object by one of the published schemas; nothing when it is as it should be. */
function findMistakes(path: string, value: unknown): string | undefined {
  const isValid = validators.get(path);
  if (isValid === undefined) return `there is no ${path}`;
  return isValid(value) ? undefined : `against ${path}: ${wordsOf(isValid.errors ?? [])}`;
}

/** The path of the schema that an object names itself. */
export function schemaPathOf({ schema }: JsonObject): string {
  return `schemas/${String(schema)
    .replace(/^loadgate\./, '')
    .replace('/', '.')}.json`;
}

class Wrong extends Error {}

function readMessage({ topic, payload, isRetained, isRepeated = false }: WireMessage): readonly JsonObject[] {
  const channel = contract.channels.find(({ pattern }) => pattern.test(topic));
  if (channel === undefined) throw new Wrong('belongs to no channel');
  if (isRetained && !channel.isRetained) throw new Wrong('expected one that is not retained');
  if (!isRetained && channel.isRetained && !isRepeated) throw new Wrong('expected a retained message');
  const text = payload.toString();
  const isJws = channel.messages.every(({ contentType }) => contentType === 'application/jose');
  if (isJws)
    return [
      readJws(
        text,
        channel.messages.flatMap(({ jwsPayloads }) => jwsPayloads),
      ),
    ];
  const value = parse(text);
  const message = channel.messages.find(({ name }) => name === value.schema);
  if (message?.schema === undefined) throw new Wrong(`no message of its channel is ${value.schema}`);
  demandValid(message.schema, value);
  if (message.jwsPayloads.length === 0) return [value];
  return [value, readJws(String((value.body as JsonObject).jws), message.jwsPayloads)];
}

/** Its signature is not looked at: who may sign what is no matter of schemas. */
function readJws(jws: string, allowed: readonly string[]): JsonObject {
  const parts = jws.split('.');
  if (parts.length !== 3) throw new Wrong('is no compact JWS');
  const value = parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
  const path = schemaPathOf(value);
  if (!allowed.includes(path)) throw new Wrong(`carries ${value.schema}, which does not belong here`);
  demandValid(path, value);
  return value;
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as JsonObject;
  } catch {
    // Told below.
  }
  throw new Wrong('is no JSON object');
}

function demandValid(path: string, value: unknown): void {
  const mistakes = findMistakes(path, value);
  if (mistakes !== undefined) throw new Wrong(mistakes);
}

function wordsOf(errors: readonly ErrorObject[]): string {
  return errors
    .slice(0, 5)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    .join('; ');
}
