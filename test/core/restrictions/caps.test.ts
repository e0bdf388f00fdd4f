import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capped, DAY_MS, merged } from '../../../src/core/restrictions/caps.ts';
import type { Stretch } from '../../../src/core/restrictions/memory.ts';

const CAPS = { longestMs: 90, longestInDayMs: 120 };
/** A day of a thousand, so that small numbers reach every case. */
const scale = DAY_MS / 1_000;
const of = (from: number, until: number): Stretch => ({ fromMs: from * scale, untilMs: until * scale });
const caps = { longestMs: CAPS.longestMs * scale, longestInDayMs: CAPS.longestInDayMs * scale };

const stretch = fc
  .tuple(fc.integer({ min: -1_500, max: 1_500 }), fc.integer({ min: 1, max: 60 }))
  .map(([from, length]) => of(from, from + length));

/** The most restricted time in any 24 hours. */
function mostInADay(stretches: readonly Stretch[]): number {
  const all = merged(stretches);
  const starts = all.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs - DAY_MS]);
  return Math.max(
    0,
    ...starts.map((startMs) =>
      all.reduce(
        (sum, { fromMs, untilMs }) =>
          sum + Math.max(0, Math.min(untilMs, startMs + DAY_MS) - Math.max(fromMs, startMs)),
        0,
      ),
    ),
  );
}

describe('the caps of a restriction', () => {
  it('are never exceeded by what is taken, in any 24 hours', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), fc.integer({ min: 1, max: 200 }), (asked, length) => {
        const taken: Stretch[] = [];
        for (const one of [...asked, of(0, length)]) {
          const { fromMs, untilMs } = capped(one, taken, caps);
          expect(untilMs).toBeLessThanOrEqual(Math.max(fromMs, one.untilMs));
          expect(untilMs - fromMs).toBeLessThanOrEqual(caps.longestMs);
          if (untilMs > fromMs) taken.push({ fromMs, untilMs });
        }
        expect(mostInADay(taken)).toBeLessThanOrEqual(caps.longestInDayMs);
      }),
      { numRuns: 3_000 },
    );
  });

  it('leave alone what stays below them', () => {
    expect(capped(of(0, 90), [], caps)).toEqual({ ...of(0, 90), adjustments: [] });
    expect(capped(of(0, 60), [of(-1_000, -940)], caps)).toEqual({ ...of(0, 60), adjustments: [] });
  });

  it('count time once that is restricted twice', () => {
    expect(capped(of(10, 70), [of(0, 60)], caps)).toEqual({ ...of(10, 70), adjustments: [] });
    expect(capped(of(50, 140), [of(0, 90)], caps)).toMatchObject(of(50, 120));
  });

  it('leave nothing when the day is used up', () => {
    expect(capped(of(0, 10), [of(-200, -80)], caps)).toMatchObject({ untilMs: 0 });
  });
});
