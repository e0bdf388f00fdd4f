import { describe, expect, it } from 'vitest';
import { at, LedgerBench } from './support.ts';

const WATTS = 3_600;

function run(bench: LedgerBench, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    bench.pass(1_000);
    bench.look({
      channels: { connection: { powerW: WATTS }, 'load.car': { powerW: WATTS } },
      chargePoints: { car: { currentA: 16 } },
    });
  }
}

const iso = (utcMs: number | undefined): string =>
  utcMs === undefined ? '' : new Date(utcMs).toISOString().slice(0, 19);

describe('a clock that was not set and then is', () => {
  it('moves what was gathered to where it belongs, and nothing is lost or doubled', () => {
    const bench = new LedgerBench(at('2026-01-01T00:00:00Z', 'none'));
    bench.look({ channels: { connection: { powerW: 0 } }, chargePoints: {} });
    run(bench, 4_000);
    bench.write();
    run(bench, 500);
    expect(bench.halfHours().map(({ fromUtcMs }) => iso(fromUtcMs))).toContain('2026-01-01T00:00:00');
    bench.pass(0, { utcMs: Date.parse('2026-07-10T12:00:17Z'), level: 'synced' });
    run(bench, 2_000);
    bench.write();
    const halfHours = bench.halfHours();
    expect([...new Set(halfHours.map(({ fromUtcMs }) => iso(fromUtcMs)))].toSorted()).toEqual([
      '2026-07-10T10:30:00',
      '2026-07-10T11:00:00',
      '2026-07-10T11:30:00',
      '2026-07-10T12:00:00',
    ]);
    expect(Math.abs(bench.sum('connection').importWh - 6_500)).toBeLessThan(0.2);
    const minutes = bench.of('minutes').flatMap((content) => content.minutes);
    expect(minutes.every(({ fromUtcMs }) => fromUtcMs % 60_000 === 0)).toBe(true);
    const [began] = [bench.state?.sessions.car?.open?.beganAt];
    expect([iso(began?.utcMs), began?.clockLevel]).toEqual(['2026-07-10T10:45:18', 'synced']);
    expect(bench.of('seconds').map(({ block }) => iso(block.from.utcMs))[0]).toBe('2026-07-10T10:45:17');
  });

  it('leaves what an earlier life gathered where it was: nothing tells how long the power was off', () => {
    const bench = new LedgerBench(at('2026-01-01T00:00:00Z', 'none'));
    bench.look({ channels: { connection: { powerW: 0 } }, chargePoints: {} });
    run(bench, 2_000);
    bench.write(true);
    bench.restart(0, 'none');
    run(bench, 10);
    bench.pass(0, { utcMs: Date.parse('2026-07-10T12:00:00Z'), level: 'synced' });
    run(bench, 2_000);
    bench.write();
    const starts = bench.halfHours().map(({ fromUtcMs, clockLevel }) => [iso(fromUtcMs), clockLevel]);
    expect(starts).toContainEqual(['2026-01-01T00:00:00', 'none']);
    expect(bench.gaps().map(({ cause, from, until }) => [cause, iso(from?.utcMs), iso(until.utcMs)])).toEqual(
      [['stopped', '2026-01-01T00:33:20', '2026-07-10T11:59:50']],
    );
  });

  it('a step back fills the same half-hour twice, and the sums stay', () => {
    const bench = new LedgerBench(at('2026-01-05T10:00:00Z'));
    bench.look({ channels: { connection: { powerW: 0 } }, chargePoints: {} });
    run(bench, 4_000);
    bench.pass(0, { utcMs: bench.now().utcMs - 3_600_000 });
    run(bench, 4_000);
    bench.write();
    expect(Math.abs(bench.sum('connection').importWh - 8_000)).toBeLessThan(0.2);
  });
});
