import type { RunningMs } from '../domain/instant.ts';
import type { PointName, PointValue } from '../domain/point.ts';
import { measured, type Reading, unknown } from '../domain/reading.ts';
import { compileInput, compileTest } from './conditions.ts';
import { numberDecoder } from './decodeNumber.ts';
import type { PointData, ProfileData } from './profileSchema.ts';
import { type PointAnswers, PointSources } from './sources.ts';

/** The words (or bits) of one block as they came, and the instant of the answer. */
export interface BlockAnswer {
  readonly words: readonly number[];
  readonly measuredAtMs: RunningMs;
}

/** The latest answer of every block, by the block's index in the profile. */
export type BlockAnswers = readonly (BlockAnswer | undefined)[];

/** A value out of the answers of a point's blocks, in their order; nothing when they make no sense. */
type Decode = (answers: PointAnswers) => PointValue | undefined;

export interface PlannedPoint {
  readonly name: PointName;
  /** Indexes of the blocks that it is made of. */
  readonly blocks: readonly number[];
  /** Those of them that make it old: what a share is a share of seldom changes. */
  readonly agedBy: readonly number[];
  readonly decode: Decode;
}

/**
 * The reading of a point from the latest answers, by block index. Made of several answers, it is as old as
 * the oldest, the rating that a share is taken of left aside. Nothing while one of its blocks has not been read.
 */
export function decodePoint(
  point: PlannedPoint,
  answers: BlockAnswers,
  nowMs: RunningMs,
): Reading<PointValue> | undefined {
  const words: (readonly number[])[] = [];
  let oldestMs = nowMs;
  for (const block of point.blocks) {
    const answer = answers[block];
    if (answer === undefined) return undefined;
    if (point.agedBy.includes(block)) oldestMs = Math.min(oldestMs, answer.measuredAtMs);
    words.push(answer.words);
  }
  const value = point.decode(words);
  return value === undefined ? unknown('reading-implausible', nowMs) : measured(value, oldestMs);
}

/** Turns one point of the data into a decoder. The data has passed the lint. */
export function planPoint(name: PointName, point: PointData, data: ProfileData): PlannedPoint {
  const sources = new PointSources(data);
  const decode = compileDecode(point, sources);
  const rating = point.is === 'number' ? point.shareOf?.block : undefined;
  const isRatingOnly = rating !== undefined && point.is === 'number' && rating !== point.block;
  const ratingIndex = isRatingOnly ? Object.keys(data.blocks).indexOf(rating) : -1;
  const agedBy = sources.blocks.filter((index) => index !== ratingIndex);
  return { name, blocks: sources.blocks, agedBy, decode };
}

function compileDecode(point: PointData, sources: PointSources): Decode {
  switch (point.is) {
    case 'number':
      return numberDecoder(point, sources);
    case 'rules':
      return rulesDecoder(point, sources);
    case 'bit': {
      const slot = sources.slotOf(point.block);
      const offset = sources.offsetOf(point);
      return (answers) => {
        const bit = answers[slot]?.[offset];
        return bit === undefined ? undefined : bit === 1;
      };
    }
    case 'fixed': {
      const { value } = point;
      sources.slotOf(point.block);
      return () => value;
    }
  }
}

function rulesDecoder(point: Extract<PointData, { is: 'rules' }>, sources: PointSources): Decode {
  const names = Object.keys(point.inputs);
  const inputs = Object.values(point.inputs);
  const readers = inputs.map((input) => compileInput(input, sources));
  const rules = point.rules.map((rule) => ({
    becomes: rule.becomes,
    tests: Object.entries(rule.when).map(([name, condition]) => {
      const input = names.indexOf(name);
      const data = inputs[input];
      const isSigned = data?.type === 'i16' && data.mask === undefined;
      return { input, test: compileTest(condition, isSigned ? 'i16' : 'u32') };
    }),
  }));
  return (answers) => {
    const raws = readers.map((read) => read(answers));
    return rules.find(({ tests }) => tests.every(({ input, test }) => test(raws[input] ?? Number.NaN)))
      ?.becomes;
  };
}
