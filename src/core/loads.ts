import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import { PHASES, type Phase } from '../domain/phase.ts';
import type { DeviceReadings, IecState, Snapshot } from '../domain/point.ts';
import type {
  ChargePointPlan,
  SitePlan,
  SwitchedGeneratorPlan,
  SwitchedLoadPlan,
  Timing,
} from '../domain/sitePlan.ts';
import {
  CONFIRM_TOLERANCE_A,
  FASTEST_RISE_A_PER_S,
  IDLE_BELOW_A,
  LONGEST_SKEW_MS,
  NOT_DRAWING_MS,
  OBEY_TOLERANCE_A,
  TRACE_MS,
} from './figures.ts';
import { viewLimitedGenerator } from './limitedGenerators.ts';
import type { LoadView } from './loadView.ts';
import {
  type DrawSample,
  EMPTY_LOAD_MEMORY,
  type LoadMemory,
  type Memory,
  rememberContact,
  rememberIdle,
} from './memory.ts';
import { countedPhases } from './phases.ts';
import { type Currents, drawnByOwnReading, isNotYetRead, type MeterView, numberAt } from './picture.ts';

interface Arguments {
  readonly nowMs: RunningMs;
  readonly site: SitePlan;
  readonly snapshot: Snapshot;
  readonly memory: Memory;
  readonly meters: ReadonlyMap<string, MeterView>;
}

/** All loads of the plan, in the order of the plan. */
export function viewLoads({ nowMs, site, snapshot, memory, meters }: Arguments): LoadView[] {
  return site.loads.map((plan) => {
    const readings = snapshot[plan.deviceId];
    const known = memory.loads[plan.loadId] ?? EMPTY_LOAD_MEMORY;
    switch (plan.kind) {
      case 'chargePoint':
        return viewChargePoint(plan, readings, known, nowMs, site.timing);
      case 'limitedGenerator':
        return viewLimitedGenerator({ plan, readings, known, nowMs, timing: site.timing, meters });
      default:
        return viewSwitch(plan, readings, known, nowMs, site.timing, meters);
    }
  });
}

function viewChargePoint(
  plan: ChargePointPlan,
  readings: DeviceReadings | undefined,
  known: LoadMemory,
  nowMs: RunningMs,
  timing: Timing,
): LoadView {
  const readBackA = numberAt(readings, 'setpointA', nowMs, timing.loadMaxAgeMs);
  const counted = countedPhases({ plan, readings, known, nowMs });
  const drawn = drawnByOwnReading(readings, counted.phaseMap, nowMs, timing.loadMaxAgeMs);
  const state = readings?.chargingState;
  const isStateFresh = state?.state === 'measured' && nowMs - state.measuredAtMs <= timing.loadMaxAgeMs;
  const fallback = fallbackFault(plan, readings, counted.memory, nowMs, timing);
  const base = {
    plan,
    ...counted,
    memory: fallback.memory,
    overdrawA: 0,
    isStuck: false,
    isStarting: isNotYetRead(readings?.setpointA, nowMs, timing),
    ...(isStateFresh ? { iecState: state.value as IecState } : {}),
    ...(drawn === undefined ? {} : { drawnA: drawn.currentA, drawnAtMs: drawn.measuredAtMs }),
  };
  if (readBackA === undefined) {
    const inForceA = silentInForceA(plan, known, nowMs);
    return { ...base, isAnswering: false, inForceA, fault: silenceOf(readings, 'setpointA') };
  }
  const inForceA = Math.min(plan.ratingA, Math.max(readBackA, known.commanded ?? 0));
  const isOverdue = nowMs - known.commandedAtMs > timing.confirmMs;
  const isHigher = readBackA > (known.commanded ?? plan.ratingA) + CONFIRM_TOLERANCE_A;
  const mostDrawnA = drawn === undefined ? 0 : Math.max(0, ...Object.values(drawn.currentA));
  const isDisobeying = mostDrawnA > inForceA + OBEY_TOLERANCE_A;
  const fault = isOverdue
    ? isHigher
      ? 'setpoint-not-confirmed'
      : isDisobeying
        ? 'load-exceeds-setpoint'
        : fallback.fault
    : undefined;
  return {
    ...base,
    isAnswering: drawn !== undefined,
    inForceA,
    // While a car still follows its last set-point down, what it draws above it is not held against it.
    overdrawA: isOverdue ? Math.max(0, mostDrawnA - inForceA) : 0,
    readBackA,
    ...(fault === undefined ? {} : { fault }),
  };
}

