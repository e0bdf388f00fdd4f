import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endNotices,
  follow,
  type HomeView,
  inForceOf,
  passTime,
  restrictionsAfterRestart,
} from '../../../src/core/restrictions/life.ts';
import { NO_RESTRICTIONS, type RestrictionMemory } from '../../../src/core/restrictions/memory.ts';
import type { ClockLevel, Now } from '../../../src/domain/instant.ts';
import { HOUR_MS, hashOf, held, MINUTE_MS, UTC_MS } from './notices.ts';

const QUIET: HomeView = { isStillHeld: () => false, powerW: 1_000, excursions: 0, isMet: () => true };
const SECOND_MS = 1_000;

/** A gateway that lives through a notice, second by second, in the world's own time. */
class Life {
  memory: RestrictionMemory;
  readonly told: string[] = [];
  worldMs = 0;
  runningMs = 0;
  /** What the wall clock shows more than the world. */
  offMs = 0;
  level: ClockLevel = 'synced';
  view: HomeView = QUIET;

  constructor(memory: RestrictionMemory) {
    this.memory = memory;
  }

  now(): Now {
    return {
      runningMs: this.runningMs,
      utcMs: UTC_MS + this.worldMs + this.offMs,
      clockLevel: this.level,
    };
  }

  run(seconds: number): this {
    for (let second = 0; second < seconds; second += 1) {
      this.#cycle();
      this.worldMs += SECOND_MS;
      this.runningMs += SECOND_MS;
    }
    return this;
  }

  /** Killed or without power for so long; of the last seconds nothing was recorded. */
  rest(seconds: number, lostSeconds = 0): this {
    this.worldMs += seconds * SECOND_MS;
    this.runningMs -= lostSeconds * SECOND_MS;
    this.memory = restrictionsAfterRestart(JSON.parse(JSON.stringify(this.memory)));
    return this;
  }

  isInForce(): boolean {
    return inForceOf(this.memory).length > 0;
  }

  #cycle(): void {
    const passed = passTime(this.memory, this.now(), { wattMs: 7_000_000, coveredMs: 1_000 });
    const followed = follow(passed.memory, this.now(), SECOND_MS, this.view);
    this.memory = JSON.parse(JSON.stringify(followed.memory));
    this.told.push(...[...passed.steps, ...followed.steps].map(({ status }) => status));
  }
}

const holding = (change: Parameters<typeof held>[0] = {}): RestrictionMemory => ({
  ...NO_RESTRICTIONS,
  held: [held(change)],
});

describe('a notice that was taken', () => {
  it('begins, is told of each hour, ends by itself and is told with its effect', () => {
    const life = new Life(holding({ durationMs: 90 * MINUTE_MS })).run(5_600);
    expect(life.told).toEqual(['started', 'inForce', 'completed', 'released']);
    expect(life.memory.held).toEqual([]);
    expect(life.memory.used).toEqual([{ fromMs: 0, untilMs: 90 * MINUTE_MS }]);
  });

  it('waits for its beginning on the running clock, whatever the wall clock does', () => {
    const life = new Life(holding({ startsAtUtcMs: UTC_MS + 10 * MINUTE_MS })).run(300);
    life.offMs = 365 * 24 * HOUR_MS;
    life.run(299);
    expect(life.isInForce()).toBe(false);
    life.run(2);
    expect(life.isInForce()).toBe(true);
  });

  it('is not released while its loads are still held back by their random offset', () => {
    const life = new Life(holding());
    life.view = { ...QUIET, isStillHeld: () => true };
    life.run(3_700);
    expect(life.told).toEqual(['started', 'completed']);
    life.view = QUIET;
    life.run(62);
    expect(life.told.at(-1)).toBe('released');
  });

  it('never begins when it was ended before', () => {
    const memory = holding({ startsAtUtcMs: UTC_MS + 10 * MINUTE_MS });
    const ended = endNotices(memory, 'cancelled', () => true, 0);
    expect(ended.steps.map(({ status }) => status)).toEqual(['cancelled']);
    const life = new Life(ended.memory).run(700);
    expect(life.told).toEqual(['released']);
    expect(life.memory.used).toEqual([]);
  });

  it('takes the place of the one that it names, when it begins', () => {
    const first = held();
    const second = held({
      noticeId: 'n2',
      sequence: 2,
      startsAtUtcMs: UTC_MS + 10 * MINUTE_MS,
      supersedes: { noticeId: 'n1', sha256: hashOf('n1') },
    });
    const life = new Life({ ...NO_RESTRICTIONS, held: [first, second] }).run(595);
    expect(life.told).toEqual(['started']);
    life.run(10);
    expect(life.told).toEqual(['started', 'superseded', 'started']);
    expect(inForceOf(life.memory).map(({ notice }) => notice.noticeId)).toEqual(['n2']);
  });

  it('leaves the other one alone when it does not prove that it knows it', () => {
    const blind = held({
      noticeId: 'n2',
      sequence: 2,
      supersedes: { noticeId: 'n1', sha256: hashOf('guess') },
    });
    const life = new Life({ ...NO_RESTRICTIONS, held: [held(), blind] }).run(5);
    expect(inForceOf(life.memory)).toHaveLength(2);
  });

  it('uses nothing up as a rehearsal', () => {
    const life = new Life(holding({ isRehearsal: true })).run(3_700);
    expect(life.told).toEqual(['started', 'completed', 'released']);
    expect(life.memory.used).toEqual([]);
  });

  it('measures the minute before, the time in force and the minute after', () => {
    const life = new Life(holding({ durationMs: 10 * MINUTE_MS })).run(300);
    life.view = { ...QUIET, powerW: 3_000 };
    life.run(300);
    const [one] = life.memory.held;
    expect(one?.before).toEqual({ wattMs: 7_000_000, coveredMs: 1_000 });
    expect((one?.during.wattMs ?? 0) / (one?.during.coveredMs ?? 1)).toBeCloseTo(2_000, -1.5);
    expect(one?.effectAtMs).toBe(0);
  });
});

