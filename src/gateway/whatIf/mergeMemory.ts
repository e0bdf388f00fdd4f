import { schemesAfterRestart } from '../../core/limitationScheme.ts';
import type { Memory } from '../../core/memory.ts';

/**
 * The simulated memory carried over to the next segment. Where the gateway lived on it simply goes on. Where it began
 * anew (a restart, a gap in the journal) each part that had come out as recorded takes what the gateway began with, and
 * each part that had not keeps its own.
 */
export function mergeMemory(simulated: Memory, recordedBefore: Memory, recordedNow: Memory): Memory {
  if (isSame(recordedBefore, recordedNow)) return simulated;
  const merged = mergeParts(simulated, recordedBefore, recordedNow);
  return {
    ...merged,
    loads: mergeParts(simulated.loads, recordedBefore.loads, recordedNow.loads),
    meters: mergeParts(simulated.meters, recordedBefore.meters, recordedNow.meters),
    schemes: isSame(simulated.schemes, recordedBefore.schemes)
      ? recordedNow.schemes
      : schemesAfterRestart(simulated.schemes),
  };
}

function mergeParts<T extends object>(simulated: T, before: T, now: T): T {
  const merged: Partial<T> = { ...now, ...simulated };
  for (const key of Object.keys(merged) as (keyof T)[]) {
    if (!isSame(simulated[key], before[key])) continue;
    if (key in now) merged[key] = now[key];
    else delete merged[key];
  }
  return merged as T;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
