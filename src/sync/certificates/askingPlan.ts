import type { UtcMs } from '../../domain/instant.ts';
import type { Asking } from '../../ports/certificates.ts';
import { backoffMs } from '../backoff.ts';

/** A back office that is down, or has no authority, is not asked more often. */
export const MOST_ASKS_A_DAY = 8;

const DAY_MS = 86_400_000;
const FIRST_PAUSE_MS = 10 * 60_000;
const MOST_PAUSE_MS = 6 * 3_600_000;
/** Of the time that is kept for the renewal; it counts for certificates of a few hours. */
const PAUSE_PART = 1 / 20;

/** The pauses need no draw: each gateway began at its own instant. */
const UNDRAWN = { wholeUpTo: (most: number): number => most, identifier: (): string => '' };

/** What was asked in the last day. An instant ahead of the clock was noted by a clock that was wrong. */
export function asksOfDay({ askedAtUtcMs }: Asking, utcMs: UtcMs): readonly UtcMs[] {
  return askedAtUtcMs.filter((at) => at <= utcMs && at > utcMs - DAY_MS);
}

/** @param leadMs the time that is kept for the renewal */
export function mayAskFromUtcMs(asking: Asking, leadMs: number, utcMs: UtcMs): UtcMs {
  const recent = asksOfDay(asking, utcMs);
  const last = recent.at(-1);
  if (last === undefined) return utcMs;
  const schedule = { firstMs: Math.min(FIRST_PAUSE_MS, leadMs * PAUSE_PART), mostMs: MOST_PAUSE_MS };
  const afterPause = last + backoffMs(asking.asks, schedule, UNDRAWN);
  const oldest = recent.at(-MOST_ASKS_A_DAY);
  return oldest === undefined ? afterPause : Math.max(afterPause, oldest + DAY_MS);
}

export function withAsk(asking: Asking, utcMs: UtcMs): Asking {
  return { ...asking, askedAtUtcMs: [...asksOfDay(asking, utcMs), utcMs], asks: asking.asks + 1 };
}
