import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import { isBoosted, type Preference } from '../domain/preference.ts';
import type { Reason } from '../domain/reason.ts';
import { type ChargePointPlan, hasLevel, isGenerator, type LoadPlan } from '../domain/sitePlan.ts';
import type { Want } from './allocate.ts';
import { SETTLE_MS, UNUSED_BAND_A } from './figures.ts';
import { reasonOf } from './limitsInForce.ts';
import type { LoadView } from './loadView.ts';
import { safeCurrentOf, type Trust } from './trust.ts';

/** What a load asks for, before any ceiling: its rating when it uses what it has and the picture is fresh. */
export function wantOf(view: LoadView, trust: Trust, nowMs: RunningMs): Want {
  const { plan } = view;
  if (trust.state === 'lost') return { mostA: safeCurrentOf(plan), reason: trust.reason };
  const heldA = commandedA(view);
  if (trust.state === 'late')
    return { mostA: lateCurrentOf(plan, heldA ?? plan.ratingA, trust.reason), reason: trust.reason };
  if (!view.isAnswering) {
    const reason: Reason = { kind: 'fault', code: view.fault ?? 'device-timeout', subject: plan.deviceId };
    return { mostA: heldA ?? plan.ratingA, reason };
  }
  if (plan.kind !== 'chargePoint') return { mostA: plan.ratingA, reason: ratingReason(plan) };
  return chargePointWant(plan, view, heldA ?? view.inForceA, nowMs);
}

/** The narrowest limit on the load's own set-point, if any. A boost lifts the charging hours, and nothing else. */
export function ownLimit(
  loadId: string,
  limits: readonly Limit[],
  preferences: readonly Preference[],
  nowMs: RunningMs,
): Limit | undefined {
  const lifted = isBoosted(preferences, loadId, nowMs);
  let narrowest: Limit | undefined;
  for (const limit of limits) {
    if (limit.loadId !== loadId || (lifted && limit.source === 'schedule')) continue;
    if (narrowest === undefined || limit.ceiling < narrowest.ceiling) narrowest = limit;
  }
  return narrowest;
}

export function limitedWant(want: Want, limit: Limit | undefined): Want {
  if (limit === undefined || want.mostA <= limit.ceiling) return want;
  return { mostA: limit.ceiling, reason: reasonOf(limit) };
}

/** Amps that the load was last told, or reports when this gateway never told it anything. */
export function commandedA(view: LoadView): number | undefined {
  const { commanded } = view.memory;
  if (commanded === undefined) return view.readBackA;
  return hasLevel(view.plan) ? commanded : commanded * view.plan.ratingA;
}

/**
 * While a meter is late a load keeps what it has. A gateway that has just started and seen nothing yet is no
 * better than a dead one: until its first good picture a charge point has at most what it would fall back to, or is safe
 * with where it cannot fall back.
 */
function lateCurrentOf(plan: LoadPlan, heldA: number, reason: Reason): number {
  const isStart = reason.kind === 'fault' && reason.code === 'not-yet-read';
  return isStart && plan.kind === 'chargePoint'
    ? Math.min(heldA, plan.fallbackCurrentA ?? plan.safeCurrentA)
    : heldA;
}

function chargePointWant(plan: ChargePointPlan, view: LoadView, heldA: number, nowMs: RunningMs): Want {
  const startA = Math.max(plan.minimumA, plan.floorA);
  switch (view.iecState) {
    case 'C':
    case 'D': {
      const drawnA = view.drawnA === undefined ? heldA : Math.max(0, ...Object.values(view.drawnA));
      const isSettling = nowMs - view.memory.commandedAtMs < SETTLE_MS;
      const usesAll = isSettling || heldA < plan.minimumA || drawnA >= heldA - UNUSED_BAND_A;
      if (usesAll) return { mostA: plan.ratingA, reason: ratingReason(plan) };
      return {
        mostA: Math.max(heldA, startA),
        reason: loadReason(plan, heldA, 'the car draws less than it may'),
      };
    }
    case 'A':
    case 'B':
      return {
        mostA: startA,
        reason: loadReason(plan, startA, 'held at the starting current until a car charges'),
      };
    case 'E':
    case 'F':
      return {
        mostA: plan.floorA,
        reason: loadReason(plan, plan.floorA, 'the charge point reports a fault'),
      };
    default:
      // An unknown state could be any: it keeps what it has and gets no more.
      return { mostA: heldA, reason: { kind: 'fault', code: 'device-timeout', subject: plan.deviceId } };
  }
}

function ratingReason(plan: LoadPlan): Reason {
  return loadReason(plan, plan.ratingA, `rating of ${plan.loadId}`);
}

/** A load's own protection, rank 1: it never has more than this. */
export function loadReason(plan: LoadPlan, ceiling: number, text: string): Reason {
  return {
    kind: 'limit',
    limitId: `${plan.loadId}:own`,
    source: 'protection',
    circuitId: plan.circuitId,
    direction: isGenerator(plan) ? 'export' : 'import',
    basis: 'phaseCurrentA',
    ceiling,
    text,
  };
}
