import type { Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import { ZIGBEE_EPOCH_S } from './drlcMessages.ts';

const LARGEST_ID = 0xffff_ffff;
/** Longer than what a kill takes from the record of the clock, so that two lives on an unset clock begin apart. */
const MOST_SALT_S = 3_599;
/** An id of an earlier life is not further ahead of the clock than this; anything beyond is not ours to follow. */
const PLAUSIBLE_AHEAD_S = 86_400;

/**
 * Numbers of the events of this box, increasing and never given twice. A switch ignores a number that it knows, so an event
 * with a used number would shed nothing.
 * A number is the UTC second since 2000 in which it was drawn, or one more than the last; nothing has to be stored for the
 * next life to go on above this one. While the wall clock is not synchronised it may repeat itself after a kill: then a
 * random salt of up to an hour is added, drawn once in a life. Numbers of an earlier life that a switch still speaks of
 * are learned, and the next ones are above them.
 */
export class IssuerEventIds {
  readonly #clock: Clock;
  readonly #saltS: number;
  #last = 0;

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#saltS = 1 + entropy.wholeUpTo(MOST_SALT_S - 1);
  }

  next(): number {
    this.#last = Math.min(LARGEST_ID, Math.max(this.#last + 1, this.#nowS()));
    return this.#last;
  }

  /** A switch named this number. */
  sawInUse(id: number): void {
    if (id <= this.#nowS() + PLAUSIBLE_AHEAD_S) this.#last = Math.max(this.#last, id);
  }

  #nowS(): number {
    const { utcMs, clockLevel } = this.#clock.now();
    const secondsS = Math.max(1, Math.floor(utcMs / 1000) - ZIGBEE_EPOCH_S);
    return clockLevel === 'synced' ? secondsS : secondsS + this.#saltS;
  }
}