/**
 * A charge point that does not answer may draw all that it was last known to allow, until its own
 * watchdog has surely brought it to the fall-back current that was proven on it.
 */
function silentInForceA(plan: ChargePointPlan, known: LoadMemory, nowMs: RunningMs): number {
  const lastA = Math.min(
    plan.ratingA,
    Math.max(known.commanded ?? plan.ratingA, known.lastInForce ?? plan.ratingA),
  );
  const { fallbackCurrentA, fallbackTimeoutMs } = plan;
  if (fallbackCurrentA === undefined || fallbackTimeoutMs === undefined) return lastA;
  if (!known.isFallbackProven || known.lastAnsweredAtMs === undefined) return lastA;
  const isFallenBack = nowMs - known.lastAnsweredAtMs > 2 * fallbackTimeoutMs;
  return isFallenBack ? Math.min(plan.ratingA, fallbackCurrentA) : lastA;
}

function fallbackFault(
  plan: ChargePointPlan,
  readings: DeviceReadings | undefined,
  known: LoadMemory,
  nowMs: RunningMs,
  timing: Timing,
): { readonly memory: LoadMemory; readonly fault?: FaultCode } {
  const current = readings?.fallbackCurrentA;
  const timeout = readings?.fallbackTimeoutMs;
  const { fallbackCurrentA, fallbackTimeoutMs } = plan;
  if (fallbackCurrentA === undefined || fallbackTimeoutMs === undefined) return { memory: known };
  if (current?.state !== 'measured' || timeout?.state !== 'measured') return { memory: known };
  const isHeld =
    (current.value as number) <= fallbackCurrentA + CONFIRM_TOLERANCE_A &&
    (timeout.value as number) > 0 &&
    (timeout.value as number) <= fallbackTimeoutMs;
  const memory = known.isFallbackProven === isHeld ? known : { ...known, isFallbackProven: isHeld };
  const isSettled = nowMs - Math.min(current.measuredAtMs, timeout.measuredAtMs) <= 15 * timing.loadMaxAgeMs;
  return isHeld || !isSettled ? { memory } : { memory, fault: 'fallback-not-set' };
}

type SwitchPlan = SwitchedLoadPlan | SwitchedGeneratorPlan;

function viewSwitch(
  plan: SwitchPlan,
  readings: DeviceReadings | undefined,
  known: LoadMemory,
  nowMs: RunningMs,
  timing: Timing,
  meters: ReadonlyMap<string, MeterView>,
): LoadView {
  const position = readings?.[`relayClosed.${plan.relayChannel}`];
  const isFresh = position?.state === 'measured' && nowMs - position.measuredAtMs <= timing.loadMaxAgeMs;
  const drawn = switchDraw(plan, isFresh ? position.value === true : undefined, nowMs, meters, known.trace);
  const mostDrawnA = drawn === undefined ? 0 : Math.max(0, ...Object.values(drawn.currentA));
  const base = {
    plan,
    phaseMap: plan.phaseMap,
    memory: known,
    overdrawA: Math.max(0, mostDrawnA - plan.ratingA),
    ...(drawn === undefined ? {} : { drawnA: drawn.currentA, drawnAtMs: drawn.measuredAtMs }),
  };
  const isOverdue = nowMs - known.commandedAtMs > timing.confirmMs;
  if (!isFresh) {
    const isOpen = known.commanded === 0 && known.lastInForce === 0;
    return {
      ...base,
      isStuck: false,
      isStarting: isNotYetRead(position, nowMs, timing),
      isAnswering: false,
      inForceA: isOpen ? 0 : plan.ratingA,
      fault: silenceOf(readings, `relayClosed.${plan.relayChannel}`),
    };
  }
  const readBackA = position.value === true ? plan.ratingA : 0;
  const commandedA = known.commanded === undefined ? readBackA : known.commanded * plan.ratingA;
  // The read-back is the relay's coil; only the meter of the load sees the contact.
  const isStuck = isOverdue && readBackA === 0 && commandedA === 0 && mostDrawnA > OBEY_TOLERANCE_A;
  const isDifferent = readBackA !== commandedA;
  const isIdle =
    plan.kind === 'switchedLoad' && readBackA > 0 && drawn !== undefined && mostDrawnA < IDLE_BELOW_A;
  const remembered = rememberIdle(rememberContact(known, position.value === true, nowMs), isIdle, nowMs);
  const isNotDrawing = isIdle && nowMs - (remembered.idleSinceMs ?? nowMs) >= NOT_DRAWING_MS;
  const fault = isStuck
    ? 'load-exceeds-setpoint'
    : isDifferent && isOverdue
      ? 'switch-not-confirmed'
      : isNotDrawing
        ? 'load-not-drawing'
        : undefined;
  return {
    ...base,
    memory: remembered,
    isStuck,
    isStarting: false,
    // A load whose own meter is silent may be doing anything: it keeps what it has.
    isAnswering: plan.meterId === undefined || meters.get(plan.meterId)?.state === 'fresh',
    inForceA: isStuck ? plan.ratingA : Math.max(readBackA, commandedA),
    readBackA,
    ...(fault === undefined ? {} : { fault }),
  };
}

