import { describe, expect, it } from 'vitest';
import { METERS } from '../../firmware-sim/devices/meters/catalogue.ts';
import { type Bench, standBench } from './bench.ts';

/** L1 draws 5 A at 230.5 V, L2 gives 10 A at 230 V; 12 345.6 kWh came in and 500 Wh went out. */
function loaded(model: string): Bench {
  const bench = standBench(model);
  bench.stand.setPhase(0, { voltageV: 230.5, powerW: 1_152.5, importWh: 12_345_600 });
  if (bench.stand.phases.length > 1) {
    bench.stand.setPhase(1, { voltageV: 230, powerW: -2_300, exportWh: 500 });
    bench.stand.setPhase(2, { voltageV: 229, powerW: 0 });
  }
  bench.pass(1_000);
  return bench;
}

describe('abb-b23', () => {
  it('gives tenths of a volt, hundredths of an ampere and of a watt, most significant word first', () => {
    const { words } = loaded('abb-b23');
    expect(words(0x5b00, 6)).toBe('00000901000008fc000008f2');
    expect(words(0x5b0c, 6)).toBe('000001f4000003e800000000');
    expect(words(0x5b14, 8)).toBe('fffe3fc20001c232fffc7d9000000000');
    expect(words(0x5b2c, 1)).toBe('1388');
  });

  it('counts hundredths of a kilowatt-hour in 64 bits', () => {
    const { words } = loaded('abb-b23');
    expect(words(0x5000, 8)).toBe('000000000012d6800000000000000032');
    expect(words(0x5470, 4)).toBe('0000000000000032');
  });

  it('says what it is', () => {
    const { words } = loaded('abb-b23');
    expect(Buffer.from(words(0x8960, 6), 'hex').toString('latin1')).toMatch(/^B23 /);
  });
});

describe('abb-b21', () => {
  it('has L1 and the totals, and marks the values of each phase as unsupported', () => {
    const { words } = loaded('abb-b21');
    expect(words(0x5b00, 2)).toBe('00000901');
    expect(words(0x5b02, 4)).toBe('ffffffffffffffff');
    expect(words(0x5b0c, 2)).toBe('000001f4');
    expect(words(0x5b14, 2)).toBe('0001c232');
    expect(words(0x5b16, 6)).toBe('7fffffff7fffffff7fffffff');
    expect(words(0x5b3b, 1)).toBe('7fff');
    expect(words(0x5000, 4)).toBe('000000000012d680');
    expect(words(0x5460, 4)).toBe('ffffffffffffffff');
  });

  it('refuses function 4 and an address outside of its blocks', () => {
    const { ask } = loaded('abb-b21');
    expect(ask('04 5b00 0002')).toBe('8401');
    expect(ask('03 5c00 0002')).toBe('8302');
  });
});

describe('schneider-iem3155', () => {
  it('gives kilowatts as floats beside whole watt-hours, at odd addresses', () => {
    const { words } = loaded('schneider-iem3155');
    expect(words(0x0bed, 6)).toBe('3f93851fc013333300000000');
    expect(words(0x0bf3, 2)).toBe('bf92e148');
    expect(words(0x0bd3, 2)).toBe('43668000');
    expect(words(0x0bb7, 4)).toBe('40a0000041200000');
    expect(words(0x0c25, 2)).toBe('42480000');
    expect(words(0x0c83, 8)).toBe('0000000000bc610000000000000001f4');
    expect(words(0x0dbd, 4)).toBe('0000000000bc6100');
  });

  it('reads as not a number where its measures have a gap, and refuses what is outside', () => {
    const { ask, words } = loaded('schneider-iem3155');
    expect(words(0x0bd9, 2)).toBe('ffffffff');
    expect(ask('03 0bb6 0002')).toBe('8302');
    expect(ask('06 0bb7 0000')).toBe('8601');
  });
});

describe('inepro-pro1', () => {
  it('gives volts, amperes, kilowatts and kilowatt-hours as floats', () => {
    const { words } = loaded('inepro-pro1');
    expect(words(0x5000, 4)).toBe('4366800043668000');
    expect(words(0x500a, 4)).toBe('40a0000040a00000');
    expect(words(0x5012, 4)).toBe('3f93851f3f93851f');
    expect(words(0x5008, 2)).toBe('42480000');
  });

  it('adds both directions up in 0x6000, which is no balance', () => {
    const bench = standBench('inepro-pro1');
    bench.stand.setPhase(0, { importWh: 1_500, exportWh: 500 });
    bench.pass(1_000);
    expect(bench.words(0x6000, 2)).toBe('40000000');
    expect(bench.words(0x600c, 2)).toBe('3fc00000');
    expect(bench.words(0x6018, 2)).toBe('3f000000');
  });
});

describe('eastron-sdm120', () => {
  it('has the table of one phase and its own meter code', () => {
    const { ask, words } = loaded('eastron-sdm120');
    expect(words(0x0000, 2, 4)).toBe('43668000');
    expect(words(0x000c, 2, 4)).toBe('44901000');
    expect(words(0xfc02, 1)).toBe('0020');
    expect(words(0x001c, 2)).toBe('00000000');
    expect(ask('04 015a 0002')).toBe('8402');
  });
});

describe('eastron-sdm72d', () => {
  it('has voltages and currents, but no energies of each phase', () => {
    const { ask, words } = loaded('eastron-sdm72d');
    expect(words(0x0000, 6, 4)).toBe('436680004366000043650000');
    expect(words(0x0006, 4, 4)).toBe('40a0000041200000');
    expect(words(0x0034, 2, 4)).toBe('c48f7000');
    expect(words(0x0156, 2, 4)).toBe('4640e866');
    expect(ask('04 015a 0002')).toBe('8402');
    expect(ask('04 0000 003e')).toBe('8403');
  });
});

describe('every meter', () => {
  it.each(Object.keys(METERS))(
    '%s looks at its circuit again within a second, and not at every request',
    (model) => {
      const bench = standBench(model);
      const seen = (): string => JSON.stringify(registersOf(bench));
      const before = seen();
      bench.stand.setPhase(0, { powerW: 2_222 });
      bench.pass(250);
      expect(seen()).toBe(before);
      bench.pass(1_000);
      expect(seen()).not.toBe(before);
    },
  );

  it.each(Object.keys(METERS))(
    '%s is a little noisy where that is wanted, and never where it is not',
    (model) => {
      const still = standBench(model);
      const noisy = standBench(model, { isNoisy: true });
      for (const { stand } of [still, noisy]) stand.setPhase(0, { powerW: 6_543 });
      const seen = (bench: Bench): Set<string> =>
        new Set(
          Array.from({ length: 20 }, () => {
            bench.pass(1_000);
            return JSON.stringify(registersOf(bench));
          }),
        );
      expect(seen(still).size).toBe(1);
      expect(seen(noisy).size).toBeGreaterThan(5);
    },
  );
});

/** Whatever the model answers to reads at the places where meters have their measures. */
function registersOf({ ask }: Bench): readonly string[] {
  return [
    '04 000c 0006',
    '03 0012 0006',
    '03 0004 0002',
    '03 5b14 0002',
    '03 0bed 0006',
    '03 5012 0002',
    '03 9c80 0040',
    '03 9cc0 0040',
    '03 9d00 0030',
    '03 9d70 0030',
    '03 9d89 0014',
    '03 9cac 0010',
  ].map(ask);
}
