import type { Household } from './household.ts';

const MINUTE_MS = 60_000;

export interface StretchWish {
  readonly count: number;
  /** Length of each stretch, whole minutes. */
  readonly lengthMs: number;
}

/**
 * The stretches of the recording in which most happens: all steps of the load added up, weighted by how
 * close its peak comes to the highest of the whole recording. They do not overlap.
 * @returns start instants, the most eventful first; fewer than wished when the recording is too short
 */
export function eventfulStretches(household: Household, { count, lengthMs }: StretchWish): readonly number[] {
  const loadsW: number[] = [];
  for (let atMs = household.firstAtMs; atMs < household.endAtMs; atMs += MINUTE_MS) {
    loadsW.push(household.loadAt(atMs).activeW);
  }
  const minutes = Math.max(1, Math.round(lengthMs / MINUTE_MS));
  const ranked = scoresOf(loadsW, minutes)
    .map((score, start) => ({ score, start }))
    .sort((one, other) => other.score - one.score || one.start - other.start);
  const chosen: number[] = [];
  for (const { start } of ranked) {
    if (chosen.length === count) break;
    if (chosen.every((other) => Math.abs(other - start) >= minutes)) chosen.push(start);
  }
  return chosen.map((start) => household.firstAtMs + start * MINUTE_MS);
}

/** One score for each minute at which a whole stretch can begin. */
function scoresOf(loadsW: readonly number[], minutes: number): number[] {
  const highestW = loadsW.reduce((highest, loadW) => Math.max(highest, loadW), 1);
  const scores: number[] = [];
  for (let start = 0; start + minutes <= loadsW.length; start += 1) {
    let stepsW = 0;
    let peakW = 0;
    for (let index = start; index < start + minutes; index += 1) {
      const loadW = loadsW[index] as number;
      if (index > start) stepsW += Math.abs(loadW - (loadsW[index - 1] as number));
      peakW = Math.max(peakW, loadW);
    }
    scores.push(stepsW * (peakW / highestW));
  }
  return scores;
}
