import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CurtailmentRequest } from '../../src/contract/curtailment.ts';
import type { ClockLevel, Now } from '../../src/domain/instant.ts';
import type { Circuit } from '../../src/domain/sitePlan.ts';
import { curtailmentToLimit } from '../../src/sync/curtailmentToLimit.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

const CIRCUITS: readonly Circuit[] = [
  { circuitId: 'garage', parentId: 'cutOut', ratingA: 32, derating: 1 },
  { circuitId: 'cutOut', ratingA: 60, derating: 1 },
];

const REQUEST: CurtailmentRequest = {
  schema: 'loadgate.curtailment/1',
  gatewayId: 'home-1',
  issuedAt: '2026-01-05T00:00:00Z',
  id: 'evening-1',
  direction: 'import',
  basis: 'phaseCurrentA',
  ceiling: 16,
  durationSeconds: 1_800,
  reason: 'evening peak',
};

function at(clockLevel: ClockLevel, utcMs = NOON): Now {
  return { runningMs: 7_000, utcMs, clockLevel };
}

describe('a curtailment becomes a limit', () => {
  it('of the connection point, from now, when it names neither circuit nor start', () => {
    expect(curtailmentToLimit(REQUEST, at('synced'), CIRCUITS)).toEqual({
      ok: true,
      limit: {
        limitId: 'curtailment',
        source: 'curtailment',
        circuitId: 'cutOut',
        direction: 'import',
        basis: 'phaseCurrentA',
        ceiling: 16,
        validFromMs: 7_000,
        validUntilMs: 1_807_000,
        validUntilUtcMs: NOON + 1_800_000,
        reason: 'evening peak',
      },
    });
  });

  it('keeps zero as a ceiling', () => {
    const outcome = curtailmentToLimit({ ...REQUEST, ceiling: 0 }, at('synced'), CIRCUITS);
    expect(outcome.ok && outcome.limit.ceiling).toBe(0);
  });

  it('without an end by the wall clock while that clock is not synced', () => {
    for (const level of ['none', 'coarse'] as const) {
      const outcome = curtailmentToLimit(REQUEST, at(level), CIRCUITS);
      expect(outcome.ok && outcome.limit).not.toHaveProperty('validUntilUtcMs');
    }
  });

  it('with its beginning by the wall clock as well when that lies ahead, for a power cut stops the running clock', () => {
    const later = { ...REQUEST, startsAt: '2026-01-05T12:10:00Z' };
    const outcome = curtailmentToLimit(later, at('synced'), CIRCUITS);
    expect(outcome.ok && [outcome.limit.validFromMs, outcome.limit.validFromUtcMs]).toEqual([
      607_000,
      NOON + 600_000,
    ]);
  });

  it('with the word of who has spread it already', () => {
    const spread = { ...REQUEST, randomisedBy: 'aggregator' };
    const outcome = curtailmentToLimit(spread, at('synced'), CIRCUITS);
    expect(outcome.ok && outcome.limit.randomisedBy).toBe('aggregator');
  });

  it('does not make up for the part that has passed', () => {
    const late = { ...REQUEST, startsAt: '2026-01-05T11:50:00Z' };
    const outcome = curtailmentToLimit(late, at('synced'), CIRCUITS);
    expect(outcome.ok && [outcome.limit.validFromMs, outcome.limit.validUntilMs]).toEqual([7_000, 1_207_000]);
  });

  it.each([
    ['a circuit that the site plan does not have', { circuit: 'attic' }, 'synced', /attic.*garage, cutOut/],
    ['a start while the clock is coarse', { startsAt: '2026-01-05T12:10:00Z' }, 'coarse', /not synced/],
    [
      'an end that has passed',
      { startsAt: '2026-01-05T11:30:00Z' },
      'synced',
      /ended at 2026-01-05T12:00:00/,
    ],
    ['a start more than a day ahead', { startsAt: '2026-01-06T12:00:01Z' }, 'synced', /24 hours/],
  ] as const)('is refused for %s', (_case, change, level, cause) => {
    const outcome = curtailmentToLimit({ ...REQUEST, ...change }, at(level), CIRCUITS);
    expect(outcome).toEqual({ ok: false, cause: expect.stringMatching(cause) });
  });

  it('never lasts longer than was asked for and never begins before it is known', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -90_000, max: 86_400 }),
        fc.integer({ min: 1, max: 86_400 }),
        (startS, durationSeconds) => {
          const startsAt = new Date(NOON + startS * 1_000).toISOString();
          const outcome = curtailmentToLimit(
            { ...REQUEST, startsAt, durationSeconds },
            at('synced'),
            CIRCUITS,
          );
          expect(outcome.ok).toBe(startS + durationSeconds > 0);
          if (!outcome.ok) return;
          const { validFromMs, validUntilMs = Number.NaN, validUntilUtcMs } = outcome.limit;
          expect(validFromMs).toBe(7_000 + Math.max(0, startS * 1_000));
          expect(validUntilMs).toBe(7_000 + (startS + durationSeconds) * 1_000);
          expect(validUntilUtcMs).toBe(NOON + (startS + durationSeconds) * 1_000);
        },
      ),
    );
  });
});
