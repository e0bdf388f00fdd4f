import type { z } from 'zod';
import type { condition, input, when } from './readSchema.ts';
import type { PointAnswers, PointSources } from './sources.ts';

export type InputData = z.output<typeof input>;
type ConditionData = z.output<typeof condition>;
type WhenData = z.output<typeof when>;

/** True for raw numbers that fulfil a condition. */
export type Test = (raw: number) => boolean;

/** Compiles a condition on an input; a manual may print the bits of a negative number, so 0x8000 is -32768 to an i16. */
export function compileTest(condition: ConditionData, type: InputData['type']): Test {
  const asRaw = (value: number) => (type === 'i16' ? (value << 16) >> 16 : value);
  const is = condition.is?.map(asRaw);
  const isNot = condition.isNot?.map(asRaw) ?? [];
  const set = condition.bitsSet ?? 0;
  const clear = condition.bitsClear ?? 0;
  return (raw) =>
    (is === undefined || is.includes(raw)) &&
    !isNot.includes(raw) &&
    ((raw & set) ^ set) === 0 &&
    (raw & clear) === 0;
}

/** Reads an input with the bits that are not looked at taken off. */
export function compileInput(data: InputData, sources: PointSources): (answers: PointAnswers) => number {
  const read = sources.read(data, data.type);
  const { mask } = data;
  return mask === undefined ? read : (answers) => (read(answers) & mask) >>> 0;
}

/** True while at least one of the conditions holds; never when there are none. */
export function compileAnyOf(
  list: readonly WhenData[] | undefined,
  sources: PointSources,
): (answers: PointAnswers) => boolean {
  const tests = (list ?? []).map((data) => ({
    read: compileInput(data, sources),
    test: compileTest(data, data.mask === undefined ? data.type : 'u32'),
  }));
  return (answers) => tests.some(({ read, test }) => test(read(answers)));
}
