import { describe, expect, it } from 'vitest';
import { type Bench, standBench } from './bench.ts';

/** 8 kW of sun on a rating of 10 kW; 3 MWh so far. */
function sunny(): Bench {
  const bench = standBench('sma-inverter');
  bench.stand.setPhase(0, { exportWh: 3_000_000 });
  bench.stand.setSun(8_000);
  bench.pass(2_000);
  return bench;
}

function producedW({ stand }: Bench): number {
  return 0 - (stand.truth().totalPowerW as number);
}

describe('sma-inverter', () => {
  it('stands under unit 3 and shows power, energy and state by functions 3 and 4', () => {
    const { stand, words } = sunny();
    expect(stand.firmware.unit).toBe(3);
    expect(words(30_775, 2)).toBe('00001f40');
    expect(words(30_775, 2, 4)).toBe('00001f40');
    expect(words(30_529, 2)).toBe('002dc6c0');
    expect(words(30_513, 4)).toBe('00000000002dc6c0');
    expect(words(30_201, 2)).toBe('00000133');
    expect(words(30_231, 2)).toBe('00002710');
  });

  it('shows what it has not as not a number', () => {
    const { words } = sunny();
    expect(words(30_845, 2)).toBe('ffffffff');
    expect(words(30_865, 4)).toBe('8000000080000000');
  });

  it('shows its power as not a number in the evening', () => {
    const bench = sunny();
    bench.stand.setSun(0);
    bench.pass(62_000);
    expect(bench.words(30_775, 2)).toBe('80000000');
    expect(bench.words(30_201, 2)).toBe('0000012f');
    expect(bench.words(30_529, 2)).toBe('002dc6c0');
  });

  it('obeys a limit in watts while it is active, and does not let it be read back', () => {
    const bench = sunny();
    expect(bench.ask('10 9cd5 0002 04 0000 07d0')).toBe('109cd50002');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
    bench.ask('10 9cd7 0002 04 0000 0322');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(2_000);
    expect(bench.ask('03 9cd5 0002')).toBe('8302');
    expect(bench.ask('03 9cd7 0002')).toBe('8302');
    bench.ask('10 9cd7 0002 04 0000 0323');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('obeys a limit in hundredths of a percent', () => {
    const bench = sunny();
    bench.ask('06 9c57 0bb8');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 6);
    bench.ask('06 9c57 2710');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('keeps the last limit when nobody writes any more, unless it was told to fall back', () => {
    const bench = sunny();
    bench.ask('06 9c57 1388');
    bench.pass(3_600_000);
    expect(producedW(bench)).toBeCloseTo(5_000, 6);
  });

  it('falls back to the chosen percentage when no set-point arrives in time', () => {
    const bench = sunny();
    // 41193 = 2507, 41195 = 30 s, 41197 = 10.00 %
    expect(bench.ask('10 a0e9 0006 0c 0000 09cb 0000 001e 0000 03e8')).toBe('10a0e90006');
    expect(bench.words(41_193, 6)).toBe('000009cb0000001e000003e8');
    bench.ask('06 9c57 1388');
    bench.pass(29_000);
    expect(producedW(bench)).toBeCloseTo(5_000, 6);
    bench.words(30_775, 2);
    bench.pass(2_000);
    expect(producedW(bench)).toBeCloseTo(1_000, 6);
    bench.ask('06 9c57 1388');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(5_000, 6);
  });

  it('answers a block with at least one known register, and refuses one without any', () => {
    const { ask, words } = sunny();
    expect(words(30_773, 4)).toBe('ffffffff00001f40');
    expect(ask('03 7531 0002')).toBe('8302');
    expect(ask('03 7837 007e')).toBe('8303');
  });

  it.each([
    ['a state that is none', '10 9cd7 0002 04 0000 0001', '9003'],
    ['a percentage above 100', '06 9c57 2711', '8603'],
    ['a measure to be written', '10 7837 0002 04 0000 0000', '9002'],
    ['coils', '01 0000 0001', '8101'],
  ])('refuses %s', (_, request, expected) => {
    expect(sunny().ask(request)).toBe(expected);
  });
});
