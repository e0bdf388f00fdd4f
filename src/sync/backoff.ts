import type { Entropy } from '../ports/entropy.ts';

/** How long to wait after failures in a row: doubling from the first to the most. */
export interface BackoffSchedule {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** A broker that comes back is found within a minute. */
export const RECONNECT_SCHEDULE: BackoffSchedule = { firstMs: 1_000, mostMs: 60_000 };

/** A refusal is as a rule mended by a person; asking every five minutes is soon enough. */
export const RESEND_SCHEDULE: BackoffSchedule = { firstMs: 1_000, mostMs: 300_000 };

/**
 * Pause before the next attempt. Half of it is drawn at random, so that the gateways of a town do not come back in
 * step after an outage that they share.
 * @param failures in a row, from 1
 */
export function backoffMs(failures: number, schedule: BackoffSchedule, entropy: Entropy): number {
  const wholeMs = Math.min(schedule.mostMs, schedule.firstMs * 2 ** Math.max(0, failures - 1));
  const drawnMs = Math.floor(wholeMs / 2);
  return wholeMs - drawnMs + entropy.wholeUpTo(drawnMs);
}
