import type { Reason } from '../domain/reason.ts';
import type { LoadPlan, SitePlan } from '../domain/sitePlan.ts';
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

export function trustOf(
  site: SitePlan,
  index: number,
  meters: ReadonlyMap<string, MeterView>,
  distrust: DecisionInput['distrust'],
): Trust {
  if (distrust !== undefined) return { state: 'lost', reason: { kind: 'fault', ...distrust } };
  let worst: Trust = FRESH;
  for (const meterId of topologyOf(site).metersAbove[index] ?? []) {
    const meter = meters.get(meterId);
    if (meter === undefined || meter.state === 'fresh') continue;
    const reason: Reason = { kind: 'fault', code: meter.fault, subject: meter.subject };
    if (meter.state === 'lost') return { state: 'lost', reason };
    worst = { state: 'late', reason };
  }
  return worst;
}

/** Amps that a load may have while its picture is lost. */
export function safeCurrentOf(plan: LoadPlan): number {
  if (plan.kind === 'chargePoint') return plan.safeCurrentA;
  if (plan.kind === 'switchedLoad') return plan.safePosition === 'closed' ? plan.ratingA : 0;
  return 0;
}
