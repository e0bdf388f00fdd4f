import type { Now, RunningMs } from '../../domain/instant.ts';
import type { MeanPower, MeasuredEffect } from '../../domain/restriction.ts';
import type { HeldNotice, PowerSum } from './memory.ts';

/** The windows before and after a restriction in which the import is measured. */
export const EFFECT_WINDOW_MS = 60_000;

/** A cycle that took longer than this has not seen what happened in between. */
const LONGEST_CYCLE_MS = 3_000;

export function addPower(sum: PowerSum, powerW: number | undefined, tookMs: number): PowerSum {
  if (powerW === undefined || !(tookMs > 0) || tookMs > LONGEST_CYCLE_MS) return sum;
  return { wattMs: sum.wattMs + powerW * tookMs, coveredMs: sum.coveredMs + tookMs };
}

export interface PowerSample {
  readonly atMs: RunningMs;
  readonly powerW: number | undefined;
  readonly tookMs: number;
}

/** The samples of the window, the newest last. */
export function withSample(samples: readonly PowerSample[], sample: PowerSample): readonly PowerSample[] {
  return [...samples, sample].filter(({ atMs }) => atMs > sample.atMs - EFFECT_WINDOW_MS);
}

/** @returns undefined when nothing was measured */
export function sumOf(samples: readonly PowerSample[]): PowerSum | undefined {
  const sum = samples.reduce((total, { powerW, tookMs }) => addPower(total, powerW, tookMs), {
    wattMs: 0,
    coveredMs: 0,
  });
  return sum.coveredMs === 0 ? undefined : sum;
}

/** What is known of the effect so far. */
export function effectOf(held: HeldNotice): MeasuredEffect | undefined {
  if (held.startedAtMs === undefined) return undefined;
  const { before, during, after, effectAtMs, receivedAtMs, startedAtMs, excursions } = held;
  const beganAtMs = Math.max(receivedAtMs, startedAtMs);
  return {
    ...mean('before', before),
    ...mean('during', during),
    ...mean('after', after),
    ...(effectAtMs === undefined ? {} : { receiptToEffectMs: Math.max(0, effectAtMs - beganAtMs) }),
    excursions,
  };
}

/** A point of the running clock on the wall clock, as well as that is known now. */
export function utcOf(atMs: RunningMs, now: Now): number {
  return now.utcMs + (atMs - now.runningMs);
}

function mean(
  name: 'before' | 'during' | 'after',
  sum: PowerSum | undefined,
): Partial<Record<'before' | 'during' | 'after', MeanPower>> {
  if (sum === undefined || sum.coveredMs === 0) return {};
  return { [name]: { meanW: sum.wattMs / sum.coveredMs, coveredMs: sum.coveredMs } };
}
