import type { Now, RunningMs } from '../domain/instant.ts';
import type { UsageHolding, UsageKind, UsageThinning } from '../ports/usage.ts';
import { addLocalMonths } from './calendar.ts';

/** How much room the account of energy may take on the disk. */
export interface UsageBudget {
  readonly secondsBytes: number;
  readonly allBytes: number;
}

/**
 * With three channels the minutes of 13 months take some 8 MB, half-hours and sessions 4 MB, seconds 8 kB an hour.
 */
export const DEFAULT_BUDGET: UsageBudget = { secondsBytes: 1_000_000, allBytes: 64_000_000 };

/** Twelve months that are whole at any time, and the one that runs. */
const KEPT_MONTHS = 13;
const SECONDS_KEPT_MS = 6 * 3_600_000;

/** A clock that has jumped is not believed about ages before it has gone evenly for so long. */
const CALM_MS = 7 * 86_400_000;

/**
 * What is to be deleted now. By age everything after 13 months by the calendar; when room is short the seconds first, then
 * the oldest minutes; half-hours, sessions and gaps within 13 months never.
 * @param calmSinceMs since when the clock has not jumped by a day or more, running time
 */
export function thinningOf(
  holdings: readonly UsageHolding[],
  now: Now,
  calmSinceMs: RunningMs,
  budget: UsageBudget = DEFAULT_BUDGET,
): readonly UsageThinning[] {
  const orders: UsageThinning[] = [];
  // A clock that may be years ahead must not cost the record.
  if (now.clockLevel === 'synced' && now.runningMs - calmSinceMs >= CALM_MS) {
    const beforeUtcMs = addLocalMonths(now.utcMs, -KEPT_MONTHS, 'UTC');
    for (const kind of ['minutes', 'halfHour', 'session', 'gap'] as const) orders.push({ kind, beforeUtcMs });
    orders.push({ kind: 'seconds', beforeUtcMs: now.utcMs - SECONDS_KEPT_MS });
  }
  const bytesOf = (wanted: UsageKind): number => holdings.find(({ kind }) => kind === wanted)?.bytes ?? 0;
  const allBytes = holdings.reduce((sum, { bytes }) => sum + bytes, 0);
  const tooMany = Math.max(0, allBytes - budget.allBytes);
  const ofSeconds = Math.min(
    bytesOf('seconds'),
    Math.max(tooMany, bytesOf('seconds') - budget.secondsBytes, 0),
  );
  const ofMinutes = Math.min(bytesOf('minutes'), Math.max(0, tooMany - ofSeconds));
  if (ofSeconds > 0) orders.push({ kind: 'seconds', freeBytes: ofSeconds });
  if (ofMinutes > 0) orders.push({ kind: 'minutes', freeBytes: ofMinutes });
  return orders;
}
