import type { Timing } from './sitePlan.ts';

/**
 * Timing of the judgement where the site plan says nothing else. The worst case adds up to 5 s, the time in
 * which an excursion must be met: a meter goes silent at 0, counts as gone at 2.5 s, and the command,
 * its write and the load's own reaction have the other half.
 */
export const DEFAULT_TIMING: Timing = {
  /** One missed poll of 1 s is forgiven, the second is not. */
  meterMaxAgeMs: 1_500,
  /** Two missed polls: the loads behind the meter go to their safe posture. */
  meterHoldMs: 2_500,
  /** A household never draws the same to the last digit for half a minute on every phase. */
  meterFrozenMs: 30_000,
  /** Charge points may be read only every 0.5 s a register (KEBA), so a whole round takes some seconds. */
  loadMaxAgeMs: 6_000,
  /** A car follows its pilot within 5 s (IEC 61851-1); the set-point itself is read back sooner. */
  confirmMs: 4_000,
  /** Longer than the peak of a kettle's thermostat, so that the charge point does not follow each switching. */
  widenRestMs: 8_000,
  /** A contactor and a car's charger are spared: at most one resumption a minute. */
  resumeRestMs: 60_000,
  /** From 6 A to 32 A in about half a minute. */
  rampStepMs: 1_000,
  rampAPerS: 1,
  /** About 180 W of noise of a household at 230 V. */
  marginA: 0.8,
};

/**
 * Least time from one switching of phases to the next where the site plan says nothing else: at most six an hour, for
 * contactors that are made for some tens of thousands, and a car that may tire of being interrupted.
 */
export const DEFAULT_PHASE_REST_MS = 600_000;
