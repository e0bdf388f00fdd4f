import { randomInt, randomUUID } from 'node:crypto';
import type { Entropy } from '../../ports/entropy.ts';

/** Most that a draw of the operating system spans. */
const WIDEST_RANGE = 2 ** 48 - 2;

/** Randomness of the operating system: uniform, and not to be guessed from earlier draws. */
export function createSystemEntropy(): Entropy {
  return {
    wholeUpTo: (maxInclusive) => {
      if (!Number.isInteger(maxInclusive) || maxInclusive < 0 || maxInclusive > WIDEST_RANGE) {
        throw new RangeError(`expected a whole number from 0 to ${WIDEST_RANGE}, found ${maxInclusive}`);
      }
      return randomInt(maxInclusive + 1);
    },
    identifier: () => randomUUID(),
  };
}
