import { topologyOf } from '../../core/constraints.ts';
import { powerLimitOf } from '../../core/limitedGenerators.ts';
import { type PerPhase, PHASES, type Phase } from '../../domain/phase.ts';
import type { DeviceReadings, PointName, PointValue, Snapshot } from '../../domain/point.ts';
import type { Reading } from '../../domain/reading.ts';
import { isGenerator, type LoadPlan, type MeterPlan, type SitePlan } from '../../domain/sitePlan.ts';
import { type Measured, measuredNumber, mostOf, voltagesOf } from './phaseReadings.ts';
import type { SimulatedLoads } from './simulatedLoads.ts';

/** Readings of one device in the making. */
type Draft = Partial<Record<PointName, Reading<PointValue>>>;

/** Current and power were read in one go when they are no further apart than this. */
const SAME_LOOK_MS = 250;

/**
 * The recorded readings as they would have been: each reading changed by what the loads did otherwise at the moment when
 * it was taken, none newer or older than recorded. A silent device stays silent.
 */
export function correctSnapshot(site: SitePlan, snapshot: Snapshot, loads: SimulatedLoads): Snapshot {
  const voltageV = voltagesOf(site, snapshot);
  const corrected: Record<string, DeviceReadings> = { ...snapshot };
  const draftOf = (deviceId: string): Draft | undefined => {
    const known = corrected[deviceId];
    return known === undefined ? undefined : { ...known };
  };
  for (const plan of site.loads) {
    const draft = draftOf(plan.deviceId);
    if (draft === undefined) continue;
    if (plan.kind === 'chargePoint' || plan.kind === 'limitedGenerator') {
      correctOwnReadings(draft, plan, site, loads, voltageV);
    }
    correctReadBack(draft, plan, loads);
    corrected[plan.deviceId] = draft;
  }
  for (const meter of site.meters) {
    const draft = draftOf(meter.deviceId);
    if (draft === undefined) continue;
    correctMeter(draft, meter, site, loads, voltageV);
    corrected[meter.deviceId] = draft;
  }
  return corrected;
}

function correctReadBack(draft: Draft, plan: LoadPlan, loads: SimulatedLoads): void {
  const courseAt = (point: PointName) => {
    const reading = draft[point];
    const course = reading?.state === 'measured' ? loads.courseAt(plan, reading.measuredAtMs) : undefined;
    return course === undefined || course.isSame ? undefined : course;
  };
  if (plan.kind === 'chargePoint') {
    replace(draft, 'setpointA', courseAt('setpointA')?.setpoint);
    replace(draft, 'onePhase', courseAt('onePhase')?.isOnOnePhase);
    const course = courseAt('chargingState');
    if (course === undefined || course.draw === 'recorded') return;
    const state = draft.chargingState;
    const isCharging = state?.state === 'measured' && (state.value === 'C' || state.value === 'D');
    if (mostOf(course.draw) > 0 && !isCharging) replace(draft, 'chargingState', 'C');
    else if (isCharging && (course.setpoint ?? 0) < plan.minimumA) replace(draft, 'chargingState', 'B');
  } else if (plan.kind === 'limitedGenerator') {
    const setpointA = courseAt('powerLimitW')?.setpoint;
    if (setpointA === undefined) return;
    const wholeW = measuredNumber(draft, 'ratedPowerW')?.value ?? powerLimitOf(plan, plan.ratingA);
    replace(draft, 'powerLimitW', setpointA >= plan.ratingA ? wholeW : powerLimitOf(plan, setpointA));
  } else {
    const point = `relayClosed.${plan.relayChannel}` as const;
    const setpoint = courseAt(point)?.setpoint;
    replace(draft, point, setpoint === undefined ? undefined : setpoint > 0);
  }
}

