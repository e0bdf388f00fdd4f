import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CurtailmentSchedule,
  curtailmentScheduleSchema,
} from '../../src/contract/curtailmentSchedule.ts';
import type { ClockLevel, Now } from '../../src/domain/instant.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { Circuit } from '../../src/domain/sitePlan.ts';
import { scheduleToLimits } from '../../src/sync/scheduleToLimits.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const HOUR_S = 3_600;

const CIRCUITS: readonly Circuit[] = [
  { circuitId: 'garage', parentId: 'cutOut', ratingA: 32, derating: 1 },
  { circuitId: 'cutOut', ratingA: 60, derating: 1 },
];

function at(clockLevel: ClockLevel): Now {
  return { runningMs: 7_000, utcMs: NOON, clockLevel };
}

/** Seconds from noon, seconds long, ceiling. */
function scheduleOf(
  intervals: readonly (readonly [number, number, number])[],
  change: Partial<CurtailmentSchedule> = {},
): CurtailmentSchedule {
  return curtailmentScheduleSchema.parse({
    schema: 'loadgate.curtailment-schedule/1',
    gatewayId: 'home-1',
    issuedAt: '2026-01-05T00:00:00Z',
    id: 'night-1',
    direction: 'export',
    basis: 'activePowerW',
    reason: 'windy night',
    ...change,
    intervals: intervals.map(([startS, durationSeconds, ceiling]) => ({
      startsAt: new Date(NOON + startS * 1_000).toISOString(),
      durationSeconds,
      ceiling,
    })),
  });
}

function limitsOf(schedule: CurtailmentSchedule, now = at('synced')): readonly Limit[] {
  const outcome = scheduleToLimits(schedule, now, CIRCUITS);
  if (!outcome.ok) throw new Error(outcome.cause);
  return outcome.limits;
}

describe('a schedule becomes limits', () => {
  it('one for each interval, by both clocks', () => {
    const schedule = scheduleOf(
      [
        [60, 120, 3_000],
        [180, 600, 0],
      ],
      { randomisedBy: 'aggregator', circuit: 'garage' },
    );
    const common = {
      source: 'curtailment',
      circuitId: 'garage',
      direction: 'export',
      basis: 'activePowerW',
      randomisedBy: 'aggregator',
      reason: 'windy night',
    };
    expect(limitsOf(schedule)).toEqual([
      {
        ...common,
        limitId: 'curtailment:1',
        ceiling: 3_000,
        validFromMs: 67_000,
        validFromUtcMs: NOON + 60_000,
        validUntilMs: 187_000,
        validUntilUtcMs: NOON + 180_000,
      },
      {
        ...common,
        limitId: 'curtailment:2',
        ceiling: 0,
        validFromMs: 187_000,
        validFromUtcMs: NOON + 180_000,
        validUntilMs: 787_000,
        validUntilUtcMs: NOON + 780_000,
      },
    ]);
  });

  it('leaves out what is over, begins at once what is under way, and keeps the numbers', () => {
    const schedule = scheduleOf([
      [-300, 100, 1],
      [-200, 200, 2],
      [-0, 10, 3],
      [20, 10, 4],
    ]);
    expect(limitsOf(schedule).map(({ limitId, validFromMs }) => [limitId, validFromMs])).toEqual([
      ['curtailment:3', 7_000],
      ['curtailment:4', 27_000],
    ]);
    const [underWay] = limitsOf(scheduleOf([[-50, 60, 5]]));
    expect([underWay?.validFromMs, underWay?.validUntilMs]).toEqual([7_000, 17_000]);
    expect(underWay).not.toHaveProperty('validFromUtcMs');
    expect(underWay).not.toHaveProperty('randomisedBy');
  });

  it('keeps what lies between two intervals open', () => {
    const [first, second] = limitsOf(
      scheduleOf([
        [0, 60, 1],
        [120, 60, 1],
      ]),
    );
    expect([first?.validUntilMs, second?.validFromMs]).toEqual([67_000, 127_000]);
  });

  it('reaches exactly 48 hours ahead', () => {
    expect(limitsOf(scheduleOf([[24 * HOUR_S, 24 * HOUR_S, 1]]))).toHaveLength(1);
  });

  it.each([
    ['none', [[0, 60, 1]], {}, /not synced/],
    ['coarse', [[0, 60, 1]], {}, /not synced/],
    ['synced', [[24 * HOUR_S + 1, 24 * HOUR_S, 1]], {}, /2026-01-07T12:00:01.000Z, more than 48 hours/],
    ['synced', [[-120, 60, 1]], {}, /ended at 2026-01-05T11:59:00.000Z, before/],
    ['synced', [[-60, 60, 1]], {}, /ended at 2026-01-05T12:00:00.000Z, before/],
    ['synced', [[0, 60, 1]], { circuit: 'attic' }, /attic.*garage, cutOut/],
  ] as const)('is refused whole with the clock %s for %j %j', (level, intervals, change, cause) => {
    const outcome = scheduleToLimits(scheduleOf(intervals, change), at(level), CIRCUITS);
    expect(outcome).toEqual({ ok: false, cause: expect.stringMatching(cause) });
  });

  const rows = fc.array(
    fc.record({
      gapS: fc.integer({ min: 0, max: 3_000 }),
      durationS: fc.integer({ min: 1, max: 3_000 }),
      ceiling: fc.integer({ min: 0, max: 100 }),
    }),
    { minLength: 1, maxLength: 96 },
  );

  it('holds at every second what the schedule says for it, and nothing else', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -40_000, max: 40_000 }), fc.nat(), (drawn, beginsS, anywhere) => {
        let freeS = beginsS;
        const intervals = drawn.map(({ gapS, durationS, ceiling }) => {
          const startS = freeS + gapS;
          freeS = startS + durationS;
          return [startS, durationS, ceiling] as const;
        });
        const outcome = scheduleToLimits(scheduleOf(intervals), at('synced'), CIRCUITS);
        const isWithinReach = freeS > 0 && freeS <= 48 * HOUR_S;
        expect(outcome.ok).toBe(isWithinReach);
        if (!outcome.ok) return;
        const lookS = anywhere % (freeS + 10);
        const lookMs = 7_000 + lookS * 1_000;
        const wanted = intervals.filter(([startS, lengthS]) => startS <= lookS && lookS < startS + lengthS);
        const found = outcome.limits.filter(
          ({ validFromMs, validUntilMs = 0 }) => validFromMs <= lookMs && lookMs < validUntilMs,
        );
        expect(found.map(({ ceiling }) => ceiling)).toEqual(wanted.map(([, , ceiling]) => ceiling));
      }),
      { numRuns: 300 },
    );
  });
});
