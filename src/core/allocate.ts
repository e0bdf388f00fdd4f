import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Reason } from '../domain/reason.ts';
import { isGenerator, type LoadPlan } from '../domain/sitePlan.ts';
import type { Constraint } from './constraints.ts';
import { type FlowAccount, openFlowAccount } from './flowAccount.ts';
import { reasonOf } from './limitsInForce.ts';
import type { LoadView } from './loadView.ts';

/** What a load asks for: at most this, and why not more than this. */
export interface Want {
  /** Amps per phase; a switch asks for its rating or 0. */
  readonly mostA: number;
  readonly reason: Reason;
}

export interface Allotment {
  readonly targetA: number;
  /** The limit or fault that kept it from having more. */
  readonly reason: Reason;
}

interface Arguments {
  readonly loads: readonly LoadView[];
  readonly wants: readonly Want[];
  readonly constraints: readonly Constraint[];
  /** Kept free below each ceiling, amps. */
  readonly marginA: number;
  /** What the generators may give, already decided, amps by load index. */
  readonly generators: ReadonlyMap<number, number>;
  readonly nowMs: RunningMs;
}

/** Loads in the order in which they are served: by priority, then by their place in the plan. */
export function servingOrder(loads: readonly LoadView[]): number[] {
  return loads
    .map((_, index) => index)
    .filter((index) => {
      const plan = loads[index]?.plan;
      return plan !== undefined && !isGenerator(plan);
    })
    .sort((a, b) => (loads[a]?.plan.priority ?? 0) - (loads[b]?.plan.priority ?? 0) || a - b);
}

/**
 * Shares the headroom: every load starts at its floor, then each in its order takes what fits under every ceiling on its way
 * to the grid. Charge points of one priority share alike, and when there is not enough for the minimum of all they take turns.
 * A charge point takes nothing rather than less than its minimum.
 */
export function allocate(arguments_: Arguments): Map<number, Allotment> {
  const { loads, wants, constraints, generators, nowMs } = arguments_;
  const account = openFlowAccount(constraints, loads, false);
  for (const [index, targetA] of generators) account.setTarget(index, targetA);
  const order = servingOrder(loads);
  for (const index of order) {
    const view = loads[index];
    if (view !== undefined)
      account.setTarget(index, countedA(view, Math.min(floorOf(view.plan), wants[index]?.mostA ?? 0)));
  }
  const allotments = new Map<number, Allotment>();
  /** Gives a load a share of what fits above what it has, at most so many amps. */
  const allot = (index: number, mostA: number, share = 1): void => {
    const view = loads[index];
    const want = wants[index];
    if (view === undefined || want === undefined) return;
    const asked = { ...want, mostA: share === 1 ? Math.min(want.mostA, mostA) : mostA };
    const fits = allotOne({ ...arguments_, index, view, want: asked, account, isGrowing: false });
    const hasA = allotments.get(index)?.targetA ?? 0;
    const sharedA = Math.min(want.mostA, hasA + (fits.targetA - hasA) * share);
    const targetA = share === 1 ? fits.targetA : usableA(view.plan, sharedA, hasA);
    account.setTarget(index, countedA(view, targetA));
    allotments.set(index, { ...fits, targetA });
  };
  for (const equals of equalsOf(order, loads, nowMs)) {
    if (equals.length > 1) {
      for (const index of equals) allot(index, leastUsableA(loads[index]?.plan));
      equals.forEach((index, place) => {
        allot(index, Number.POSITIVE_INFINITY, 1 / (equals.length - place));
      });
    }
    for (const index of equals) allot(index, Number.POSITIVE_INFINITY);
  }
  return allotments;
}

/** Among equals another one begins each quarter of an hour: no car waits for ever, and none is switched to and fro. */
const TURN_MS = 900_000;

/** The serving order in groups: charge points of one priority together, in turn; every other load by itself. */
function equalsOf(
  order: readonly number[],
  loads: readonly LoadView[],
  nowMs: RunningMs,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const index of order) {
    const plan = loads[index]?.plan;
    const last = groups.at(-1);
    const before = last === undefined ? undefined : loads[last[0] ?? -1]?.plan;
    const isEqual =
      plan?.kind === 'chargePoint' && before?.kind === 'chargePoint' && before.priority === plan.priority;
    if (isEqual) last?.push(index);
    else groups.push([index]);
  }
  const turn = Math.floor(nowMs / TURN_MS);
  return groups.map((group) => {
    const first = turn % group.length;
    return [...group.slice(first), ...group.slice(0, first)];
  });
}

function leastUsableA(plan: LoadPlan | undefined): number {
  return plan?.kind === 'chargePoint' ? plan.minimumA : 0;
}

/** A load that does not answer may not have heard, and cannot take more: it counts for all that it may draw now. */
function countedA(view: LoadView, targetA: number): number {
  return view.isAnswering ? targetA : view.inForceA;
}

interface AllotArguments {
  readonly index: number;
  readonly view: LoadView;
  readonly want: Want;
  readonly constraints: readonly Constraint[];
  readonly marginA: number;
  /** The flows with all others at their targets. */
  readonly account: FlowAccount;
  readonly isGrowing: boolean;
}

/** The most that one load may have while the others are at their targets. */
export function allotOne(arguments_: AllotArguments): Allotment {
  const { index, view, want, constraints, marginA, account, isGrowing } = arguments_;
  const floorA = floorOf(view.plan);
  let fitsA = Number.POSITIVE_INFINITY;
  let binding: Constraint | undefined;
  for (const constraint of constraints) {
    if (constraint.direction !== 'import') continue;
    const presence = constraint.presence.get(index);
    if (presence === undefined) continue;
    const flow = account.flowWithout(constraint, index);
    const perA = presence.unitPerA;
    const present = isGrowing ? presence.least : presence.most;
    const mostA = (constraint.ceiling - flow + present) / perA - marginA - view.overdrawA;
    if (mostA < fitsA) {
      fitsA = mostA;
      binding = constraint;
    }
  }
  const isBound = binding !== undefined && fitsA < want.mostA;
  const reason = isBound && binding !== undefined ? bindingReason(binding) : want.reason;
  return { targetA: usableA(view.plan, Math.min(want.mostA, fitsA), Math.min(floorA, want.mostA)), reason };
}

/** A switch is all or nothing; a charge point below its minimum pauses. Never below the floor. */
function usableA(plan: LoadPlan, fitsA: number, floorA: number): number {
  if (plan.kind !== 'chargePoint') return fitsA >= plan.ratingA ? plan.ratingA : floorA;
  return fitsA >= plan.minimumA ? Math.max(fitsA, floorA) : floorA;
}

function floorOf(plan: LoadPlan): number {
  if (plan.kind === 'chargePoint') return plan.floorA;
  if (plan.kind === 'switchedLoad') return plan.floor === 'closed' ? plan.ratingA : 0;
  return 0;
}

export function bindingReason(constraint: Constraint): Reason {
  const observed = Math.round(constraint.flow * 100) / 100;
  const reason: Limit = constraint.limit;
  return {
    ...(reasonOf(reason) as Reason & { kind: 'limit' }),
    observed,
    ...(constraint.phase === undefined ? {} : { phase: constraint.phase }),
  };
}