/** What a device says of itself, where it drew or gave something else: all its loads together (it may charge and discharge). */
function correctOwnReadings(
  draft: Draft,
  plan: LoadPlan,
  site: SitePlan,
  loads: SimulatedLoads,
  voltageV: PerPhase<number>,
): void {
  const onDevice = site.loads.filter((load) => load.deviceId === plan.deviceId);
  const netAt = (phase: Phase, atMs: number): number | undefined => {
    if (onDevice.every((load) => loads.differenceAt(load, atMs) === undefined)) return undefined;
    return onDevice.reduce((sum, load) => {
      const drawA = loads.drawAt(load, atMs)[phase] ?? 0;
      return sum + (isGenerator(load) ? -drawA : drawA);
    }, 0);
  };
  for (const phase of PHASES) {
    const terminal = plan.phaseMap[phase];
    if (terminal === undefined) continue;
    change(draft, `phaseCurrentA.${terminal}`, ({ measuredAtMs }) => {
      const netA = netAt(phase, measuredAtMs);
      return netA === undefined ? undefined : Math.abs(netA);
    });
    change(draft, `phasePowerW.${terminal}`, ({ measuredAtMs }) => {
      const netA = netAt(phase, measuredAtMs);
      return netA === undefined ? undefined : netA * (voltageV[phase] ?? 0);
    });
  }
  change(draft, 'totalPowerW', ({ measuredAtMs }) => {
    const netW = PHASES.map((phase) => (netAt(phase, measuredAtMs) ?? 0) * (voltageV[phase] ?? 0));
    const isOther = PHASES.some((phase) => netAt(phase, measuredAtMs) !== undefined);
    return isOther ? netW.reduce((sum, phaseW) => sum + phaseW, 0) : undefined;
  });
}

function correctMeter(
  draft: Draft,
  meter: MeterPlan,
  site: SitePlan,
  loads: SimulatedLoads,
  voltageV: PerPhase<number>,
): void {
  const { metersAbove } = topologyOf(site);
  const isOwn = (load: LoadPlan): boolean => 'meterId' in load && load.meterId === meter.meterId;
  const seen = site.loads.filter(
    (load, index) => isOwn(load) || (metersAbove[index]?.includes(meter.meterId) ?? false),
  );
  const sign = meter.isInverted ? -1 : 1;
  const moreAt = (phase: Phase, atMs: number): number =>
    sign * seen.reduce((sum, load) => sum + (loads.differenceAt(load, atMs)?.[phase] ?? 0), 0);
  const isForLoadAlone = seen.length === 1 && seen.every(isOwn);
  for (const phase of PHASES) {
    const terminal = meter.phaseMap[phase];
    if (terminal === undefined) continue;
    const volts = voltageV[phase] ?? site.nominalVoltageV;
    const power = measuredNumber(draft, `phasePowerW.${terminal}`);
    change(draft, `phaseCurrentA.${terminal}`, (current) => {
      const moreA = moreAt(phase, current.measuredAtMs);
      return moreA === 0 ? undefined : currentAfter(current, power, moreA, volts, isForLoadAlone);
    });
    change(draft, `phasePowerW.${terminal}`, ({ value, measuredAtMs }) => {
      const moreA = moreAt(phase, measuredAtMs);
      return moreA === 0 ? undefined : value + moreA * volts;
    });
  }
  change(draft, 'totalPowerW', ({ value, measuredAtMs }) => {
    const moreW = PHASES.reduce(
      (sum, phase) => sum + moreAt(phase, measuredAtMs) * (voltageV[phase] ?? 0),
      0,
    );
    return moreW === 0 ? undefined : value + moreW;
  });
}

/** Amps of a phase after so many amps of active current more; the reactive part of the house stays as it was. */
function currentAfter(
  current: Measured,
  power: Measured | undefined,
  moreA: number,
  volts: number,
  isForLoadAlone: boolean,
): number {
  const magnitudeA = Math.abs(current.value);
  if (power === undefined) return Math.max(0, magnitudeA + moreA);
  const isOneLook = Math.abs(current.measuredAtMs - power.measuredAtMs) <= SAME_LOOK_MS;
  if (!isOneLook) return Math.abs((power.value < 0 ? -magnitudeA : magnitudeA) + moreA);
  const activeA = power.value / volts;
  if (isForLoadAlone) return Math.abs(activeA + moreA);
  const reactiveSquared = Math.max(0, magnitudeA ** 2 - activeA ** 2);
  return Math.sqrt((activeA + moreA) ** 2 + reactiveSquared);
}

function change(draft: Draft, point: PointName, to: (measured: Measured) => number | undefined): void {
  const reading = draft[point];
  if (reading?.state !== 'measured' || typeof reading.value !== 'number') return;
  replace(draft, point, to({ value: reading.value, measuredAtMs: reading.measuredAtMs }));
}

function replace(draft: Draft, point: PointName, value: PointValue | undefined): void {
  const reading = draft[point];
  if (value === undefined || reading?.state !== 'measured') return;
  draft[point] = { ...reading, value };
}
