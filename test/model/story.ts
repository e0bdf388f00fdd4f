import { statedTarget } from '../../src/core/stepLoad.ts';
import { sentenceOf } from '../../src/domain/sentence.ts';
import type { Judgement } from '../core/judgement.ts';
import { toldA } from './ledger.ts';
import { normalised } from './normalise.ts';
import type { Violation } from './properties.ts';
import type { Action, SmallWorld } from './smallWorld.ts';
import { step } from './step.ts';
import { firstState, gridFlow, type WorldState } from './worldState.ts';

/** A way to a violation, told so that a person can follow it: what happened, what the gateway saw and said. */
export function storyOf(
  judgement: Judgement,
  world: SmallWorld,
  actions: readonly Action[],
  { property, detail }: Violation,
): string {
  const lines = [`${world.name}: "${property}" is broken after ${actions.length} steps (${detail})`];
  let state = firstState(world);
  for (const [index, action] of actions.entries()) {
    const stepped = step(judgement, world, state, action);
    if (stepped === undefined) break;
    const before = state;
    // Told from the whole steps, so that nothing in it was cut down after the last one.
    state = normalised(world, stepped.state);
    const told = (stepped.taken?.decision.commands ?? []).map(
      (command) => `${command.effect} to ${statedTarget(command)}: ${sentenceOf(command.reason)}`,
    );
    const looked = stepped.taken === undefined ? [] : [sceneOf(world, before, stepped.state)];
    lines.push([`${index + 1}. ${action}`, ...looked, ...told].join('\n     '));
  }
  return lines.join('\n');
}

function sceneOf(world: SmallWorld, before: WorldState, { truth, carried }: WorldState): string {
  const flowA = gridFlow(world, truth, before.truth.inForceA);
  const told = toldA(world, carried.core);
  const scheme = carried.core.schemes
    .map(({ lockedAtMs, above, countedAtMs }) => {
      const state = lockedAtMs !== undefined ? 3 : above === undefined ? 1 : 2;
      return `, scheme in state ${state} with ${countedAtMs.length} counted`;
    })
    .join('');
  const meter =
    truth.meterSilentTicks === 0 ? 'meter read' : `meter silent for ${truth.meterSilentTicks} ticks`;
  return `${rounded(flowA)} A at the connection point, ${meter}, load told ${rounded(told)} and at ${rounded(truth.inForceA)} A${scheme}`;
}

function rounded(value: number | undefined): string {
  return value === undefined ? 'nothing' : String(Math.round(value * 10) / 10);
}
