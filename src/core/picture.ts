import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import { type PerPhase, PHASES, type Phase } from '../domain/phase.ts';
import type { DeviceReadings, NumberPoint, Snapshot } from '../domain/point.ts';
import type { Reading } from '../domain/reading.ts';
import type { MeterPlan, PhaseMap, SitePlan, Timing } from '../domain/sitePlan.ts';
import {
  DIRECTION_CERTAIN_ABOVE_W,
  LOWEST_SUPPLY_VOLTAGE_V,
  PHASE_PATTERN_MAX_AGE_MS,
  UNUSED_PHASE_A,
} from './figures.ts';
import type { Memory, MeterMemory } from './memory.ts';

/** Net flow on one phase as bounds: when its direction is not certain it counts both ways. Amps, >= 0 unless certain. */
export interface PhaseFlow {
  /** Import positive; negative while certainly exporting. */
  readonly importA: number;
  /** Export positive; negative while certainly importing. */
  readonly exportA: number;
  /** Import positive; absent when the meter gives no power. */
  readonly powerW?: number;
  readonly voltageV?: number;
}

/** fresh: may be used for everything; late: nothing grows; lost: the loads behind it go to the safe posture. */
export type MeterView =
  | { readonly state: 'fresh'; readonly measuredAtMs: RunningMs; readonly flows: PerPhase<PhaseFlow> }
  | { readonly state: 'late'; readonly fault: FaultCode; readonly subject: string }
  | { readonly state: 'lost'; readonly fault: FaultCode; readonly subject: string };

export interface MeterPictures {
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly memories: Readonly<Record<string, MeterMemory>>;
}

interface Arguments {
  readonly nowMs: RunningMs;
  readonly site: SitePlan;
  readonly snapshot: Snapshot;
  readonly memory: Memory;
}

/** Every meter of the plan as it may be trusted now. */
export function viewMeters({ nowMs, site, snapshot, memory }: Arguments): MeterPictures {
  const meters = new Map<string, MeterView>();
  const memories: Record<string, MeterMemory> = {};
  for (const meter of site.meters) {
    const readings = snapshot[meter.deviceId];
    const known = memory.meters[meter.meterId];
    const repeated = fingerprintOf(readings, known, nowMs);
    const isFrozen = repeated.values !== '' && nowMs - repeated.sinceMs >= site.timing.meterFrozenMs;
    const view = viewMeter(meter, readings, nowMs, site, known?.freshAtMs);
    meters.set(
      meter.meterId,
      isFrozen && view.state === 'fresh'
        ? { state: 'lost', fault: 'meter-frozen', subject: meter.deviceId }
        : view,
    );
    const freshAtMs = view.state === 'fresh' ? view.measuredAtMs : known?.freshAtMs;
    memories[meter.meterId] = { ...repeated, ...(freshAtMs === undefined ? {} : { freshAtMs }) };
  }
  return { meters, memories };
}

function viewMeter(
  meter: MeterPlan,
  readings: DeviceReadings | undefined,
  nowMs: RunningMs,
  site: SitePlan,
  freshAtMs: RunningMs | undefined,
): MeterView {
  let oldestMs = nowMs;
  const flows: Partial<Record<Phase, PhaseFlow>> = {};
  for (const phase of PHASES) {
    const terminal = meter.phaseMap[phase];
    if (terminal === undefined) continue;
    const current = readings?.[`phaseCurrentA.${terminal}`] as Reading | undefined;
    if (current?.state !== 'measured') return silent(meter, current, nowMs, site, freshAtMs);
    oldestMs = Math.min(oldestMs, current.measuredAtMs);
    // Only the direction and a power limit need it, and many meters give it in a request of its own.
    const power = numberAt(readings, `phasePowerW.${terminal}`, nowMs, site.timing.meterHoldMs);
    const voltageV = numberAt(readings, `phaseVoltageV.${terminal}`, nowMs, site.timing.meterMaxAgeMs);
    flows[phase] = flowOf(current.value, power, voltageV, meter.isInverted);
  }
  const ageMs = nowMs - oldestMs;
  if (ageMs <= site.timing.meterMaxAgeMs) return { state: 'fresh', measuredAtMs: oldestMs, flows };
  const state = ageMs >= site.timing.meterHoldMs ? 'lost' : 'late';
  return { state, fault: 'meter-stale', subject: meter.deviceId };
}

/**
 * Never asked for is lost at once; a fresh loss is late until the hold time is over. A loss counts from the last fresh
 * reading, not from when the device was given up, and a start from the start.
 */
function silent(
  meter: MeterPlan,
  current: Reading | undefined,
  nowMs: RunningMs,
  site: SitePlan,
  freshAtMs: RunningMs | undefined,
): MeterView {
  const fault = current?.state === 'unknown' ? current.fault : 'not-yet-read';
  const isStart = fault === 'not-yet-read' || freshAtMs === undefined;
  const lostForMs =
    current?.state === 'unknown' ? nowMs - (isStart ? current.sinceMs : freshAtMs) : Number.POSITIVE_INFINITY;
  return {
    state: lostForMs >= site.timing.meterHoldMs ? 'lost' : 'late',
    fault,
    subject: meter.deviceId,
  };
}

function flowOf(
  currentA: number,
  powerW: number | undefined,
  voltageV: number | undefined,
  isInverted: boolean,
): PhaseFlow {
  const magnitudeA = Math.abs(currentA);
  const rest = voltageV === undefined ? {} : { voltageV };
  if (powerW === undefined) return { importA: magnitudeA, exportA: magnitudeA, ...rest };
  const signedW = isInverted ? -powerW : powerW;
  if (Math.abs(signedW) < DIRECTION_CERTAIN_ABOVE_W) {
    return { importA: magnitudeA, exportA: magnitudeA, powerW: signedW, ...rest };
  }
  const signedA = signedW > 0 ? magnitudeA : -magnitudeA;
  return { importA: signedA, exportA: -signedA, powerW: signedW, ...rest };
}

