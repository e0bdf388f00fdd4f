import type { ClockLevel, Now } from '../domain/instant.ts';

const RANKS: Readonly<Record<ClockLevel, number>> = { none: 0, coarse: 1, synced: 2 };

/** Less than this is no correction: clocks are slewed. */
const LEAST_SHIFT_MS = 1_000;

function isBetter(level: ClockLevel, than: ClockLevel): boolean {
  return RANKS[level] > RANKS[than];
}

export function leastCertain(one: ClockLevel, other: ClockLevel): ClockLevel {
  return isBetter(one, other) ? other : one;
}

/** What the wall clock is ahead of running time; the same as long as nobody sets it. */
export function offsetOf({ utcMs, runningMs }: Now): number {
  return utcMs - runningMs;
}

/** How far an instant with this offset was off, as far as a better clock tells; nothing when it was right. */
export function shiftTo(now: Now, offsetMs: number, level: ClockLevel): number {
  const shiftMs = offsetOf(now) - offsetMs;
  return isBetter(now.clockLevel, level) && Math.abs(shiftMs) > LEAST_SHIFT_MS ? shiftMs : 0;
}

/**
 * Sets instants of this life right by the clock of now; those of other lives stay, nothing tells how long the power was off.
 * @param began the first instant of this life, itself; the last one of the life before may have the same running time
 */
export function restampBy(now: Now, began: Now): (at: Now) => Now {
  return (at) => {
    const isOfThisLife = at === began || at.runningMs > began.runningMs;
    const shiftMs = !isOfThisLife ? 0 : shiftTo(now, offsetOf(at), at.clockLevel);
    return shiftMs === 0 ? at : { ...at, utcMs: at.utcMs + shiftMs, clockLevel: now.clockLevel };
  };
}
