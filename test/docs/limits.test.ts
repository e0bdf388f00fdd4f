import { describe, expect, it } from 'vitest';
import { renderFailSafe, renderSchemeFigures } from '../../scripts/renderLimits.ts';
import { FAIL_SAFE } from '../../src/domain/failSafe.ts';
import { RANKS } from '../../src/domain/limit.ts';
import { SCHEME_FIGURES } from '../../src/domain/schemeFigures.ts';
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
    expect(named.length).toBeGreaterThan(4);
    for (const [, name = '', seconds] of named) {
      expect([name, Number(seconds) * 1_000]).toEqual([
        name,
        DEFAULT_TIMING[name as keyof typeof DEFAULT_TIMING],
      ]);
    }
  });

  it('shows the fail-safe table and the figures of the scheme as they are', () => {
    expect(page).toContain(renderFailSafe(FAIL_SAFE, DEFAULT_TIMING));
    expect(page).toContain(renderSchemeFigures(SCHEME_FIGURES));
  });
});
