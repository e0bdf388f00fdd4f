import { FAIL_SAFE } from '../domain/failSafe.ts';
import type { Reason } from '../domain/reason.ts';
import { hasLevel, type LoadPlan, type SitePlan } from '../domain/sitePlan.ts';
import { topologyOf } from './constraints.ts';
import type { DecisionInput } from './decision.ts';
import type { MeterView } from './picture.ts';

/**
 * How far the picture around a load can be trusted, by the worst meter between it and the grid.
 * fresh: it may grow; late: it stays as it is; lost: it goes to its safe posture.
 */
export type Trust =
  | { readonly state: 'fresh' }
  | { readonly state: 'late' | 'lost'; readonly reason: Reason };

const FRESH: Trust = { state: 'fresh' };

/** What the actions of the fail-safe table mean for the loads behind what failed. */
const TRUST_AFTER = { nothingGrows: 'late', safePosture: 'lost' } as const;

export function trustOf(
  site: SitePlan,
  index: number,
  meters: ReadonlyMap<string, MeterView>,
  distrust: DecisionInput['distrust'],
): Trust {
  if (distrust !== undefined) {
    return { state: TRUST_AFTER[FAIL_SAFE.recordLost.action], reason: { kind: 'fault', ...distrust } };
  }
  let worst: Trust = FRESH;
  for (const meterId of topologyOf(site).metersAbove[index] ?? []) {
    const meter = meters.get(meterId);
    if (meter === undefined || meter.state === 'fresh') continue;
    const reason: Reason = { kind: 'fault', code: meter.fault, subject: meter.subject };
    const state = TRUST_AFTER[failureOf(meter).action];
    if (state === 'lost') return { state, reason };
    worst = { state, reason };
  }
  return worst;
}

/** Which row of the fail-safe table a meter's silence is. */
function failureOf({ state, fault }: Exclude<MeterView, { state: 'fresh' }>) {
  if (state === 'late') return FAIL_SAFE.meterLate;
  return fault === 'meter-frozen' ? FAIL_SAFE.meterFrozen : FAIL_SAFE.meterSilent;
}

/** Amps that a load may have while its picture is lost. */
export function safeCurrentOf(plan: LoadPlan): number {
  if (hasLevel(plan)) return plan.safeCurrentA;
  if (plan.kind === 'switchedLoad') return plan.safePosition === 'closed' ? plan.ratingA : 0;
  return 0;
}
