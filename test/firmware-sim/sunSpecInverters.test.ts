import { describe, expect, it } from 'vitest';
import { type Bench, hexWord, standBench, walkChain } from './bench.ts';

const RATED_W = 10_000;

/** 8 kW of sun on three phases. */
function sunny(model: string): Bench {
  const bench = standBench(model);
  bench.stand.setSun(8_000);
  bench.pass(2_000);
  return bench;
}

function producedW({ stand }: Bench): number {
  return 0 - (stand.truth().totalPowerW as number);
}

function addressOf(bench: Bench, id: number): number {
  const model = walkChain(bench).find((found) => found.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model.address;
}

/** WMaxLimPct, WinTms, RvrtTms, RmpTms and Ena in one write. */
function limit(
  bench: Bench,
  { percent, windowS = 0, revertS = 0, rampS = 0, enable = 1 }: { [name: string]: number },
): string {
  const words = [(percent as number) * 100, windowS, revertS, rampS, enable].map((word) =>
    hexWord(word as number),
  );
  return bench.ask(`10 ${hexWord(addressOf(bench, 123) + 5)} 0005 0a ${words.join(' ')}`);
}

describe('sunspec-inverter', () => {
  it('has models 1, 103, 120, 121, 122 and 123, padded here and there', () => {
    const bench = sunny('sunspec-inverter');
    expect(walkChain(bench)).toEqual([
      { id: 1, address: 40_002, length: 66 },
      { id: 103, address: 40_070, length: 52 },
      { id: 120, address: 40_124, length: 28 },
      { id: 121, address: 40_154, length: 30 },
      { id: 122, address: 40_186, length: 46 },
      { id: 123, address: 40_234, length: 26 },
    ]);
    expect(bench.words(40_262, 2)).toBe('ffff0000');
  });

  it('shows what it produces as positive, with scale factors', () => {
    const bench = sunny('sunspec-inverter');
    bench.stand.setPhase(0, { exportWh: 1_000_000 });
    bench.pass(1_000);
    // 8000 W
    expect(bench.words(40_070 + 14, 2)).toBe('1f400000');
    // 34.78 A, 11.59 A each
    expect(bench.words(40_070 + 2, 5)).toBe('0d96048704870487fffe');
    expect(bench.words(40_070 + 10, 4)).toBe('08fc08fc08fcffff');
    expect(bench.words(40_070 + 24, 3)).toBe('000f42400000');
    expect(bench.words(40_070 + 38, 1)).toBe('0004');
    expect(bench.words(40_124 + 3, 2)).toBe('03e80001');
    expect(bench.words(40_154 + 2, 1)).toBe('03e8');
    expect(bench.words(40_154 + 22, 1)).toBe('0001');
  });

  it('is model 101 on one phase, with the others not implemented', () => {
    const bench = standBench('sunspec-inverter', { phases: 1 });
    bench.stand.setSun(2_300);
    bench.pass(2_000);
    const at = addressOf(bench, 101);
    expect(bench.words(at + 3, 3)).toBe('03e8ffffffff');
    expect(bench.words(at + 14, 1)).toBe('08fc');
  });

  it('obeys a limit in percent of WMax at once, and says so', () => {
    const bench = sunny('sunspec-inverter');
    expect(limit(bench, { percent: 30 })).toBe('109d2f0005');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(0.3 * RATED_W, 6);
    expect(bench.words(40_234 + 5, 5)).toBe('0bb80000000000000001');
    expect(bench.words(40_070 + 38, 1)).toBe('0005');
    expect(bench.words(40_186 + 35, 2)).toBe('00000001');
    expect(bench.words(40_234 + 23, 1)).toBe('fffe');
  });

  it('is free again when its revert time has passed: a dead gateway limits nothing', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 30, revertS: 60 });
    bench.pass(59_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
    bench.pass(2_000);
    expect(producedW(bench)).toBe(8_000);
    expect(bench.words(40_234 + 9, 1)).toBe('0000');
    expect(bench.words(40_186 + 35, 2)).toBe('00000000');
  });

  it('counts the revert time from the last write', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 30, revertS: 60 });
    bench.pass(50_000);
    limit(bench, { percent: 30, revertS: 60 });
    bench.pass(50_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
    bench.pass(11_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('never reverts with a revert time of 0', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 30 });
    bench.pass(3_600_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
  });

  it('waits for its window and goes by its ramp', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 0, windowS: 5 });
    bench.pass(4_000);
    expect(producedW(bench)).toBe(8_000);
    bench.pass(2_000);
    expect(producedW(bench)).toBe(0);
    limit(bench, { percent: 50, rampS: 10 });
    bench.pass(5_000);
    expect(producedW(bench)).toBeGreaterThan(2_000);
    expect(producedW(bench)).toBeLessThan(3_000);
    bench.pass(6_000);
    expect(producedW(bench)).toBeCloseTo(5_000, 6);
  });

  it('is free when it is disabled', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 30 });
    bench.pass(1_000);
    expect(bench.ask(`06 ${hexWord(40_234 + 9)} 0000`)).toBe('069d330000');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('limits nothing while only the percentage was written', () => {
    const bench = sunny('sunspec-inverter');
    bench.ask(`06 ${hexWord(40_234 + 5)} 0bb8`);
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it.each([
    ['more than 100 percent', '06 9d2f 2711', '8603'],
    ['an enable that is none', '06 9d33 0002', '8603'],
    ['a measure', '06 9c94 0000', '8602'],
    ['a block that runs out of the model', '10 9d33 0002 04 0001 0000', '9002'],
    ['input registers', '04 9c40 0002', '8401'],
  ])('refuses %s', (_, request, expected) => {
    const bench = sunny('sunspec-inverter');
    expect(bench.ask(request)).toBe(expected);
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('forgets its limit when it is switched off and on', () => {
    const bench = sunny('sunspec-inverter');
    limit(bench, { percent: 30 });
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
    expect(bench.words(40_234 + 5, 5)).toBe('27100000000000000000');
  });
});

describe('sunspec-inverter-float', () => {
  it('has model 113 in floats and is limited by model 123 as well', () => {
    const bench = sunny('sunspec-inverter-float');
    expect(walkChain(bench).map(({ id, length }) => [id, length])).toEqual([
      [1, 65],
      [113, 60],
      [120, 26],
      [121, 30],
      [122, 44],
      [123, 24],
    ]);
    const at = addressOf(bench, 113);
    expect(bench.words(at + 22, 4)).toBe('45fa000042480000');
    expect(bench.words(at + 16, 2)).toBe('43660000');
    limit(bench, { percent: 20, revertS: 30 });
    bench.pass(1_000);
    expect(bench.words(at + 22, 2)).toBe('44fa0000');
    bench.pass(30_000);
    expect(bench.words(at + 22, 2)).toBe('45fa0000');
  });
});

describe('sunspec-inverter-704', () => {
  /** WMaxLimPctEna, WMaxLimPct, its revert value, the enable state after it, and the revert time. */
  function limit704(bench: Bench, words: string): string {
    return bench.ask(`10 ${hexWord(addressOf(bench, 704) + 14)} 0006 0c ${words}`);
  }

  it('has models 701, 702 and 704', () => {
    const bench = sunny('sunspec-inverter-704');
    expect(walkChain(bench).map(({ id, length }) => [id, length])).toEqual([
      [1, 66],
      [701, 153],
      [702, 50],
      [704, 65],
    ]);
    const at = addressOf(bench, 701);
    expect(bench.words(at + 10, 1)).toBe('1f40');
    expect(bench.words(at + 41, 1)).toBe('0a6b');
    expect(bench.words(at + 17, 2)).toBe('0000c350');
    expect(bench.words(at + 4, 1)).toBe('0003');
    const capacity = addressOf(bench, 702);
    expect(bench.words(capacity + 2, 1)).toBe('2710');
    expect(bench.words(capacity + 26, 1)).toBe('2710');
    expect(bench.words(capacity + 45, 1)).toBe('0000');
  });

  it('falls to the revert value when nothing is written in time, and shows how long is left', () => {
    const bench = sunny('sunspec-inverter-704');
    const at = addressOf(bench, 704);
    // 40.0 % now, 10.0 % and still enabled after 60 s
    expect(limit704(bench, '0001 0190 0064 0001 0000 003c')).toBe(`10${hexWord(at + 14)}0006`);
    bench.pass(20_000);
    expect(producedW(bench)).toBeCloseTo(4_000, 6);
    expect(bench.words(at + 20, 2)).toBe('00000028');
    expect(bench.words(addressOf(bench, 701) + 4, 1)).toBe('0004');
    bench.pass(41_000);
    expect(producedW(bench)).toBeCloseTo(1_000, 6);
    expect(bench.words(at + 14, 2)).toBe('00010064');
    expect(bench.words(at + 20, 2)).toBe('00000000');
  });

  it('is free after the revert time where that was chosen', () => {
    const bench = sunny('sunspec-inverter-704');
    limit704(bench, '0001 0190 03e8 0000 0000 003c');
    bench.pass(61_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('starts its timer anew at every write', () => {
    const bench = sunny('sunspec-inverter-704');
    limit704(bench, '0001 0190 0000 0001 0000 003c');
    bench.pass(50_000);
    bench.ask(`06 ${hexWord(addressOf(bench, 704) + 15)} 0190`);
    bench.pass(50_000);
    expect(producedW(bench)).toBeCloseTo(4_000, 6);
    bench.pass(11_000);
    expect(producedW(bench)).toBe(0);
  });

  it('refuses to have its remaining time written, and half of its revert time', () => {
    const bench = sunny('sunspec-inverter-704');
    const at = addressOf(bench, 704);
    expect(bench.ask(`10 ${hexWord(at + 20)} 0002 04 0000 0001`)).toBe('9002');
    expect(bench.ask(`06 ${hexWord(at + 18)} 0001`)).toBe('8602');
  });
});

describe('fronius-inverter', () => {
  it('has WMaxLimPct, its revert time and its enable where the maker says', () => {
    const bench = sunny('fronius-inverter');
    expect(addressOf(bench, 123) + 5).toBe(40_232);
    expect(bench.words(40_232, 5)).toBe('271000000000ffff0000');
    expect(bench.words(40_250, 1)).toBe('fffe');
  });

  it('takes a changed percentage only when its enable is written again', () => {
    const bench = sunny('fronius-inverter');
    bench.ask('06 9d28 0bb8');
    bench.ask('06 9d2c 0001');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
    bench.ask('06 9d28 1388');
    bench.pass(10_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
    expect(bench.words(40_232, 1)).toBe('1388');
    bench.ask('06 9d2c 0001');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(5_000, 6);
  });

  it('counts its revert time from the last write of its enable', () => {
    const bench = sunny('fronius-inverter');
    expect(bench.ask('10 9d28 0003 06 0bb8 0000 003c')).toBe('109d280003');
    bench.ask('06 9d2c 0001');
    bench.pass(50_000);
    bench.ask('06 9d28 0bb8');
    bench.pass(11_000);
    expect(producedW(bench)).toBe(8_000);
    expect(bench.words(40_236, 1)).toBe('0000');
  });

  it('refuses a block that writes its ramp time, and the whole of it', () => {
    const bench = sunny('fronius-inverter');
    expect(bench.ask('10 9d28 0005 0a 0bb8 0000 003c 0000 0001')).toBe('9002');
    expect(bench.words(40_232, 1)).toBe('2710');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('refuses more than 300 s of window and more than 28800 s of revert time', () => {
    const bench = sunny('fronius-inverter');
    expect(bench.ask('06 9d29 012d')).toBe('8603');
    expect(bench.ask('06 9d2a 7081')).toBe('8603');
    expect(bench.ask('06 9d2a 7080')).toBe('069d2a7080');
  });

  it('has no measures at night, and keeps its counter', () => {
    const bench = sunny('fronius-inverter');
    bench.stand.setPhase(0, { exportWh: 4_711 });
    bench.stand.setSun(0);
    bench.pass(30_000);
    expect(bench.words(40_069 + 14, 1)).toBe('0000');
    bench.pass(40_000);
    expect(bench.words(40_069 + 14, 1)).toBe('8000');
    expect(bench.words(40_069 + 2, 4)).toBe('ffffffffffffffff');
    expect(bench.words(40_069 + 24, 2)).toBe('00001267');
    expect(bench.words(40_069 + 38, 1)).toBe('0002');
    expect(bench.stand.truth().totalPowerW).toBeUndefined();
    bench.stand.setSun(500);
    bench.pass(2_000);
    expect(bench.words(40_069 + 14, 1)).toBe('01f4');
  });
});
