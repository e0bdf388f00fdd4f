import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, RECONNECT_SCHEDULE } from '../../src/sync/backoff.ts';
import { markPaced, paceWaitMs, UPLOAD_PACE } from '../../src/sync/pace.ts';
import { fixedEntropy } from './fakes.ts';

describe('back-off', () => {
  it('doubles from the first pause to the most and stays there', () => {
    const pauses = [1, 2, 3, 7, 100].map((failures) =>
      backoffMs(failures, RECONNECT_SCHEDULE, fixedEntropy(1)),
    );
    expect(pauses).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  });

  it('draws half of the pause at random, so that gateways do not come back in step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, draw) => {
          const pauseMs = backoffMs(n, RECONNECT_SCHEDULE, fixedEntropy(draw));
          const wholeMs = backoffMs(n, RECONNECT_SCHEDULE, fixedEntropy(1));
          expect(pauseMs).toBeGreaterThanOrEqual(wholeMs / 2);
          expect(pauseMs).toBeLessThanOrEqual(wholeMs);
          expect(Number.isInteger(pauseMs)).toBe(true);
        },
      ),
    );
  });
});

describe('pace', () => {
  it('lets a burst go at once and spaces what follows', () => {
    let mark = 0;
    const waits: number[] = [];
    for (let count = 0; count < UPLOAD_PACE.burst + 2; count += 1) {
      waits.push(paceWaitMs(mark, 5_000, UPLOAD_PACE));
      mark = markPaced(mark, 5_000, UPLOAD_PACE);
    }
    expect(waits.slice(0, UPLOAD_PACE.burst)).toEqual(new Array(UPLOAD_PACE.burst).fill(0));
    expect(waits.slice(UPLOAD_PACE.burst)).toEqual([10, 20]);
    expect(paceWaitMs(mark, 60_000, UPLOAD_PACE)).toBe(0);
  });
});
