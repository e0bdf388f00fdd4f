import type { FaultCode } from './faults.ts';
import type { RunningMs } from './instant.ts';

/**
 * A quantity as a device gave it. Absent, zero and unknown are three things:
 * measured (zero is a value), absent (the device has no such quantity), unknown (it should be there
 * and is not: the worst case). The age travels with the value; a stale value never gets a fresh instant.
 */
export type Reading<T = number> =
  | { readonly state: 'measured'; readonly value: T; readonly measuredAtMs: RunningMs }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly fault: FaultCode; readonly sinceMs: RunningMs };

export const ABSENT: Reading<never> = { state: 'absent' };

export function measured<T>(value: T, measuredAtMs: RunningMs): Reading<T> {
  return { state: 'measured', value, measuredAtMs };
}

export function unknown(fault: FaultCode, sinceMs: RunningMs): Reading<never> {
  return { state: 'unknown', fault, sinceMs };
}

/** The value when it was measured not longer than maxAgeMs ago; otherwise nothing. */
export function freshValue<T>(
  reading: Reading<T> | undefined,
  nowMs: RunningMs,
  maxAgeMs: number,
): T | undefined {
  if (reading?.state !== 'measured') return undefined;
  return nowMs - reading.measuredAtMs <= maxAgeMs ? reading.value : undefined;
}
