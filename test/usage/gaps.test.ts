import { describe, expect, it } from 'vitest';
import { at, LedgerBench } from './support.ts';

function look(bench: LedgerBench, seconds: number, registerWh: number | undefined): void {
  for (let second = 0; second < seconds; second += 1) {
    bench.look({
      channels: {
        connection:
          registerWh === undefined ? { cause: 'meter-stale' } : { powerW: 0, importRegisterWh: registerWh },
      },
      chargePoints: {},
    });
    bench.pass(1_000);
  }
}

const told = (bench: LedgerBench) => {
  bench.write();
  return bench.gaps().map(({ cause, energy }) => [cause, energy.connection?.importWh]);
};

describe('a gap', () => {
  it('is told when the register was silent for five minutes, with what it counted meanwhile', () => {
    const bench = new LedgerBench(at('2026-01-05T10:00:00Z'));
    look(bench, 10, 1_000);
    look(bench, 310, undefined);
    look(bench, 10, 1_450);
    expect(told(bench)).toEqual([['deviceSilent', 450]]);
    expect(bench.sum('connection').importWh).toBe(0);
  });

  it('is not told for a shorter silence: the energy counts when the register is back', () => {
    const bench = new LedgerBench(at('2026-01-05T10:00:00Z'));
    look(bench, 10, 1_000);
    look(bench, 200, undefined);
    look(bench, 10, 1_300);
    expect(told(bench)).toEqual([]);
    expect(bench.sum('connection').importWh).toBe(300);
  });

  it('is not told for a restart within a minute, and for a longer one as soon as the registers were read', () => {
    const bench = new LedgerBench(at('2026-01-05T10:00:00Z'));
    look(bench, 10, 1_000);
    bench.write(true);
    bench.restart(20_000);
    look(bench, 10, 1_020);
    expect(told(bench)).toEqual([]);
    bench.write(true);
    bench.restart(90_000);
    look(bench, 30, undefined);
    expect(told(bench)).toEqual([]);
    look(bench, 10, 1_120);
    expect(told(bench)).toEqual([['stopped', 100]]);
    expect(bench.sum('connection').importWh).toBe(20);
  });

  it('does not wait for ever for a register that does not come back', () => {
    const bench = new LedgerBench(at('2026-01-05T10:00:00Z'));
    look(bench, 10, 1_000);
    bench.write();
    bench.restart(600_000);
    look(bench, 700, undefined);
    expect(told(bench)).toEqual([['endedWithoutWord', undefined]]);
    look(bench, 10, 1_777);
    expect(told(bench)).toEqual([
      ['endedWithoutWord', undefined],
      ['deviceSilent', 777],
    ]);
  });
});
