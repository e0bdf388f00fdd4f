import type { Memory } from '../core/memory.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Device, DeviceAction } from '../ports/device.ts';

interface Arguments {
  readonly site: SitePlan;
  readonly devices: readonly Device[];
  readonly memory: Memory;
}

/**
 * The posture in which an orderly stop leaves the loads: charge points at most at their fall-back current, switched
 * loads in their safe position, generators open. Never wider than what was in force.
 */
export async function takeStatedPosture({
  site,
  devices,
  memory,
}: Arguments): Promise<{ sentence: string; memory: Memory }> {
  const loads = { ...memory.loads };
  const parts = await Promise.all(
    site.loads.map(async (plan) => {
      const device = devices.find((candidate) => candidate.deviceId === plan.deviceId);
      const known = loads[plan.loadId];
      if (device === undefined || known === undefined) return `${plan.loadId} as it was`;
      const isChargePoint = plan.kind === 'chargePoint';
      const mostA = isChargePoint
        ? plan.fallbackCurrentA
        : plan.kind === 'switchedLoad' && plan.safePosition === 'closed'
          ? 1
          : 0;
      const commanded = Math.min(mostA, known.commanded ?? mostA);
      const action: DeviceAction = isChargePoint
        ? { kind: 'setChargeCurrent', currentA: commanded }
        : { kind: 'setSwitch', relayChannel: plan.relayChannel, position: commanded > 0 ? 'closed' : 'open' };
      const result = await device.apply(action, 'narrowing');
      loads[plan.loadId] = { ...known, commanded };
      const posture = action.kind === 'setChargeCurrent' ? `${action.currentA} A` : action.position;
      return result.ok
        ? `${plan.loadId} ${posture}`
        : `${plan.loadId} not reached (${result.fault}), falls back by itself`;
    }),
  );
  return { sentence: parts.join(', '), memory: { ...memory, loads } };
}
