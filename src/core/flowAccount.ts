import { type Constraint, contributionOf } from './constraints.ts';
import type { LoadView } from './loadView.ts';

/** The flow of every constraint with the loads at their targets, kept up with each change of a target. */
export interface FlowAccount {
  /** From now on the load counts for this, amps per phase. */
  setTarget(index: number, targetA: number): void;
  /** The flow with every load at its target but this one as it is. */
  flowWithout(constraint: Constraint, index: number): number;
}

/**
 * Adding up all loads for each load anew would cost the square of their number.
 * @param isGrowing judges with the least presence, so that growth is never credited with what may not be there
 */
export function openFlowAccount(
  constraints: readonly Constraint[],
  loads: readonly LoadView[],
  isGrowing: boolean,
): FlowAccount {
  const accounts = new Map(
    constraints.map((constraint) => [
      constraint,
      { flow: constraint.flow, parts: new Float64Array(loads.length) },
    ]),
  );
  return {
    setTarget(index, targetA) {
      const view = loads[index];
      if (view === undefined) return;
      for (const [constraint, account] of accounts) {
        if (!constraint.presence.has(index)) continue;
        const part = contributionOf(constraint, index, view, targetA, isGrowing);
        account.flow += part - (account.parts[index] ?? 0);
        account.parts[index] = part;
      }
    },
    flowWithout(constraint, index) {
      const account = accounts.get(constraint);
      return account === undefined ? constraint.flow : account.flow - (account.parts[index] ?? 0);
    },
  };
}
