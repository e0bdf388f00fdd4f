import { describe, expect, it } from 'vitest';
import { JUDGEMENT } from '../core/judgement.ts';
import { partingWay } from './compare.ts';
import { explore } from './explore.ts';
import { WORLDS } from './smallWorld.ts';

/** The nearest states; the suite `laws` explores every world to its end. */
const NEAREST_STATES = 3_000;

describe.each(WORLDS)('the model: $name', (world) => {
  it('breaks no property in the states that are nearest to the start', () => {
    const { violation, decisions } = explore(JUDGEMENT, world, NEAREST_STATES);
    expect(violation?.story ?? '').toBe('');
    expect(decisions).toBeGreaterThan(500);
  });

  it('forgets nothing that matters: a gateway that keeps everything decides the same', () => {
    let seed = 1;
    const dice = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let life = 0; life < 20; life += 1) {
      expect(partingWay(JUDGEMENT, world, { steps: 100, dice })).toBeUndefined();
    }
  });
});
