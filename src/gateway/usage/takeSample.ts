import type { Decision, DecisionInput, Explanation, LoadExplanation } from '../../core/decision.ts';
import { PHASES, type Phase } from '../../domain/phase.ts';
import type { DeviceReadings, NumberPoint } from '../../domain/point.ts';
import { isGenerator, type LoadPlan, type MeterPlan, type SitePlan } from '../../domain/sitePlan.ts';
import {
  type ChannelReading,
  type ChargeReading,
  CONNECTION,
  channelOfLoad,
  type Metering,
  type UsageSample,
} from '../../usage/sample.ts';

/** One cycle, and its loads by their id: a large site has hundreds. */
interface Seen extends Pick<DecisionInput, 'now' | 'site' | 'snapshot'> {
  readonly views: ReadonlyMap<string, LoadExplanation>;
  readonly meter: MeterPlan | undefined;
  readonly faults: ReadonlyMap<string, string>;
}

/** What one cycle saw of everything that is counted. */
export function takeSample(
  metering: Metering,
  { now, site, snapshot }: Pick<DecisionInput, 'now' | 'site' | 'snapshot'>,
  { explanation }: Decision,
): UsageSample {
  const seen: Seen = {
    now,
    site,
    snapshot,
    views: new Map(explanation.loads.map((view) => [view.loadId, view])),
    meter: connectionMeterOf(site),
    // Of several faults of a device the first counts.
    faults: new Map(explanation.faults.toReversed().map(({ subject, code }) => [subject, code])),
  };
  const counted = new Set(metering.channels.map(({ channelId }) => channelId));
  const channels: Record<string, ChannelReading> = {};
  if (counted.has(CONNECTION)) channels[CONNECTION] = readConnection(seen, explanation);
  for (const plan of site.loads) {
    const channelId = channelOfLoad(plan.loadId);
    if (counted.has(channelId)) channels[channelId] = readLoad(plan, seen);
  }
  const chargePoints = Object.fromEntries(
    metering.chargePoints.map((point) => [point.loadId, readChargePoint(point, seen)]),
  );
  return { now, channels, chargePoints };
}

function readConnection({ site, meter, snapshot, faults }: Seen, explanation: Explanation): ChannelReading {
  const connection = site.circuits.find(({ parentId }) => parentId === undefined)?.circuitId;
  const powerW = explanation.circuits.find(({ circuitId }) => circuitId === connection)?.powerW;
  const readings = meter === undefined ? undefined : snapshot[meter.deviceId];
  const [taken, given]: readonly NumberPoint[] =
    meter?.isInverted === true ? ['exportEnergyWh', 'importEnergyWh'] : ['importEnergyWh', 'exportEnergyWh'];
  return {
    ...power(powerW, faults.get(meter?.deviceId ?? '') ?? 'meter-stale'),
    ...register('importRegisterWh', readings, taken),
    ...register('exportRegisterWh', readings, given),
  };
}

function readLoad(plan: LoadPlan, seen: Seen): ChannelReading {
  const drawnA = seen.views.get(plan.loadId)?.drawnA;
  const sign = isGenerator(plan) ? -1 : 1;
  const powerW =
    drawnA === undefined
      ? undefined
      : sign * PHASES.reduce((sum, phase) => sum + (drawnA[phase] ?? 0) * voltageAt(seen, phase), 0);
  const cause = seen.faults.get(plan.deviceId) ?? 'device-timeout';
  return { ...power(powerW, cause), ...registersOf(plan, seen) };
}

/**
 * A load's own register. A generator's meter that is not inverted sees what it gives as export, as the one at the connection
 * point does. The register of a session is not used: it begins anew with each, and not every maker says when.
 */
function registersOf(plan: LoadPlan, { site, snapshot }: Seen): ChannelReading {
  if (plan.kind === 'chargePoint') {
    return register('importRegisterWh', snapshot[plan.deviceId], 'totalEnergyWh');
  }
  const meter =
    plan.meterId === undefined ? undefined : site.meters.find(({ meterId }) => meterId === plan.meterId);
  const [taken, given]: readonly NumberPoint[] =
    meter?.isInverted === true ? ['exportEnergyWh', 'importEnergyWh'] : ['importEnergyWh', 'exportEnergyWh'];
  const readings = snapshot[meter?.deviceId ?? plan.deviceId];
  return isGenerator(plan)
    ? register('exportRegisterWh', readings, given)
    : register('importRegisterWh', readings, taken);
}

function readChargePoint(
  { loadId, deviceId, givingLoadIds }: Metering['chargePoints'][number],
  { snapshot, views }: Seen,
): ChargeReading {
  const view = views.get(loadId);
  const connected = snapshot[deviceId]?.carConnected;
  const isPlugged = connected?.state === 'measured' ? connected.value === true : pluggedBy(view?.iecState);
  const given = givingLoadIds.map((id) => views.get(id));
  const currents = [view, ...given].flatMap((load) => Object.values(load?.drawnA ?? {}));
  return {
    ...(isPlugged === undefined ? {} : { isPlugged }),
    ...(view?.drawnA === undefined ? {} : { currentA: Math.max(0, ...currents) }),
  };
}

/** E and F say that something is wrong, not whether a car is there. */
function pluggedBy(state: string | undefined): boolean | undefined {
  if (state === undefined || state === 'E' || state === 'F') return undefined;
  return state !== 'A';
}

function power(powerW: number | undefined, cause: string): ChannelReading {
  return powerW === undefined ? { cause } : { powerW };
}

function register<Name extends 'importRegisterWh' | 'exportRegisterWh'>(
  name: Name,
  readings: DeviceReadings | undefined,
  point: NumberPoint | undefined,
): { readonly [Key in Name]?: number } {
  const reading = point === undefined ? undefined : readings?.[point];
  if (reading?.state !== 'measured') return {};
  return { [name]: Math.max(0, Number(reading.value)) } as { readonly [Key in Name]?: number };
}

function connectionMeterOf(site: SitePlan): MeterPlan | undefined {
  const circuit = site.circuits.find(({ parentId }) => parentId === undefined);
  return circuit?.meterId === undefined
    ? undefined
    : site.meters.find(({ meterId }) => meterId === circuit.meterId);
}

/** Of the meter at the connection point; the nominal one where none was read. */
function voltageAt({ site, meter, snapshot }: Seen, phase: Phase): number {
  const terminal = meter?.phaseMap[phase];
  if (meter === undefined || terminal === undefined) return site.nominalVoltageV;
  const reading = snapshot[meter.deviceId]?.[`phaseVoltageV.${terminal}`];
  return reading?.state === 'measured' ? Number(reading.value) : site.nominalVoltageV;
}
