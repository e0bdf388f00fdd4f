import type { RunningMs } from '../domain/instant.ts';
import type { IecState, PointName, PointValue } from '../domain/point.ts';
import { measured, type Reading, unknown } from '../domain/reading.ts';
import type { PointData, ProfileData } from './profileSchema.ts';
import { type RawReader, rawReader, roundToFloatDigits, WORDS_OF_TYPE } from './registers.ts';
import { parseRegisterUnit, scaleToValue } from './units.ts';

/** The words (or bits) of one block as they came, and the instant of the answer. */
export interface BlockAnswer {
  readonly words: readonly number[];
  readonly measuredAtMs: RunningMs;
}

/** A value out of the answers of a point's blocks, in their order; nothing when they make no sense. */
type Decode = (answers: readonly (readonly number[])[]) => PointValue | undefined;

export interface PlannedPoint {
  readonly name: PointName;
  /** Indexes of the blocks that it is made of. */
  readonly blocks: readonly number[];
  readonly decode: Decode;
}

/**
 * The reading of a point from the latest answers, by block index. Made of several answers, it is as old as
 * the oldest. Nothing while one of its blocks has not been read.
 */
export function decodePoint(
  point: PlannedPoint,
  answers: readonly (BlockAnswer | undefined)[],
  nowMs: RunningMs,
): Reading<PointValue> | undefined {
  const words: (readonly number[])[] = [];
  let oldestMs = nowMs;
  for (const block of point.blocks) {
    const answer = answers[block];
    if (answer === undefined) return undefined;
    if (answer.measuredAtMs < oldestMs) oldestMs = answer.measuredAtMs;
    words.push(answer.words);
  }
  const value = point.decode(words);
  return value === undefined ? unknown('reading-implausible', nowMs) : measured(value, oldestMs);
}

/** Turns one point of the data into a decoder. The data has passed the lint. */
export function planPoint(name: PointName, point: PointData, data: ProfileData): PlannedPoint {
  const blockNames = Object.keys(data.blocks);
  const offsetIn = (block: string, address: number) => address - (data.blocks[block]?.address ?? 0);
  if (point.is === 'bit') {
    const offset = offsetIn(point.block, point.address);
    return {
      name,
      blocks: [blockNames.indexOf(point.block)],
      decode: ([bits]) => (bits?.[offset] === undefined ? undefined : bits[offset] === 1),
    };
  }
  if (point.is === 'number') {
    const offset = offsetIn(point.block, point.address);
    return {
      name,
      blocks: [blockNames.indexOf(point.block)],
      decode: numberDecoder(point, offset, data.wordOrder),
    };
  }
  const inputs = Object.entries(point.inputs);
  const readers = inputs.map(([, input]) =>
    rawReader(input.type, offsetIn(input.block, input.address), input.wordOrder ?? data.wordOrder),
  );
  return {
    name,
    blocks: inputs.map(([, input]) => blockNames.indexOf(input.block)),
    decode: rulesDecoder(
      inputs.map(([input]) => input),
      readers,
      point.rules,
    ),
  };
}

type NumberPointData = Extract<PointData, { is: 'number' }>;
type Rules = Extract<PointData, { is: 'rules' }>['rules'];

function numberDecoder(point: NumberPointData, offset: number, wordOrder: ProfileData['wordOrder']): Decode {
  const scale = parseRegisterUnit(point.unit)?.scale ?? { multiply: 1, divide: 1 };
  const read = rawReader(point.type, offset, point.wordOrder ?? wordOrder);
  const sign = point.positive === 'export' ? -1 : 1;
  const [least, most] = point.plausible;
  const length = WORDS_OF_TYPE[point.type];
  const marks = point.notAvailable ?? [];
  return ([words]) => {
    if (words === undefined) return undefined;
    for (const mark of marks) {
      if (mark.every((word, index) => index >= length || words[offset + index] === word)) return undefined;
    }
    const scaled = sign * scaleToValue(read(words), scale);
    if (!(scaled >= least && scaled <= most)) return undefined;
    // + 0: a negated zero is a plain zero.
    return (point.type === 'f32' ? roundToFloatDigits(scaled) : scaled) + 0;
  };
}

function rulesDecoder(inputs: readonly string[], readers: readonly RawReader[], rules: Rules): Decode {
  const compiled = rules.map((rule) => ({
    becomes: rule.becomes as boolean | IecState,
    tests: Object.entries(rule.when).map(([input, condition]) => ({
      input: inputs.indexOf(input),
      is: condition.is,
      set: condition.bitsSet ?? 0,
      clear: condition.bitsClear ?? 0,
    })),
  }));
  return (answers) => {
    const raws = readers.map((read, index) => read(answers[index] ?? []));
    const rule = compiled.find(({ tests }) =>
      tests.every(({ input, is, set, clear }) => {
        const raw = raws[input] ?? Number.NaN;
        return (is === undefined || is.includes(raw)) && (raw & set) === set && (raw & clear) === 0;
      }),
    );
    return rule?.becomes;
  };
}