/** By the load's own meter, or nothing while the contact is open; otherwise it cannot be told. */
function switchDraw(
  plan: SwitchPlan,
  isClosed: boolean | undefined,
  nowMs: RunningMs,
  meters: ReadonlyMap<string, MeterView>,
  trace: readonly DrawSample[],
): Currents | undefined {
  const currentA: Partial<Record<Phase, number>> = {};
  const meter = plan.meterId === undefined ? undefined : meters.get(plan.meterId);
  // One late answer of its meter must not shed a load: within the hold time it draws what it drew.
  const last = trace.at(-1);
  if (meter?.state === 'late' && isClosed === true && last !== undefined) {
    return { currentA: last.currentA, measuredAtMs: last.atMs };
  }
  for (const phase of PHASES) {
    if (plan.phaseMap[phase] === undefined) continue;
    const flow = meter?.state === 'fresh' ? meter.flows[phase] : undefined;
    if (flow !== undefined) currentA[phase] = Math.max(Math.abs(flow.importA), Math.abs(flow.exportA));
    else if (isClosed === false) currentA[phase] = 0;
    else return undefined;
  }
  return { currentA, measuredAtMs: meter?.state === 'fresh' ? meter.measuredAtMs : nowMs };
}

function silenceOf(
  readings: DeviceReadings | undefined,
  point: 'setpointA' | `relayClosed.${number}`,
): FaultCode {
  const reading = readings?.[point];
  return reading?.state === 'unknown'
    ? reading.fault
    : reading === undefined
      ? 'not-yet-read'
      : 'device-timeout';
}

/** Adds what a load draws now to its trace and forgets what is too old to matter. */
export function extendTrace(view: LoadView, nowMs: RunningMs): readonly DrawSample[] {
  const { trace } = view.memory;
  const last = trace[trace.length - 1];
  const kept = trace.filter((sample) => nowMs - sample.atMs <= TRACE_MS);
  if (view.drawnA === undefined || view.drawnAtMs === undefined)
    return kept.length === trace.length ? trace : kept;
  if (last !== undefined && last.atMs >= view.drawnAtMs) return kept.length === trace.length ? trace : kept;
  return [...kept, { atMs: view.drawnAtMs, currentA: view.drawnA }];
}

/**
 * What a load drew on a phase when the meter was read, as the least and the most that fits the samples around that moment.
 * Meter and load are read one after the other: without this, a load that is coming down would be counted twice.
 */
export function drawnAround(
  view: LoadView,
  trace: readonly DrawSample[],
  phase: Phase,
  atMs: RunningMs,
): { readonly leastA: number; readonly mostA: number } | undefined {
  const latestA = view.drawnA?.[phase];
  if (view.drawnA === undefined || view.drawnAtMs === undefined || latestA === undefined) return undefined;
  if (atMs >= view.drawnAtMs) {
    const mayHaveRisenA = (Math.min(atMs - view.drawnAtMs, LONGEST_SKEW_MS) / 1000) * FASTEST_RISE_A_PER_S;
    return { leastA: latestA, mostA: Math.max(latestA, Math.min(view.inForceA, latestA + mayHaveRisenA)) };
  }
  let before: DrawSample | undefined;
  let after: DrawSample = { atMs: view.drawnAtMs, currentA: view.drawnA };
  for (const sample of trace) {
    if (sample.atMs <= atMs) before = sample;
    else if (sample.atMs < after.atMs) after = sample;
  }
  const afterA = after.currentA[phase] ?? 0;
  const beforeA = before === undefined ? afterA : (before.currentA[phase] ?? 0);
  return { leastA: Math.min(beforeA, afterA), mostA: Math.max(beforeA, afterA) };
}
