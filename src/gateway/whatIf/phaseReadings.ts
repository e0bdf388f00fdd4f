import { type PerPhase, PHASES, type Phase } from '../../domain/phase.ts';
import type { DeviceReadings, NumberPoint, Snapshot } from '../../domain/point.ts';
import type { MeterPlan, SitePlan } from '../../domain/sitePlan.ts';

/** A number that was measured, and when. */
export interface Measured {
  readonly value: number;
  readonly measuredAtMs: number;
}

export function measuredNumber(
  readings: DeviceReadings | undefined,
  point: NumberPoint,
): Measured | undefined {
  const reading = readings?.[point];
  if (reading?.state !== 'measured' || typeof reading.value !== 'number') return undefined;
  return { value: reading.value, measuredAtMs: reading.measuredAtMs };
}

/** Volts of each phase at the connection point; nominal where its meter tells none. */
export function voltagesOf(site: SitePlan, snapshot: Snapshot): PerPhase<number> {
  const meter = connectionMeterOf(site);
  return Object.fromEntries(
    site.phases.map((phase) => {
      const terminal = meter?.phaseMap[phase];
      const readings = meter === undefined ? undefined : snapshot[meter.deviceId];
      const voltage =
        terminal === undefined ? undefined : measuredNumber(readings, `phaseVoltageV.${terminal}`);
      return [phase, voltage === undefined || voltage.value <= 0 ? site.nominalVoltageV : voltage.value];
    }),
  );
}

function connectionMeterOf(site: SitePlan): MeterPlan | undefined {
  const connection = site.circuits.find((circuit) => circuit.parentId === undefined);
  return site.meters.find((meter) => meter.meterId === connection?.meterId);
}

/** Net amps of each phase at a meter by its active power, import positive; by its current alone where it gives no power. */
export function netCurrents(
  meter: MeterPlan,
  snapshot: Snapshot,
  voltageV: PerPhase<number>,
): { readonly currentA: PerPhase<number>; readonly measuredAtMs: number } | undefined {
  const readings = snapshot[meter.deviceId];
  const currentA: Partial<Record<Phase, number>> = {};
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const phase of PHASES) {
    const terminal = meter.phaseMap[phase];
    if (terminal === undefined) continue;
    const power = measuredNumber(readings, `phasePowerW.${terminal}`);
    const measured = power ?? measuredNumber(readings, `phaseCurrentA.${terminal}`);
    if (measured === undefined) return undefined;
    const amps = power === undefined ? measured.value : measured.value / (voltageV[phase] ?? 1);
    currentA[phase] = meter.isInverted && power !== undefined ? -amps : amps;
    oldestMs = Math.min(oldestMs, measured.measuredAtMs);
  }
  return { currentA, measuredAtMs: oldestMs };
}

/** Watts through each circuit that has a meter, import positive; none while its meter was never read. */
export function powersThrough(site: SitePlan, snapshot: Snapshot): ReadonlyMap<string, number> {
  const voltageV = voltagesOf(site, snapshot);
  const powersW = new Map<string, number>();
  for (const { circuitId, meterId } of site.circuits) {
    const meter = site.meters.find((one) => one.meterId === meterId);
    const net = meter === undefined ? undefined : netCurrents(meter, snapshot, voltageV);
    if (net !== undefined) powersW.set(circuitId, powerOf(net.currentA, voltageV));
  }
  return powersW;
}

/** Watts over all phases; amps at their voltages, unity power factor. */
export function powerOf(currentA: PerPhase<number>, voltageV: PerPhase<number>): number {
  return PHASES.reduce((sum, phase) => sum + (currentA[phase] ?? 0) * (voltageV[phase] ?? 0), 0);
}

export function mostOf(currentA: PerPhase<number>): number {
  return Math.max(0, ...Object.values(currentA));
}
