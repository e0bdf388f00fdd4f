import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Snapshot } from '../domain/point.ts';
import { freshValue } from '../domain/reading.ts';
import type { ObservedSwitchPlan, SitePlan } from '../domain/sitePlan.ts';

/**
 * Rank 5: the limits of switches that others operate. A position that cannot be seen counts as limiting; it never
 * allows anything that another limit forbids.
 */
export function observedLimits(site: SitePlan, snapshot: Snapshot, nowMs: RunningMs): readonly Limit[] {
  return (site.observedSwitches ?? []).flatMap((plan) => {
    const isEnergised = positionOf(plan, snapshot, nowMs, site.timing.loadMaxAgeMs);
    if (isEnergised !== undefined && isEnergised !== (plan.limitsWhen === 'energised')) return [];
    const seen =
      isEnergised === undefined ? 'cannot be seen' : `is ${isEnergised ? 'energised' : 'de-energised'}`;
    return [limitOf(plan, `the observed switch ${plan.switchId} ${seen}`)];
  });
}

function positionOf(
  plan: ObservedSwitchPlan,
  snapshot: Snapshot,
  nowMs: RunningMs,
  maxAgeMs: number,
): boolean | undefined {
  const readings = snapshot[plan.deviceId];
  const point = plan.seenAt === 'input' ? `inputActive.${plan.channel}` : `relayClosed.${plan.channel}`;
  const reading = readings?.[point as `inputActive.${number}`];
  const value = freshValue(reading, nowMs, maxAgeMs);
  return typeof value === 'boolean' ? value : undefined;
}

function limitOf({ switchId, circuitId, ceilingA }: ObservedSwitchPlan, reason: string): Limit {
  return {
    limitId: `${switchId}:observed`,
    source: 'loadSwitchObserved',
    circuitId,
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: ceilingA,
    validFromMs: 0,
    reason,
  };
}
