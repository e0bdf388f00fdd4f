import { describe, expect, it } from 'vitest';
import { IssuerEventIds } from '../../../src/adapters/han/issuerEventIds.ts';
import type { Entropy } from '../../../src/ports/entropy.ts';
import { SteppedClock } from '../../support/steppedClock.ts';

function entropy(drawn: number): Entropy {
  return { wholeUpTo: (most) => Math.min(most, drawn), identifier: () => 'fixed' };
}

const START = { utcMs: Date.UTC(2026, 0, 5) };
const START_S = (START.utcMs - Date.UTC(2000, 0, 1)) / 1000;

describe('numbers of events', () => {
  it('are the UTC second since 2000, and increase also within one', async () => {
    const clock = new SteppedClock(START);
    const ids = new IssuerEventIds(clock, entropy(0));
    expect([ids.next(), ids.next(), ids.next()]).toEqual([START_S, START_S + 1, START_S + 2]);
    await clock.advance(10_000);
    expect(ids.next()).toBe(START_S + 10);
  });

  it('of the next life are above those of this one', async () => {
    const clock = new SteppedClock(START);
    const before = new IssuerEventIds(clock, entropy(0)).next();
    await clock.advance(1_000);
    expect(new IssuerEventIds(clock, entropy(0)).next()).toBeGreaterThan(before);
  });

  it('of two lives on a clock that nobody has set begin apart', () => {
    const clock = new SteppedClock(START);
    clock.clockLevel = 'coarse';
    expect(new IssuerEventIds(clock, entropy(5)).next()).not.toBe(
      new IssuerEventIds(clock, entropy(6)).next(),
    );
  });

  it('go on above a number of an earlier life that a switch still names', () => {
    const ids = new IssuerEventIds(new SteppedClock(START), entropy(0));
    ids.sawInUse(START_S + 3_000);
    expect(ids.next()).toBe(START_S + 3_001);
  });

  it('do not follow a number that cannot be ours', () => {
    const ids = new IssuerEventIds(new SteppedClock(START), entropy(0));
    ids.sawInUse(0xffff_fff0);
    expect(ids.next()).toBe(START_S);
  });

  it('never step back with the clock', async () => {
    let utcMs = START.utcMs;
    const clock = new SteppedClock(START);
    const stepping = {
      ...clock,
      now: () => ({ ...clock.now(), utcMs }),
      runningMs: () => 0,
      after: () => () => {},
    };
    const ids = new IssuerEventIds(stepping, entropy(0));
    const first = ids.next();
    utcMs -= 3_600_000;
    expect(ids.next()).toBe(first + 1);
  });
});
