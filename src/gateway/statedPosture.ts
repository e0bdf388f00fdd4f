import { powerLimitOf } from '../core/limitedGenerators.ts';
import type { Memory } from '../core/memory.ts';
import { hasLevel, type LoadPlan, type SitePlan } from '../domain/sitePlan.ts';
import type { Device, DeviceAction } from '../ports/device.ts';

interface Arguments {
  readonly site: SitePlan;
  readonly devices: readonly Device[];
  readonly memory: Memory;
}

/**
 * The posture in which an orderly stop leaves the loads: charge points at most at their fall-back current (those that
 * cannot fall back: at their safe one), switched loads in their safe position, generators at what is safe. Never wider
 * than what was in force.
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
      const most = mostOf(plan);
      const commanded = Math.min(most, known.commanded ?? most);
      const result = await device.apply(actionOf(plan, commanded), 'narrowing');
      loads[plan.loadId] = { ...known, commanded };
      const posture = hasLevel(plan) ? `${commanded} A` : commanded > 0 ? 'closed' : 'open';
      return result.ok
        ? `${plan.loadId} ${posture}`
        : `${plan.loadId} not reached (${result.fault}), falls back by itself`;
    }),
  );
  return { sentence: parts.join(', '), memory: { ...memory, loads } };
}

/** Amps for what has a level, otherwise 1 closed and 0 open. */
function mostOf(plan: LoadPlan): number {
  switch (plan.kind) {
    case 'chargePoint':
      return plan.fallbackCurrentA ?? plan.safeCurrentA;
    case 'limitedGenerator':
      return plan.safeCurrentA;
    case 'switchedLoad':
      return plan.safePosition === 'closed' ? 1 : 0;
    case 'switchedGenerator':
      return 0;
  }
}

function actionOf(plan: LoadPlan, commanded: number): DeviceAction {
  switch (plan.kind) {
    case 'chargePoint':
      return { kind: 'setChargeCurrent', currentA: commanded };
    case 'limitedGenerator':
      return { kind: 'setPowerLimit', powerW: powerLimitOf(plan, commanded) };
    default:
      return {
        kind: 'setSwitch',
        relayChannel: plan.relayChannel,
        position: commanded > 0 ? 'closed' : 'open',
      };
  }
}
