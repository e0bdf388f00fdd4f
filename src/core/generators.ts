import type { Reason } from '../domain/reason.ts';
import { bindingReason } from './allocate.ts';
import { type Constraint, contributionOf } from './constraints.ts';
import type { LoadView } from './loads.ts';
import type { Trust } from './trust.ts';

export interface GeneratorVerdict {
  /** Its rating while it may feed in, 0 when its contactor must open. */
  readonly targetA: number;
  readonly reason?: Reason;
}

interface Arguments {
  readonly loads: readonly LoadView[];
  readonly trusts: readonly Trust[];
  readonly constraints: readonly Constraint[];
  /** Where the other loads go: shedding a load raises the export. */
  readonly targets: ReadonlyMap<number, number>;
}

/** Opens generators, the last in priority first, until every export ceiling is met; keeps the others as they are. */
export function judgeGenerators({
  loads,
  trusts,
  constraints,
  targets,
}: Arguments): Map<number, GeneratorVerdict> {
  const verdicts = new Map<number, GeneratorVerdict>();
  const order: number[] = [];
  loads.forEach((view, index) => {
    if (view.plan.kind !== 'switchedGenerator') return;
    const trust = trusts[index];
    if (trust?.state === 'lost') verdicts.set(index, { targetA: 0, reason: trust.reason });
    else verdicts.set(index, { targetA: view.inForceA });
    order.push(index);
  });
  order.sort((a, b) => (loads[b]?.plan.priority ?? 0) - (loads[a]?.plan.priority ?? 0) || b - a);
  for (const constraint of constraints) {
    if (constraint.direction !== 'export') continue;
    for (const index of order) {
      const view = loads[index];
      if (view === undefined || !constraint.presence.has(index)) continue;
      if (exportAfter(constraint, loads, targets, verdicts) <= constraint.ceiling) break;
      if (verdicts.get(index)?.targetA !== 0) {
        verdicts.set(index, { targetA: 0, reason: bindingReason(constraint) });
      }
    }
  }
  return verdicts;
}

function exportAfter(
  constraint: Constraint,
  loads: readonly LoadView[],
  targets: ReadonlyMap<number, number>,
  verdicts: ReadonlyMap<number, GeneratorVerdict>,
): number {
  let flow = constraint.flow;
  for (const index of constraint.presence.keys()) {
    const view = loads[index];
    const targetA = verdicts.get(index)?.targetA ?? targets.get(index);
    if (view !== undefined && targetA !== undefined) {
      flow += contributionOf(constraint, index, view, targetA, false);
    }
  }
  return flow;
}

/**
 * The export constraint that keeps an open generator open, if any: it is assumed to come back with its full rating.
 */
export function blocksClosing(
  index: number,
  view: LoadView,
  constraints: readonly Constraint[],
  marginA: number,
): Constraint | undefined {
  return constraints.find((constraint) => {
    const presence = constraint.presence.get(index);
    if (constraint.direction !== 'export' || presence === undefined) return false;
    const cameBack = view.plan.ratingA * presence.unitPerA;
    return constraint.flow + cameBack > constraint.ceiling - marginA * presence.unitPerA;
  });
}