describe('the time of a restriction', () => {
  it('does not count time without power while nobody knows how long that was', () => {
    const life = new Life(holding()).run(600);
    life.level = 'none';
    life.rest(20 * 60).run(600);
    expect(life.isInForce()).toBe(true);
    life.run(3_000 - 600 - 1);
    expect(life.isInForce()).toBe(true);
    life.run(2);
    expect(life.isInForce()).toBe(false);
  });

  it('takes time without power off once the clock is synced again', () => {
    const life = new Life(holding()).run(600);
    life.level = 'coarse';
    life.rest(20 * 60).run(60);
    life.level = 'synced';
    life.run(3_600 - 600 - 20 * 60 - 60 - 1);
    expect(life.isInForce()).toBe(true);
    life.run(2);
    expect(life.isInForce()).toBe(false);
  });

  it('is not shortened by a clock that is a year ahead after a restart', () => {
    const life = new Life(holding()).run(600).rest(5);
    life.offMs = 365 * 24 * HOUR_MS;
    life.run(2_990);
    expect(life.isInForce()).toBe(true);
  });

  it('is right through kills, power cuts and every clock: never shorter, never longer than without power', () => {
    const happening = fc.record({
      runS: fc.integer({ min: 1, max: 400 }),
      restS: fc.integer({ min: 0, max: 900 }),
      lostS: fc.integer({ min: 0, max: 45 }),
      level: fc.constantFrom<ClockLevel>('none', 'coarse', 'synced'),
      stepDays: fc.constantFrom(0, 0, 0, 365, -365),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 8 }), (happenings) => {
        const life = new Life(holding());
        let restedMs = 0;
        for (const { runS, restS, lostS, level, stepDays } of happenings) {
          life.level = level;
          life.offMs = stepDays * 24 * HOUR_MS;
          life.run(runS);
          if (life.worldMs < HOUR_MS - SECOND_MS) expect(life.isInForce()).toBe(true);
          const lost = Math.min(lostS, runS);
          life.rest(restS, lost);
          restedMs += (restS + lost) * SECOND_MS;
          // What was not recorded happens again.
        }
        life.run(Math.max(1, Math.ceil((HOUR_MS + restedMs - life.worldMs) / SECOND_MS) + 2));
        expect(life.isInForce()).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('forgets what was used more than a day ago', () => {
    const life = new Life({ ...NO_RESTRICTIONS, used: [{ fromMs: -HOUR_MS, untilMs: 0 }] });
    life.runningMs = 24 * HOUR_MS - SECOND_MS;
    life.run(1);
    expect(life.memory.used).toHaveLength(1);
    life.run(2);
    expect(life.memory.used).toHaveLength(0);
  });
});
