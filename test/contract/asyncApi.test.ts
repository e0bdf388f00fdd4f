import specifications from '@asyncapi/specs';
import { Ajv, type AnySchemaObject } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { asyncApiOf } from '../../src/contract/asyncApi.ts';
import { MESSAGES, type MessageName, schemaFileOf } from '../../src/contract/messages.ts';
import {
  areaTopicOf,
  type GatewayTopicName,
  TOPICS,
  TRUST_TOPIC,
  topicOf,
} from '../../src/contract/topics.ts';
import { readContract } from '../support/wire/contractFiles.ts';
import { schemaText } from './schemaText.ts';

/** An example of the topic. */
function exampleOf(name: string, of: string): string {
  if (of === 'all') return TRUST_TOPIC;
  return of === 'area' ? areaTopicOf('feeder-1') : topicOf('home-1', name as GatewayTopicName);
}

describe('docs/asyncapi.json', () => {
  it('is up to date (to write it anew: npx vitest run test/contract -u)', async () => {
    await expect(schemaText(asyncApiOf('schemas'))).toMatchFileSnapshot('../../docs/asyncapi.json');
  });

  it('is an AsyncAPI document by the meta schema of its version', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const { definitions, ...metaSchema } = specifications.schemas['3.0.0'];
    // The validator has this one already, and takes no second of the same name.
    const { 'http://json-schema.org/draft-07/schema': _, ...own } = definitions ?? {};
    const isValid = ajv.compile({ ...metaSchema, definitions: own } as AnySchemaObject);
    const { asyncApi } = readContract();
    isValid(asyncApi);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...asyncApi, channels: { status: { adress: 'loadgate' } } })).toBe(false);
  });

  it('has each topic in exactly one channel, with its messages and whether it is retained', () => {
    const { channels } = readContract();
    expect(channels).toHaveLength(Object.keys(TOPICS).length);
    for (const [name, { of, isRetained, schemas }] of Object.entries(TOPICS)) {
      const found = channels.filter(({ pattern }) => pattern.test(exampleOf(name, of)));
      expect(found).toMatchObject([{ isRetained, messages: schemas.map((schema) => ({ name: schema })) }]);
    }
    expect(channels.filter(({ pattern }) => pattern.test('loadgate/v1/home-1/control/other'))).toEqual([]);
  });

  it('leads to the schema of every message, and to nothing else', () => {
    const { channels, schemas } = readContract();
    const paths = channels.flatMap(({ messages }) =>
      messages.flatMap(({ schema, jwsPayloads }) => [
        ...(schema === undefined ? [] : [schema]),
        ...jwsPayloads,
      ]),
    );
    expect([...new Set(paths)].toSorted()).toEqual([...schemas.keys()].toSorted());
    const files = (Object.keys(MESSAGES) as MessageName[]).map((name) => `schemas/${schemaFileOf(name)}`);
    expect([...schemas.keys()].toSorted()).toEqual(files.toSorted());
  });
});
