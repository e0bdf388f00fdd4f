import { describe, expect, it } from 'vitest';
import { JUDGEMENT } from '../core/judgement.ts';
import { explore } from '../model/explore.ts';
import { CHARGING, IMPORT_SCHEME, WORLDS } from '../model/smallWorld.ts';

/** Of each world; more with LOADGATE_MODEL_STATES, with more memory and time. */
const MOST_STATES = Number(process.env.LOADGATE_MODEL_STATES ?? 60_000);
/** How many things may be out of order at once; more than in the worlds as they stand is the long form. */
const FAULTS = process.env.LOADGATE_MODEL_FAULTS;

/** Of these all states are seen within the bound; of the others those that are nearest to the start. */
const SMALLEST = [IMPORT_SCHEME, CHARGING];

describe('every state that a small world can reach', () => {
  it.each(WORLDS)('$name', (world) => {
    const startedMs = performance.now();
    const mostFaults = FAULTS === undefined ? world.mostFaults : Number(FAULTS);
    const { violation, ...seen } = explore(JUDGEMENT, { ...world, mostFaults }, MOST_STATES);
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    console.log(
      `${world.name}: ${seen.states} states${seen.isClosed ? ', all of them' : ''}, ${seen.transitions} transitions, ` +
        `${seen.decisions} decisions, depth ${seen.depth}, ${seconds} s`,
    );
    expect(violation?.story ?? '').toBe('');
    if (FAULTS === undefined && SMALLEST.includes(world)) expect(seen.isClosed).toBe(true);
  });
});
