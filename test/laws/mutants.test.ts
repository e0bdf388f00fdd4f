import { describe, expect, it } from 'vitest';
import { broken } from '../core/mutants/brokenCore.ts';
import { holdLaw } from '../core/mutants/holdLaw.ts';
import { LAW_MUTANTS } from '../core/mutants/lawMutants.ts';
import { MODEL_MUTANTS } from '../core/mutants/modelMutants.ts';
import { explore } from '../model/explore.ts';
import { PROPERTIES } from '../model/properties.ts';

/** Enough for every law to fall on each of its broken cores. */
const CASES = 4_000;
const MOST_STATES = 30_000;

describe('each law has been seen to fail on a deliberately broken core', () => {
  it.each(LAW_MUTANTS)('$law: $story', async (mutant) => {
    const cause = await holdLaw(mutant.law, await broken(mutant), CASES);
    console.log(`${mutant.law} -> ${mutant.story} -> ${cause === undefined ? 'SURVIVED' : 'caught'}`);
    expect(cause).toBeDefined();
  });

  it('has two broken cores for each law at least', () => {
    for (const { law } of LAW_MUTANTS) {
      expect(LAW_MUTANTS.filter((other) => other.law === law).length, law).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(LAW_MUTANTS.map(({ law }) => law.split(',')[0])).size).toBe(12);
  });
});

describe('each property of the model has been seen to fail on a deliberately broken core', () => {
  it.each(MODEL_MUTANTS)('$property: $story', async (mutant) => {
    const { judgement } = await broken(mutant);
    const { violation } = explore(judgement, mutant.world, MOST_STATES);
    console.log(
      `${mutant.property} -> ${mutant.story} -> ${violation === undefined ? 'SURVIVED' : 'caught'}`,
    );
    expect(violation?.property).toBe(mutant.property);
    // Told as a story of few steps.
    expect(violation?.story.split('\n').length).toBeGreaterThan(violation?.actions.length ?? 0);
  });

  it('has a broken core for every property', () => {
    const shown = new Set(MODEL_MUTANTS.map(({ property }) => property));
    expect(PROPERTIES.filter((property) => !shown.has(property))).toEqual([]);
  });
});
