import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import { PHASES, type Phase } from '../domain/phase.ts';
import type { DeviceReadings } from '../domain/point.ts';
import type { LimitedGeneratorPlan, PhaseMap, Timing } from '../domain/sitePlan.ts';
import { CONFIRM_TOLERANCE_A, LOWEST_SUPPLY_VOLTAGE_V, OBEY_TOLERANCE_A } from './figures.ts';
import type { LoadView } from './loadView.ts';
import { type LoadMemory, rememberIdle } from './memory.ts';
import { type Currents, givenByOwnReading, isNotYetRead, type MeterView, numberAt } from './picture.ts';

interface Arguments {
  readonly plan: LimitedGeneratorPlan;
  readonly readings: DeviceReadings | undefined;
  readonly known: LoadMemory;
  readonly nowMs: RunningMs;
  readonly timing: Timing;
  readonly meters: ReadonlyMap<string, MeterView>;
}

/**
 * A generator with a power limit. What it reads back as its limit proves nothing (some inverters read back a limit
 * and give all they have): what it gives is what counts, and one that gives more than it may counts as not limited at all.
 */
export function viewLimitedGenerator({ plan, readings, known, nowMs, timing, meters }: Arguments): LoadView {
  const given = givenBy(plan, readings, nowMs, timing.loadMaxAgeMs, meters);
  const mostGivenA = given === undefined ? 0 : Math.max(0, ...Object.values(given.currentA));
  const readBackA = readBackOf(plan, readings, known, given !== undefined, nowMs, timing.loadMaxAgeMs);
  const reported = readings?.powerLimitW;
  const base = {
    plan,
    phaseMap: plan.phaseMap,
    overdrawA: 0,
    isStuck: false,
    isStarting: isNotYetRead(reported, nowMs, timing),
    ...(given === undefined ? {} : { drawnA: given.currentA, drawnAtMs: given.measuredAtMs }),
  };
  if (readBackA === undefined) {
    const fault = reported?.state === 'unknown' ? reported.fault : 'device-timeout';
    return { ...base, memory: known, isAnswering: false, inForceA: plan.ratingA, fault };
  }
  const allowedA = Math.min(plan.ratingA, Math.max(readBackA, known.commanded ?? 0));
  const isOverdue = nowMs - known.commandedAtMs > timing.confirmMs;
  const isDisobeying = isOverdue && mostGivenA > allowedA + OBEY_TOLERANCE_A;
  const isHigher = isOverdue && readBackA > (known.commanded ?? plan.ratingA) + CONFIRM_TOLERANCE_A;
  const fault: FaultCode | undefined = isDisobeying
    ? 'load-exceeds-setpoint'
    : isHigher
      ? 'setpoint-not-confirmed'
      : undefined;
  return {
    ...base,
    memory: rememberIdle(known, given !== undefined && mostGivenA < Math.min(allowedA, readBackA) / 2, nowMs),
    isAnswering: given !== undefined,
    inForceA: isDisobeying ? plan.ratingA : allowedA,
    readBackA,
    ...(fault === undefined ? {} : { fault }),
  };
}

/** Whole watts over all phases that keep every phase within these amps, at the lowest voltage of the supply. */
export function powerLimitOf(plan: LimitedGeneratorPlan, currentA: number): number {
  return Math.floor(currentA * wattsPerAmp(plan.phaseMap) + 1e-6);
}

function wattsPerAmp(phaseMap: PhaseMap): number {
  return Object.keys(phaseMap).length * LOWEST_SUPPLY_VOLTAGE_V;
}

/** A device whose limit can only be written has what it was told, as far as it gives no more than that. */
function readBackOf(
  plan: LimitedGeneratorPlan,
  readings: DeviceReadings | undefined,
  known: LoadMemory,
  isSeen: boolean,
  nowMs: RunningMs,
  maxAgeMs: number,
): number | undefined {
  if (readings?.powerLimitW?.state === 'absent')
    return isSeen ? (known.commanded ?? plan.ratingA) : undefined;
  const limitW = numberAt(readings, 'powerLimitW', nowMs, maxAgeMs);
  return limitW === undefined ? undefined : Math.min(plan.ratingA, limitW / wattsPerAmp(plan.phaseMap));
}

/** Amps that it feeds in, by its own meter or by the device; a bidirectional charge point that charges gives nothing. */
function givenBy(
  plan: LimitedGeneratorPlan,
  readings: DeviceReadings | undefined,
  nowMs: RunningMs,
  maxAgeMs: number,
  meters: ReadonlyMap<string, MeterView>,
): Currents | undefined {
  if (plan.meterId !== undefined) return givenByMeter(plan, meters.get(plan.meterId));
  return givenByOwnReading(readings, plan.phaseMap, nowMs, maxAgeMs);
}

function givenByMeter(plan: LimitedGeneratorPlan, meter: MeterView | undefined): Currents | undefined {
  if (meter?.state !== 'fresh') return undefined;
  const currentA: Partial<Record<Phase, number>> = {};
  for (const phase of PHASES) {
    if (plan.phaseMap[phase] !== undefined) currentA[phase] = Math.max(0, meter.flows[phase]?.exportA ?? 0);
  }
  return { currentA, measuredAtMs: meter.measuredAtMs };
}
