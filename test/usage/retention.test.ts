import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageHolding } from '../../src/ports/usage.ts';
import { thinningOf } from '../../src/usage/retention.ts';
import { at, LedgerBench } from './support.ts';

const DAY_MS = 86_400_000;
const BUDGET = { secondsBytes: 100, allBytes: 1_000 };
const now = { ...at('2026-11-22T10:00:00Z'), runningMs: 40 * DAY_MS };

const holdings = (bytes: Partial<Record<UsageHolding['kind'], number>>): UsageHolding[] =>
  Object.entries(bytes).map(([kind, size]) => ({ kind: kind as UsageHolding['kind'], rows: 1, bytes: size }));

describe('what is let go', () => {
  it('by age is what ended more than 13 months ago, and seconds of more than six hours ago', () => {
    const before = Object.fromEntries(
      thinningOf([], now, 0).map((order) => [
        order.kind,
        'beforeUtcMs' in order ? new Date(order.beforeUtcMs).toISOString() : 'bytes',
      ]),
    );
    const monthsAgo = '2025-10-22T10:00:00.000Z';
    expect(before).toEqual({
      minutes: monthsAgo,
      halfHour: monthsAgo,
      session: monthsAgo,
      gap: monthsAgo,
      seconds: '2026-11-22T04:00:00.000Z',
    });
  });

  it('is nothing by age while the clock is not sure: not synchronised, or jumped in the last week', () => {
    expect(thinningOf([], { ...now, clockLevel: 'coarse' }, 0)).toEqual([]);
    expect(thinningOf([], now, now.runningMs - 6 * DAY_MS)).toEqual([]);
    expect(thinningOf([], now, now.runningMs - 8 * DAY_MS)).not.toEqual([]);
  });

  it('when room is short is seconds, then minutes, and never half-hours, sessions or gaps', () => {
    const size = fc.nat({ max: 3_000 });
    const held = fc.record({ seconds: size, minutes: size, halfHour: size, session: size, gap: size });
    fc.assert(
      fc.property(held, (bytes) => {
        const orders = thinningOf(holdings(bytes), { ...now, clockLevel: 'none' }, 0, BUDGET);
        const freed = Object.fromEntries(
          orders.map((order) => [order.kind, 'freeBytes' in order ? order.freeBytes : Number.NaN]),
        );
        expect(Object.keys(freed).filter((kind) => kind !== 'seconds' && kind !== 'minutes')).toEqual([]);
        const { seconds = 0, minutes = 0 } = freed;
        expect(bytes.seconds - seconds).toBeLessThanOrEqual(BUDGET.secondsBytes);
        // Minutes go only when no second is left.
        if (minutes > 0) expect(seconds).toBe(bytes.seconds);
        const left = Object.values(bytes).reduce((sum, each) => sum + each, 0) - seconds - minutes;
        const untouchable = bytes.halfHour + bytes.session + bytes.gap;
        expect(left).toBeLessThanOrEqual(Math.max(BUDGET.allBytes, untouchable));
      }),
    );
  });
});

describe('a clock that jumps', () => {
  const look = { channels: { connection: { powerW: 100 } }, chargePoints: {} };

  it('starts the week anew, either way and over a restart', () => {
    const bench = new LedgerBench(at('2026-11-22T10:00:00Z'));
    bench.look(look);
    bench.pass(10 * DAY_MS);
    bench.look(look);
    expect(bench.ledger.calmSinceMs()).toBe(0);
    bench.pass(1_000, { utcMs: bench.now().utcMs + 365 * DAY_MS });
    bench.look(look);
    expect(bench.ledger.calmSinceMs()).toBe(10 * DAY_MS + 1_000);
    bench.pass(9 * DAY_MS);
    bench.look(look);
    bench.write();
    bench.restart(-365 * DAY_MS);
    expect(bench.ledger.calmSinceMs()).toBe(bench.now().runningMs);
  });
});

describe('what waits while nothing can be written', () => {
  it('is bounded, gives up seconds first, then minutes, and tells of half-hours that are lost', () => {
    const bench = new LedgerBench(at('2026-11-22T10:00:00Z'));
    for (let minute = 0; minute < 12 * 24 * 60; minute += 1) {
      for (let second = 0; second < 2; second += 1) {
        bench.look(look(minute));
        bench.pass(30_000);
      }
      if (minute % 5 === 0) {
        const { state: _, ...changes } = bench.ledger.takeChanges(bench.now());
        bench.ledger.giveBack(changes);
      }
    }
    bench.write();
    expect(bench.of('seconds').length).toBeLessThanOrEqual(74);
    expect(bench.of('minutes').length + bench.halfHours().length).toBeLessThanOrEqual(402);
    expect(bench.rows.size).toBeLessThan(480);
    expect(bench.gaps().some(({ cause }) => cause === 'recordFailed')).toBe(true);
  });

  function look(minute: number) {
    return { channels: { connection: { powerW: minute % 1_000 } }, chargePoints: {} };
  }
});
