import type { RunningMs } from '../../domain/instant.ts';
import type { Adjustment } from '../../domain/restriction.ts';
import type { RestrictionPlan } from '../../domain/sitePlan.ts';
import type { Stretch } from './memory.ts';

export const DAY_MS = 86_400_000;

export interface CappedStretch extends Stretch {
  readonly adjustments: readonly Adjustment[];
}

/**
 * How much of a restriction the household has agreed to: no longer than the longest single one, and in no 24 hours more
 * than was agreed for a day. Time in which it is restricted anyway counts once. What is used up to a day before and planned up to a
 * day after is counted in full, so it may be cut a little early, never late.
 * @param others that were in force, are, or will be
 * @returns untilMs at fromMs when nothing is left
 */
export function capped(
  { fromMs, untilMs }: Stretch,
  others: readonly Stretch[],
  { longestMs, longestInDayMs }: Pick<RestrictionPlan, 'longestMs' | 'longestInDayMs'>,
): CappedStretch {
  const byItself = Math.min(untilMs, fromMs + longestMs);
  const near = merged(
    others.filter((other) => other.untilMs > fromMs - DAY_MS && other.fromMs < byItself + DAY_MS),
  );
  const usedMs = near.reduce((sum, stretch) => sum + withinDay(stretch, fromMs, byItself), 0);
  const byDay = endAfterNewTime(fromMs, byItself, near, Math.max(0, longestInDayMs - usedMs));
  const adjustments: Adjustment[] = [];
  if (byDay < byItself) adjustments.push({ kind: 'trimmed', toMs: byDay - fromMs, by: 'rollingDay' });
  else if (byItself < untilMs) adjustments.push({ kind: 'trimmed', toMs: byItself - fromMs, by: 'single' });
  return { fromMs, untilMs: byDay, adjustments };
}

/** Stretches in their order, those that touch as one. */
export function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const all: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1);
    if (last === undefined || stretch.fromMs > last.untilMs) all.push(stretch);
    else all[all.length - 1] = { ...last, untilMs: Math.max(last.untilMs, stretch.untilMs) };
  }
  return all;
}

function withinDay({ fromMs, untilMs }: Stretch, startMs: RunningMs, endMs: RunningMs): number {
  return Math.max(0, Math.min(untilMs, endMs + DAY_MS) - Math.max(fromMs, startMs - DAY_MS));
}

/** Where a stretch ends that may add so much time to what is there already. */
function endAfterNewTime(
  fromMs: RunningMs,
  untilMs: RunningMs,
  others: readonly Stretch[],
  newMs: number,
): RunningMs {
  let leftMs = newMs;
  let atMs = fromMs;
  for (const other of others) {
    if (other.untilMs <= atMs) continue;
    const freeUntilMs = Math.min(untilMs, Math.max(atMs, other.fromMs));
    if (freeUntilMs - atMs > leftMs) return atMs + leftMs;
    leftMs -= freeUntilMs - atMs;
    atMs = Math.min(untilMs, Math.max(freeUntilMs, other.untilMs));
    if (atMs >= untilMs) return untilMs;
  }
  return Math.min(untilMs, atMs + leftMs);
}
