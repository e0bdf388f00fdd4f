import { describe, expect, it } from 'vitest';
import { RANKS } from '../../src/domain/limit.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { readOwn } from '../architecture/ownSources.ts';

const page = readOwn('docs/limits.md');

describe('docs/limits.md', () => {
  it('has one row for each rank', () => {
    const ranks = [...page.matchAll(/^\| (\d) \| /gm)].map(([, rank]) => Number(rank));
    expect(ranks).toEqual(Object.values(RANKS));
  });

  it('gives the times that hold where the site plan says nothing else', () => {
    const named = [...page.matchAll(/`([a-zA-Z]+Ms)` \(([\d.]+) s\)/g)];
    expect(named.map(([, name = '', seconds]) => [name, Number(seconds) * 1_000])).toEqual([
      ['meterMaxAgeMs', DEFAULT_TIMING.meterMaxAgeMs],
      ['meterHoldMs', DEFAULT_TIMING.meterHoldMs],
      ['meterFrozenMs', DEFAULT_TIMING.meterFrozenMs],
    ]);
  });
});