/** A live meter never repeats all its values to the last bit; one that does has stopped measuring. */
function fingerprintOf(
  readings: DeviceReadings | undefined,
  known: MeterMemory | undefined,
  nowMs: RunningMs,
): Pick<MeterMemory, 'values' | 'sinceMs'> {
  let values = '';
  for (const phase of PHASES) {
    for (const quantity of ['phaseCurrentA', 'phasePowerW', 'phaseVoltageV'] as const) {
      const reading = readings?.[`${quantity}.${phase}`];
      if (reading?.state === 'measured') values += `${reading.value};`;
    }
  }
  return { values, sinceMs: known?.values === values ? known.sinceMs : nowMs };
}

/** The number at a point when it is measured and not older than maxAgeMs. */
export function numberAt(
  readings: DeviceReadings | undefined,
  point: NumberPoint,
  nowMs: RunningMs,
  maxAgeMs: number,
): number | undefined {
  const reading = readings?.[point];
  if (reading?.state !== 'measured' || typeof reading.value !== 'number') return undefined;
  return nowMs - reading.measuredAtMs <= maxAgeMs ? reading.value : undefined;
}

/**
 * What a device itself says it draws, amps per supply phase; by its power where it gives no currents. One that feeds in
 * (a bidirectional charge point that discharges) draws nothing.
 */
export function drawnByOwnReading(
  readings: DeviceReadings | undefined,
  phaseMap: PhaseMap,
  nowMs: RunningMs,
  maxAgeMs: number,
): Currents | undefined {
  return currentsOfSide(readings, phaseMap, nowMs, maxAgeMs, 1);
}

/** What a device itself says it feeds in, amps per supply phase; one that draws feeds in nothing. */
export function givenByOwnReading(
  readings: DeviceReadings | undefined,
  phaseMap: PhaseMap,
  nowMs: RunningMs,
  maxAgeMs: number,
): Currents | undefined {
  return currentsOfSide(readings, phaseMap, nowMs, maxAgeMs, -1);
}

function currentsOfSide(
  readings: DeviceReadings | undefined,
  phaseMap: PhaseMap,
  nowMs: RunningMs,
  maxAgeMs: number,
  side: 1 | -1,
): Currents | undefined {
  const currents = currentsOf(readings, phaseMap, nowMs, maxAgeMs);
  const totalW = numberAt(readings, 'totalPowerW', nowMs, maxAgeMs);
  const reading = readings?.totalPowerW;
  if (totalW === undefined || reading?.state !== 'measured') return currents;
  const isOtherSide = side * totalW < -DIRECTION_CERTAIN_ABOVE_W;
  if (currents !== undefined && !isOtherSide) return currents;
  const phases = PHASES.filter((phase) => phaseMap[phase] !== undefined);
  const eachA = isOtherSide ? 0 : Math.abs(totalW) / (phases.length * LOWEST_SUPPLY_VOLTAGE_V);
  return {
    currentA: Object.fromEntries(phases.map((phase) => [phase, eachA])),
    measuredAtMs: reading.measuredAtMs,
  };
}

/** Amps per supply phase, >= 0, as old as their oldest reading. */
export interface Currents {
  readonly currentA: PerPhase<number>;
  readonly measuredAtMs: RunningMs;
}

/**
 * Current of each supply phase, by the terminals of the device, as magnitudes; absent when no phase is fresh.
 * A charge point offers every phase the same current (IEC 61851-1), so a phase that is read more slowly than the
 * others tells whether the car uses it, and the freshest phase tells how much. One that is too old for that has no entry.
 */
function currentsOf(
  readings: DeviceReadings | undefined,
  phaseMap: PhaseMap,
  nowMs: RunningMs,
  maxAgeMs: number,
): Currents | undefined {
  const currentA: Partial<Record<Phase, number>> = {};
  const isUsed: Partial<Record<Phase, boolean>> = {};
  let measuredAtMs: RunningMs | undefined;
  for (const phase of PHASES) {
    const terminal = phaseMap[phase];
    const reading = terminal === undefined ? undefined : readings?.[`phaseCurrentA.${terminal}`];
    if (reading?.state !== 'measured' || typeof reading.value !== 'number') continue;
    const ageMs = nowMs - reading.measuredAtMs;
    if (ageMs <= maxAgeMs) {
      measuredAtMs = Math.min(measuredAtMs ?? nowMs, reading.measuredAtMs);
      currentA[phase] = Math.abs(reading.value);
    } else if (ageMs <= PHASE_PATTERN_MAX_AGE_MS) {
      isUsed[phase] = Math.abs(reading.value) > UNUSED_PHASE_A;
    }
  }
  if (measuredAtMs === undefined) return undefined;
  const freshA = Math.max(...Object.values(currentA));
  for (const phase of PHASES) {
    if (isUsed[phase] !== undefined) currentA[phase] = isUsed[phase] ? freshA : 0;
  }
  return { currentA, measuredAtMs };
}

/** Not read since the start, a moment ago: it is about to be met. */
export function isNotYetRead(
  reading: Reading<unknown> | undefined,
  nowMs: RunningMs,
  timing: Timing,
): boolean {
  return (
    reading?.state === 'unknown' &&
    reading.fault === 'not-yet-read' &&
    nowMs - reading.sinceMs < timing.meterHoldMs
  );
}
