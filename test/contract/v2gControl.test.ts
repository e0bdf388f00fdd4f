import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, readContract } from '../support/wire/contractFiles.ts';

/** Every number that anybody may send to a gateway, and why it begins or raises no flow. */
const NUMBERS: Readonly<Record<string, string>> = {
  ceiling: 'the most that may flow in a direction',
  ceilingA: 'the most that a charge point may draw',
  percentOfRating: 'the same, of its rating',
  floor: 'what a notice leaves to be drawn; it asks for nothing',
  durationSeconds: 'a time',
  sequence: 'counts commands',
  version: 'counts versions',
  entry: 'counts entries of the ledger',
  from: 'a record of a stream',
  until: 'a record of a stream',
};

const NUMBER_TYPES: readonly Json[] = ['number', 'integer'];

interface NumberField {
  readonly name: string;
  readonly schema: JsonObject;
}

/** All fields of a schema that hold a number, by their own name. */
function numbersOf(value: Json | undefined, name = ''): readonly NumberField[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => numbersOf(item, name));
  const schema = value as JsonObject;
  const own = NUMBER_TYPES.includes(schema.type ?? null) ? [{ name, schema }] : [];
  const { properties, ...rest } = schema;
  const fields = Object.entries((properties ?? {}) as JsonObject);
  return [
    ...own,
    ...fields.flatMap(([field, inner]) => numbersOf(inner, field)),
    ...Object.values(rest).flatMap((inner) => numbersOf(inner, name)),
  ];
}

describe('energy of the vehicle for others', () => {
  const { channels, schemas } = readContract();
  const downward = channels.filter(({ messages }) => messages.every(({ schema }) => schema === undefined));
  const numbers = downward.flatMap(({ messages }) =>
    messages.flatMap(({ jwsPayloads }) => jwsPayloads.flatMap((path) => numbersOf(schemas.get(path)))),
  );

  it('is asked for by no message: what comes down is a ceiling, a time or a count', () => {
    expect([...new Set(numbers.map(({ name }) => name))].toSorted()).toEqual(Object.keys(NUMBERS).toSorted());
  });

  it('and no number that comes down may be below zero, where a set-point would turn a flow round', () => {
    for (const { name, schema } of numbers) {
      const { minimum = -1, exclusiveMinimum = -1 } = schema;
      expect(Math.max(Number(minimum), Number(exclusiveMinimum)), name).toBeGreaterThanOrEqual(0);
    }
  });
});
