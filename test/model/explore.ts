import type { Judgement } from '../core/judgement.ts';
import { keyOf, normalised } from './normalise.ts';
import { type Violation, violationOf } from './properties.ts';
import type { Action, SmallWorld } from './smallWorld.ts';
import { step } from './step.ts';
import { storyOf } from './story.ts';
import { firstState, type WorldState } from './worldState.ts';

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  readonly decisions: number;
  /** The longest shortest way to any state. */
  readonly depth: number;
  /** False when the bound of states was met before all of them were seen. */
  readonly isClosed: boolean;
  readonly violation?: Violation & { readonly actions: readonly Action[]; readonly story: string };
}

/**
 * Visits every state that a world can reach, nearest first, so that the first violation comes with a shortest way to it. The
 * power comes on in the first step.
 */
export function explore(judgement: Judgement, world: SmallWorld, mostStates: number): Explored {
  const indices = new Map<string, number>();
  const parents: number[] = [];
  const causes: Action[] = [];
  let frontier: { readonly index: number; readonly state: WorldState }[] = [];
  let next: typeof frontier = [];
  let transitions = 0;
  let decisions = 0;
  let depth = 0;

  const actionsTo = (index: number): Action[] => {
    const actions: Action[] = [];
    for (let at = index; at >= 0; at = parents[at] ?? -1) actions.unshift(causes[at] as Action);
    return actions;
  };
  /** @returns what the step breaks, if anything */
  const take = (from: number, state: WorldState, action: Action): Violation | undefined => {
    const stepped = step(judgement, world, state, action);
    if (stepped === undefined) return undefined;
    transitions += 1;
    if (stepped.taken !== undefined) decisions += 1;
    const violation = violationOf(world, action, state, stepped);
    if (violation !== undefined) return violation;
    const reached = normalised(world, stepped.state);
    const key = keyOf(reached);
    if (indices.has(key)) return undefined;
    const index = parents.length;
    indices.set(key, index);
    parents.push(from);
    causes.push(action);
    next.push({ index, state: reached });
    return undefined;
  };
  const result = (isClosed: boolean): Explored => ({
    states: parents.length,
    transitions,
    decisions,
    depth,
    isClosed,
  });
  const broken = (violation: Violation, actions: readonly Action[]): Explored => ({
    ...result(false),
    violation: { ...violation, actions, story: storyOf(judgement, world, actions, violation) },
  });

  const atStart = take(-1, firstState(world), 'restart at once');
  if (atStart !== undefined) return broken(atStart, ['restart at once']);
  while (next.length > 0) {
    [frontier, next] = [next, []];
    depth += 1;
    for (const { index, state } of frontier) {
      for (const action of world.actions) {
        const violation = take(index, state, action);
        if (violation !== undefined) return broken(violation, [...actionsTo(index), action]);
      }
      if (parents.length >= mostStates) return result(false);
    }
  }
  return result(true);
}
