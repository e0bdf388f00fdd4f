import type { Decision, DecisionInput, Explanation } from '../../core/decision.ts';
import type { FaultCode } from '../../domain/faults.ts';
import { PHASES } from '../../domain/phase.ts';
import type { DeviceReadings, NumberPoint } from '../../domain/point.ts';
import { isGenerator, type LoadPlan, type SitePlan } from '../../domain/sitePlan.ts';
import {
  type ChannelReading,
  CONNECTION,
  channelOfLoad,
  type Metering,
  type UsageSample,
} from '../../usage/sample.ts';

type Seen = Pick<DecisionInput, 'now' | 'site' | 'snapshot'>;

/** What one cycle saw of everything that is counted. */
export function takeSample(metering: Metering, seen: Seen, { explanation }: Decision): UsageSample {
  const { site } = seen;
  const counted = new Set(metering.channels.map(({ channelId }) => channelId));
  const channels: Record<string, ChannelReading> = {};
  if (counted.has(CONNECTION)) channels[CONNECTION] = readConnection(seen, explanation);
  for (const plan of site.loads) {
    const channelId = channelOfLoad(plan.loadId);
    if (counted.has(channelId)) channels[channelId] = readLoad(plan, seen, explanation);
  }
  const chargePoints = Object.fromEntries(
    metering.chargePoints.map(({ loadId }) => [loadId, readChargePoint(loadId, seen, explanation)]),
  );
  return { now: seen.now, channels, chargePoints };
}

function readConnection({ site, snapshot }: Seen, explanation: Explanation): ChannelReading {
  const circuit = site.circuits.find(({ parentId }) => parentId === undefined);
  const meter = site.meters.find(({ meterId }) => meterId === circuit?.meterId);
  const powerW = explanation.circuits.find(({ circuitId }) => circuitId === circuit?.circuitId)?.powerW;
  const readings = meter === undefined ? undefined : snapshot[meter.deviceId];
  const [taken, given]: readonly NumberPoint[] =
    meter?.isInverted === true ? ['exportEnergyWh', 'importEnergyWh'] : ['importEnergyWh', 'exportEnergyWh'];
  return {
    ...power(powerW, faultOf(explanation, meter?.deviceId, 'meter-stale')),
    ...register('importRegisterWh', readings, taken),
    ...register('exportRegisterWh', readings, given),
  };
}

function readLoad(plan: LoadPlan, { site, snapshot }: Seen, explanation: Explanation): ChannelReading {
  const drawnA = explanation.loads.find(({ loadId }) => loadId === plan.loadId)?.drawnA;
  const sign = isGenerator(plan) ? -1 : 1;
  const powerW =
    drawnA === undefined
      ? undefined
      : sign *
        PHASES.reduce((sum, phase) => sum + (drawnA[phase] ?? 0) * voltageAt(site, snapshot, phase), 0);
  const cause = faultOf(explanation, plan.deviceId, 'device-timeout');
  return { ...power(powerW, cause), ...registersOf(plan, site, snapshot) };
}

/** A load's own register; where another load has the same device, only what is surely of this one. */
function registersOf(plan: LoadPlan, site: SitePlan, snapshot: Seen['snapshot']): ChannelReading {
  if (plan.kind === 'chargePoint') {
    const readings = snapshot[plan.deviceId];
    const total = register('importRegisterWh', readings, 'totalEnergyWh');
    return 'importRegisterWh' in total ? total : register('importRegisterWh', readings, 'sessionEnergyWh');
  }
  const meterId = 'meterId' in plan ? plan.meterId : undefined;
  const meter = site.meters.find((candidate) => candidate.meterId === meterId);
  const deviceId = meter?.deviceId ?? (plan.kind === 'limitedGenerator' ? plan.deviceId : undefined);
  const readings = deviceId === undefined ? undefined : snapshot[deviceId];
  if (isGenerator(plan)) {
    if (meter === undefined) return register('exportRegisterWh', readings, 'exportEnergyWh');
    // A generator's meter counts what it gives as import or as export, by the way that it is wired: the one that has run.
    const counted = (['importEnergyWh', 'exportEnergyWh'] as const).flatMap(
      (point) => register('exportRegisterWh', readings, point).exportRegisterWh ?? [],
    );
    return counted.length === 0 ? {} : { exportRegisterWh: Math.max(...counted) };
  }
  return register(
    'importRegisterWh',
    readings,
    meter?.isInverted === true ? 'exportEnergyWh' : 'importEnergyWh',
  );
}

function readChargePoint(loadId: string, { site, snapshot }: Seen, explanation: Explanation) {
  const view = explanation.loads.find((load) => load.loadId === loadId);
  const deviceId = site.loads.find((plan) => plan.loadId === loadId)?.deviceId;
  const connected = deviceId === undefined ? undefined : snapshot[deviceId]?.carConnected;
  const isPlugged = connected?.state === 'measured' ? connected.value === true : pluggedBy(view?.iecState);
  const given = explanation.loads.filter(
    (load) =>
      load.kind === 'limitedGenerator' &&
      site.loads.some((plan) => plan.loadId === load.loadId && plan.deviceId === deviceId),
  );
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

function faultOf(explanation: Explanation, subject: string | undefined, otherwise: FaultCode): string {
  return explanation.faults.find((fault) => fault.subject === subject)?.code ?? otherwise;
}

/** Of the meter at the connection point; the nominal one where none was read. */
function voltageAt(site: SitePlan, snapshot: Seen['snapshot'], phase: 'L1' | 'L2' | 'L3'): number {
  const circuit = site.circuits.find(({ parentId }) => parentId === undefined);
  const meter = site.meters.find(({ meterId }) => meterId === circuit?.meterId);
  const terminal = meter?.phaseMap[phase];
  if (meter === undefined || terminal === undefined) return site.nominalVoltageV;
  const reading = snapshot[meter.deviceId]?.[`phaseVoltageV.${terminal}`];
  return reading?.state === 'measured' ? Number(reading.value) : site.nominalVoltageV;
}
