import type { Explanation } from '../core/decision.ts';
import type { DeviceReadings, PointValue } from '../domain/point.ts';
import type { Reading } from '../domain/reading.ts';
import type { SitePlan } from '../domain/sitePlan.ts';

/**
 * Whether new readings of a device want a decision at once: a current above a ceiling of its circuit, or a
 * current that has just become unknown. The decision itself judges; this only wakes it.
 */
export function needsDecision(
  site: SitePlan,
  deviceId: string,
  readings: DeviceReadings,
  before: DeviceReadings | undefined,
  explanation: Explanation | undefined,
): boolean {
  for (const meter of site.meters) {
    if (meter.deviceId !== deviceId) continue;
    const circuit = site.circuits.find((candidate) => candidate.meterId === meter.meterId);
    if (circuit === undefined) continue;
    const view = explanation?.circuits.find((candidate) => candidate.circuitId === circuit.circuitId);
    for (const [phase, terminal] of Object.entries(meter.phaseMap)) {
      const reading = readings[`phaseCurrentA.${terminal}`] as Reading<PointValue> | undefined;
      const earlier = before?.[`phaseCurrentA.${terminal}`];
      if (reading?.state !== 'measured') {
        if (earlier?.state === 'measured') return true;
        continue;
      }
      // The first reading after a silence ends the safe posture sooner than the next tick.
      if (earlier?.state !== 'measured') return true;
      if (reading === earlier) continue;
      const ceilings = view?.phases.find((candidate) => candidate.phase === phase);
      const power = readings[`phasePowerW.${terminal}`];
      const isExport = power?.state === 'measured' && Number(power.value) > 0 === meter.isInverted;
      const ceilingA = isExport ? ceilings?.exportCeilingA : ceilings?.importCeilingA;
      if (ceilingA !== undefined && Math.abs(Number(reading.value)) > ceilingA) return true;
    }
  }
  return false;
}
