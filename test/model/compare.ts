import type { Decision } from '../../src/core/decision.ts';
import { stateOf } from '../../src/core/limitationScheme.ts';
import type { Judgement } from '../core/judgement.ts';
import { normalised } from './normalise.ts';
import type { Action, SmallWorld } from './smallWorld.ts';
import { step } from './step.ts';
import { firstState, type WorldState } from './worldState.ts';

/** What a decision does to the home and keeps of it, without any instant in it. */
function essence({ commands, explanation, memory }: Decision): string {
  return JSON.stringify({
    commands,
    limits: explanation.limits.map(({ limitId, ceiling }) => [limitId, ceiling]).sort(),
    states: memory.schemes.map(stateOf),
    party: memory.party?.state,
  });
}

/**
 * Lets two gateways live through the same: one that forgets nothing, and one that is cut down to its normal form after every
 * step, as the explorer does. @returns the first way on which they part
 */
export function partingWay(
  judgement: Judgement,
  world: SmallWorld,
  { steps, dice }: { readonly steps: number; readonly dice: () => number },
): readonly Action[] | undefined {
  const way: Action[] = ['restart at once'];
  let whole: WorldState = firstState(world);
  let cut: WorldState = whole;
  for (let index = 0; index < steps; index += 1) {
    const action = index === 0 ? way[0] : world.actions[Math.floor(dice() * world.actions.length)];
    // Time passes more often than anything else happens.
    const chosen = (index > 0 && dice() < 0.4 ? 'tick' : action) as Action;
    const [one, other] = [step(judgement, world, whole, chosen), step(judgement, world, cut, chosen)];
    if (index > 0) way.push(chosen);
    if ((one === undefined) !== (other === undefined)) return way;
    if (one === undefined || other === undefined) continue;
    if (one.taken !== undefined && other.taken !== undefined) {
      if (essence(one.taken.decision) !== essence(other.taken.decision)) return way;
    }
    whole = one.state;
    cut = normalised(world, other.state);
  }
  return undefined;
}
