import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import { PHASES, type PhaseCount } from '../domain/phase.ts';
import type { DeviceReadings } from '../domain/point.ts';
import type { ChargePointPlan, LoadPlan, PhaseMap } from '../domain/sitePlan.ts';
import { PHASES_MAX_AGE_MS, UNUSED_PHASE_A } from './figures.ts';
import { type LoadMemory, NEVER_SWITCHED, type PhaseMemory } from './memory.ts';

export function phaseMemoryOf({ phases }: LoadMemory): PhaseMemory {
  return phases ?? NEVER_SWITCHED;
}

/** The plan of a charge point whose phases the gateway may switch. */
export type SwitchingPlan = ChargePointPlan & Required<Pick<ChargePointPlan, 'phaseSwitching'>>;

export function switchesPhases(plan: LoadPlan): plan is SwitchingPlan {
  return plan.kind === 'chargePoint' && plan.phaseSwitching !== undefined;
}

/** The one supply phase that carries it while it charges on one: the phase that is wired to its own L1. */
export function onePhaseMap({ phaseMap }: ChargePointPlan): PhaseMap {
  const phase = PHASES.find((candidate) => phaseMap[candidate] === 'L1');
  return phase === undefined ? phaseMap : { [phase]: 'L1' };
}

interface Arguments {
  readonly plan: ChargePointPlan;
  readonly readings: DeviceReadings | undefined;
  readonly known: LoadMemory;
  readonly nowMs: RunningMs;
}

/**
 * The supply phases that its current counts on. It counts on one phase only while it freshly reads so, since it was last told
 * and not told three, and nothing was seen to flow on the others. Whatever else is known, and what is not known, is three.
 */
export function countedPhases({ plan, readings, known, nowMs }: Arguments): {
  readonly memory: LoadMemory;
  readonly phaseMap: PhaseMap;
  readonly phases?: PhaseCount;
  readonly phaseFault?: FaultCode;
} {
  if (!switchesPhases(plan)) return { memory: known, phaseMap: plan.phaseMap };
  const phases = phaseMemoryOf(known);
  const { told, switchedAtMs, changeover } = phases;
  const reading = readings?.onePhase;
  const isFresh =
    reading?.state === 'measured' &&
    reading.measuredAtMs > switchedAtMs &&
    nowMs - reading.measuredAtMs <= PHASES_MAX_AGE_MS;
  const isOneRead = isFresh && reading.value === true;
  const isDoubted = phases.isDoubted === true || (isOneRead && drawsBesides(readings, switchedAtMs, nowMs));
  const isOne = isOneRead && told !== 3 && !isDoubted;
  const isContrary = isFresh && (told === 1 ? !isOne : told === 3 && isOneRead);
  const isRefused =
    reading?.state === 'unknown' && ['device-exception', 'reading-implausible'].includes(reading.fault);
  const isAtFault = told !== undefined && changeover === undefined && (isContrary || isRefused);
  const isNewDoubt = isDoubted && phases.isDoubted !== true;
  return {
    memory: isNewDoubt ? { ...known, phases: { ...phases, isDoubted } } : known,
    phaseMap: isOne ? onePhaseMap(plan) : plan.phaseMap,
    phases: isOne ? 1 : 3,
    ...(isAtFault ? { phaseFault: 'phases-not-confirmed' } : {}),
  };
}

/** A current on a terminal besides L1 that was read since the last switching: whatever it says, it is not on one phase. */
function drawsBesides(
  readings: DeviceReadings | undefined,
  switchedAtMs: RunningMs,
  nowMs: RunningMs,
): boolean {
  return (['L2', 'L3'] as const).some((terminal) => {
    const reading = readings?.[`phaseCurrentA.${terminal}`];
    if (reading?.state !== 'measured' || reading.measuredAtMs <= switchedAtMs) return false;
    return nowMs - reading.measuredAtMs <= PHASES_MAX_AGE_MS && Number(reading.value) > UNUSED_PHASE_A;
  });
}
