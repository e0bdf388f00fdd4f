import type { NumberPoint } from '../domain/point.ts';
import { type BlockAnswers, decodePoint, planPoint } from './decode.ts';
import type { ProfileData } from './profileSchema.ts';
import { rawReader } from './registers.ts';
import type { Place } from './sources.ts';

/** What is known of a device when a command is put into words. */
export interface Known {
  /** The latest answers by block index; commands take scale factors, ratings and directions out of them. */
  readonly answers: BlockAnswers;
  /** What both sides of a bidirectional charge point are limited to; absent: not limited. */
  readonly chargeCurrentA?: number | undefined;
  readonly powerLimitW?: number | undefined;
}

export const NOTHING_KNOWN: Known = { answers: [] };

/** The number that a point has; nothing while it is unknown or the device has no such point. */
export function knownNumber(data: ProfileData, name: NumberPoint, { answers }: Known): number | undefined {
  const point = data.points[name];
  if (point === undefined) return undefined;
  const reading = decodePoint(planPoint(name, point, data), answers, 0);
  return reading?.state === 'measured' && typeof reading.value === 'number' ? reading.value : undefined;
}

/** A register as i16, such as a scale factor; nothing while its block has not been read. */
export function knownPower(data: ProfileData, place: Place, { answers }: Known): number | undefined {
  const words = answers[Object.keys(data.blocks).indexOf(place.block)]?.words;
  const offset = place.address - (data.blocks[place.block]?.address ?? 0);
  return words?.[offset] === undefined ? undefined : rawReader('i16', offset, data.wordOrder)(words);
}
