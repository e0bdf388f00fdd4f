import type { PhasesView } from '../core/decision.ts';
import type { RunningMs } from '../domain/instant.ts';
import { sentenceOf } from '../domain/sentence.ts';

/** Why it is on one phase and what brings it back; nothing while it is on all of its own. */
export function describePhases(phases: PhasesView | undefined, nowMs: RunningMs): string {
  if (phases === undefined) return '';
  const { counted, changingTo, reason, back } = phases;
  if (changingTo !== undefined)
    return `; paused while it changes over to ${changingTo === 1 ? 'one phase' : 'three phases'}`;
  if (counted === 3) return '';
  const why = reason === undefined ? ', as it was found' : ` because of: ${sentenceOf(reason)}`;
  if (back === undefined) return `; charges on one phase${why}`;
  const condition = `when each has admitted ${Math.round(back.leastA * 10) / 10} A for ${minutes(back.forMs)}`;
  const soon = back.atMs === undefined ? '' : `, in ${minutes(back.atMs - nowMs)} if it stays as it is`;
  return `; charges on one phase${why}; three phases again ${condition}${soon}`;
}

/** Rounded up: nothing comes sooner than was said. */
function minutes(durationMs: number): string {
  return `${Math.max(1, Math.ceil(durationMs / 60_000))} min`;
}
