import type { z } from 'zod';
import type { ModbusFunction } from '../ports/modbusLine.ts';
import type { fingerprint } from './readSchema.ts';
import { rawReader, WORDS_OF_TYPE, type WordOrder } from './registers.ts';

/** One thing that is read from a device and compared: a line of `fingerprint` or of `requires`. */
export type Look = z.output<typeof fingerprint>;

export interface LookRequest {
  readonly functionCode: ModbusFunction;
  readonly address: number;
  readonly count: number;
}

/**
 * What to read for a look.
 * @param modelAddress where the look's SunSpec model begins (its id register); needed when the look names a model
 */
export function lookRequest(look: Look, modelAddress?: number): LookRequest {
  if (look.model !== undefined && modelAddress === undefined) {
    throw new RangeError(`the look at model ${look.model.join(' or ')} needs the model's address`);
  }
  const count = look.type === 'text' ? (look.registers ?? 1) : WORDS_OF_TYPE[look.type];
  return { functionCode: look.function, address: (modelAddress ?? 0) + look.address, count };
}

/** True when all that the look wants holds. Too few words are never found; neither is a float that is no number. */
export function isFound(look: Look, words: readonly number[], defaultWordOrder: WordOrder): boolean {
  if (words.length < lookRequest(look, 0).count) return false;
  if (look.type === 'text') {
    const wanted = look.startsWith?.toLowerCase() ?? '';
    return textOf(words).toLowerCase().startsWith(wanted);
  }
  const { type, is, isNot, between } = look;
  const value = rawReader(type, 0, look.wordOrder ?? defaultWordOrder)(words);
  if (Number.isNaN(value)) return false;
  // The manual may print the bits of a negative number: 0x8000 is -32768.
  const equals = (raw: number) => raw === value || (type === 'i16' && (raw << 16) >> 16 === value);
  return (
    (is === undefined || is.some(equals)) &&
    !(isNot ?? []).some(equals) &&
    (between === undefined || (value >= between[0] && value <= between[1]))
  );
}

/** Two characters in each register, high byte first; what fills it up (NUL, space) is taken off. */
export function textOf(words: readonly number[]): string {
  const characters = words.flatMap((word) => [word >> 8, word & 0xff]);
  const fill = /^[\0 ]+|[\0 ]+$/g;
  return String.fromCharCode(...characters).replace(fill, '');
}
