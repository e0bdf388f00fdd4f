import { describe, expect, it } from 'vitest';
import { type Bench, standBench } from './bench.ts';

/** L1 draws 5 A, L2 gives 10 A; the counters stand at 12345.6 kWh and 70 kWh. */
function loaded(model: string): Bench {
  const bench = standBench(model);
  bench.stand.setPhase(0, { voltageV: 230, powerW: 1_150, importWh: 12_345_678 });
  bench.stand.setPhase(1, { voltageV: 230, powerW: -2_300, exportWh: 70_000 });
  bench.stand.setPhase(2, { voltageV: 230.5, powerW: 0 });
  bench.pass(1_000);
  return bench;
}

describe.each([
  ['carlo-gavazzi-em340', '0155'],
  ['carlo-gavazzi-em24', '0670'],
])('%s', (model, identification) => {
  it('gives 32-bit values with the least significant word first', () => {
    const { words } = loaded(model);
    expect(words(0x0000, 6)).toBe('08fc0000 08fc0000 09010000'.replaceAll(' ', ''));
    expect(words(0x000c, 4)).toBe('13880000d8f0ffff');
    expect(words(0x0012, 6)).toBe('2cec0000a628ffff00000000');
    expect(words(0x0028, 2)).toBe('d314ffff');
  });

  it('reads the same with function 4', () => {
    const { words } = loaded(model);
    expect(words(0x0012, 4, 4)).toBe('2cec0000a628ffff');
  });

  it('counts whole tenths of a kilowatt-hour in both directions', () => {
    const { words } = loaded(model);
    expect(words(0x0034, 2)).toBe('e2400001');
    expect(words(0x0040, 4)).toBe('e240000100000000');
    expect(words(0x004e, 2)).toBe('02bc0000');
  });

  it('shows frequency in tenths and its identification', () => {
    const { words } = loaded(model);
    expect(words(0x0033, 1)).toBe('01f4');
    expect(words(0x000b, 1)).toBe(identification);
  });

  it('shows the overflow mark for what does not fit', () => {
    const bench = loaded(model);
    bench.stand.setPhase(0, { powerW: 300_000_000 });
    bench.pass(1_000);
    expect(bench.words(0x0012, 2)).toBe('ffff7fff');
  });

  it.each([
    ['more than 50 registers', '03 0000 0033', '8303'],
    ['an address outside of its table', '03 0070 0002', '8302'],
    ['a measure to be written', '06 0000 0001', '8602'],
    ['function 16', '10 2000 0001 02 0002', '9001'],
  ])('refuses %s', (_, request, expected) => {
    expect(loaded(model).ask(request)).toBe(expected);
  });

  it('gives 50 registers at once', () => {
    expect(loaded(model).words(0x0000, 50)).toHaveLength(200);
  });
});

describe('carlo-gavazzi-em24', () => {
  it('stands in application H with its front switch locked', () => {
    expect(standBench('carlo-gavazzi-em24').words(0xa000, 1)).toBe('0007');
    expect(standBench('carlo-gavazzi-em24').ask('06 a000 0001')).toBe('8602');
  });
});

describe('carlo-gavazzi-em111', () => {
  function exporting(): Bench {
    const bench = standBench('carlo-gavazzi-em111');
    bench.stand.setPhase(0, { voltageV: 230, powerW: -2_300, importWh: 1_500, exportWh: 70_000 });
    bench.pass(1_000);
    return bench;
  }

  it('gives one phase, signed, in tenths and thousandths', () => {
    const { words } = exporting();
    expect(words(0x0000, 6)).toBe('08fc0000d8f0ffffa628ffff');
    expect(words(0x000b, 1)).toBe('0067');
    expect(words(0x000f, 1)).toBe('01f4');
  });

  it('counts in tenths of a kilowatt-hour and in watt-hours', () => {
    const { words } = exporting();
    expect(words(0x0010, 2)).toBe('000f0000');
    expect(words(0x0020, 2)).toBe('02bc0000');
    expect(words(0x0500, 4)).toBe('05dc000000000000');
    expect(words(0x051c, 4)).toBe('1170000100000000');
  });

  it('changes its measuring mode over at every write of 1, and loses all direction in easy connection', () => {
    const { ask, words } = exporting();
    expect(words(0x1103, 1)).toBe('0001');
    expect(ask('06 1103 0001')).toBe('0611030001');
    expect(words(0x1103, 1)).toBe('0000');
    expect(words(0x0002, 4)).toBe('2710000059d80000');
    expect(words(0x0010, 2)).toBe('02cb0000');
    expect(words(0x0020, 2)).toBe('00000000');
    ask('06 1103 0001');
    expect(words(0x1103, 1)).toBe('0001');
    expect(words(0x0004, 2)).toBe('a628ffff');
  });

  it('says that it allows 50 registers and holds to it', () => {
    const { ask, words } = exporting();
    expect(words(0x2004, 1)).toBe('0032');
    expect(ask('03 0000 0033')).toBe('8303');
  });
});
