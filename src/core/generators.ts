import type { RunningMs } from '../domain/instant.ts';
import type { Reason } from '../domain/reason.ts';
import { isGenerator } from '../domain/sitePlan.ts';
import { bindingReason } from './allocate.ts';
import { type Constraint, contributionOf, type Presence } from './constraints.ts';
import { GENERATOR_QUIET_MS } from './figures.ts';
import type { LoadView } from './loadView.ts';
import { safeCurrentOf, type Trust } from './trust.ts';

export interface GeneratorVerdict {
  /** Amps that it may give: what it has, less for an inverter, 0 when a contactor must open. */
  readonly targetA: number;
  /** Present when it must go down to it. */
  readonly reason?: Reason;
}

interface Arguments {
  readonly loads: readonly LoadView[];
  readonly trusts: readonly Trust[];
  readonly constraints: readonly Constraint[];
  /** Where the other loads go: shedding a load raises the export. */
  readonly targets: ReadonlyMap<number, number>;
  /** An inverter is brought this far below the ceiling, amps, so that noise does not bring the next command. */
  readonly marginA: number;
}

/**
 * Takes generation away, from the last in priority first, until every export ceiling is met: as much as is needed from an
 * inverter, all of what stands behind a contactor. The others keep what they have.
 */
export function judgeGenerators({
  loads,
  trusts,
  constraints,
  targets,
  marginA,
}: Arguments): Map<number, GeneratorVerdict> {
  const verdicts = new Map<number, GeneratorVerdict>();
  const order: number[] = [];
  loads.forEach((view, index) => {
    if (!isGenerator(view.plan)) return;
    const trust = trusts[index];
    if (trust?.state === 'lost') {
      verdicts.set(index, {
        targetA: Math.min(safeCurrentOf(view.plan), view.inForceA),
        reason: trust.reason,
      });
    } else verdicts.set(index, { targetA: view.inForceA });
    order.push(index);
  });
  order.sort((a, b) => (loads[b]?.plan.priority ?? 0) - (loads[a]?.plan.priority ?? 0) || b - a);
  for (const constraint of constraints) {
    if (constraint.direction !== 'export') continue;
    for (const index of order) {
      const view = loads[index];
      const presence = constraint.presence.get(index);
      const presentA = verdicts.get(index)?.targetA;
      if (view === undefined || presence === undefined || presentA === undefined) continue;
      const excess = exportAfter(constraint, loads, targets, verdicts) - constraint.ceiling;
      if (excess <= 0) break;
      const targetA = reducedA(view, presence, presentA, excess, marginA);
      if (targetA < presentA) verdicts.set(index, { targetA, reason: bindingReason(constraint) });
    }
  }
  return verdicts;
}

/** What is left of a generator that has to make up for an excess of export, in the unit of the constraint. */
function reducedA(
  view: LoadView,
  presence: Presence,
  presentA: number,
  excess: number,
  marginA: number,
): number {
  if (view.plan.kind !== 'limitedGenerator') return 0;
  const givenA = Math.min(presentA, presence.relief / presence.unitPerA);
  return Math.max(0, givenA - excess / presence.unitPerA - marginA);
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

/**
 * What a generator may have when it is not to be narrowed: what fits under every export ceiling with everything else as it
 * is. One that has given little for long is left to itself, as it was found.
 */
export function roomToGive(
  index: number,
  view: LoadView,
  constraints: readonly Constraint[],
  marginA: number,
  nowMs: RunningMs,
): { readonly roomA: number; readonly binding?: Constraint } {
  const { ratingA } = view.plan;
  const { idleSinceMs } = view.memory;
  if (idleSinceMs !== undefined && nowMs - idleSinceMs >= GENERATOR_QUIET_MS) return { roomA: ratingA };
  let roomA = ratingA;
  let binding: Constraint | undefined;
  for (const constraint of constraints) {
    const presence = constraint.presence.get(index);
    if (constraint.direction !== 'export' || presence === undefined) continue;
    const fitsA = (constraint.ceiling - constraint.flow + presence.least) / presence.unitPerA - marginA;
    if (fitsA >= roomA) continue;
    roomA = fitsA;
    binding = constraint;
  }
  return binding === undefined ? { roomA } : { roomA: Math.max(0, roomA), binding };
}
