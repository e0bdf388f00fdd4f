import { describe, expect, it } from 'vitest';
import { type Bench, standBench, walkChain } from './bench.ts';

/** L1 draws 5 A, L2 gives 10 A: 1 150 W less 2 300 W. */
function loaded(model: string, phases: 1 | 3 = 3): Bench {
  const bench = standBench(model, { phases });
  bench.stand.setPhase(0, { voltageV: 230, powerW: 1_150, importWh: 12_345_678 });
  if (phases === 3) {
    bench.stand.setPhase(1, { voltageV: 230, powerW: -2_300, exportWh: 70_001 });
    bench.stand.setPhase(2, { voltageV: 229.5 });
  }
  bench.pass(1_500);
  return bench;
}

function addressOf(bench: Bench, id: number): number {
  const model = walkChain(bench).find((found) => found.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model.address;
}

describe('sunspec-meter', () => {
  it('has a padded common model, a vendor model to step over and model 203, up to the end mark', () => {
    const bench = loaded('sunspec-meter');
    expect(walkChain(bench)).toEqual([
      { id: 1, address: 40_002, length: 66 },
      { id: 64_900, address: 40_070, length: 13 },
      { id: 203, address: 40_085, length: 105 },
    ]);
    expect(bench.words(40_192, 2)).toBe('ffff0000');
    expect(bench.ask('03 9d02 0001')).toBe('8302');
  });

  it('says who made it, two characters a register with zeros behind', () => {
    const name = Buffer.from(loaded('sunspec-meter').words(40_004, 16), 'hex').toString('latin1');
    expect(name.replaceAll('\0', '')).toBe('Plain Metering');
    expect(name).toHaveLength(32);
  });

  it('gives integers with their scale factors, import positive', () => {
    const bench = loaded('sunspec-meter');
    const at = addressOf(bench, 203);
    // 15 A, 5 A, 10 A and 0 A in hundredths
    expect(bench.words(at + 2, 5)).toBe('05dc01f403e80000fffe');
    // 230 V, 230 V and 229.5 V in tenths
    expect(bench.words(at + 8, 3)).toBe('08fc08fc08f7');
    expect(bench.words(at + 15, 3)).toBe('ffff1388fffe');
    // -1150 W, 1150 W, -2300 W, 0 W
    expect(bench.words(at + 18, 5)).toBe('fb82047ef70400000000');
    expect(bench.words(at + 38, 2)).toBe('00011171');
    expect(bench.words(at + 46, 2)).toBe('00bc614e');
  });

  it('takes a coarser scale factor when a power does not fit any more', () => {
    const bench = loaded('sunspec-meter');
    bench.stand.setPhase(0, { powerW: 40_000 });
    bench.pass(1_500);
    // 3770 and 4000 times 10 W
    expect(bench.words(addressOf(bench, 203) + 18, 5)).toBe('0eba0fa0ff1a00000001');
  });

  it('wired to one phase it is model 201, and its other phases are not implemented', () => {
    const bench = loaded('sunspec-meter', 1);
    const at = addressOf(bench, 201);
    expect(bench.words(at + 3, 3)).toBe('01f480008000');
    expect(bench.words(at + 8, 3)).toBe('08fc80008000');
    expect(bench.words(at + 18, 4)).toBe('047e047e80008000');
  });

  it.each([
    ['input registers', '04 9c40 0002', '8401'],
    ['a write', '06 9c40 0000', '8601'],
    ['address 0', '03 0000 0002', '8302'],
    ['address 50000', '03 c350 0002', '8302'],
    ['more than 125 registers', '03 9c40 007e', '8303'],
  ])('refuses %s', (_, request, expected) => {
    expect(loaded('sunspec-meter').ask(request)).toBe(expected);
  });
});

describe('sunspec-meter-float', () => {
  it('is model 213, in floats and volts, amperes, watts, watt-hours', () => {
    const bench = loaded('sunspec-meter-float');
    expect(walkChain(bench)).toEqual([
      { id: 1, address: 40_002, length: 65 },
      { id: 213, address: 40_069, length: 124 },
    ]);
    expect(bench.words(40_073, 4)).toBe('40a0000041200000');
    expect(bench.words(40_069 + 12, 2)).toBe('43660000');
    expect(bench.words(40_069 + 26, 2)).toBe('42480000');
    expect(bench.words(40_069 + 28, 6)).toBe('c48fc000448fc000c50fc000');
    expect(bench.words(40_069 + 68, 2)).toBe('4b3c614e');
  });

  it('wired to one phase it is model 211, and its other phases are not a number', () => {
    const bench = loaded('sunspec-meter-float', 1);
    const at = addressOf(bench, 211);
    expect(bench.words(at + 6, 4)).toBe('7fc000007fc00000');
  });
});

describe('solaredge-meter', () => {
  it('sits behind its inverter, whose models fill the chain up to 40121', () => {
    expect(walkChain(loaded('solaredge-meter'))).toEqual([
      { id: 1, address: 40_002, length: 65 },
      { id: 103, address: 40_069, length: 50 },
      { id: 1, address: 40_121, length: 65 },
      { id: 203, address: 40_188, length: 105 },
    ]);
  });

  it('counts export as positive power', () => {
    const bench = loaded('solaredge-meter');
    // 1150 W, -1150 W, 2300 W in tenths, as its scale factor of now says
    expect(bench.words(40_188 + 18, 5)).toBe('2cecd31459d80000ffff');
    expect(bench.words(40_188 + 38, 2)).toBe('00011171');
    expect(bench.words(40_188 + 46, 2)).toBe('00bc614e');
  });

  it('changes its scale factor while it runs', () => {
    const bench = loaded('solaredge-meter');
    bench.stand.setPhase(0, { powerW: 9_000 });
    bench.pass(1_500);
    expect(bench.words(40_188 + 18, 5)).toBe('e5d4dcd808fc00000000');
  });

  it('shows an inverter that stands still as not implemented', () => {
    const { words } = loaded('solaredge-meter');
    expect(words(40_069 + 14, 1)).toBe('8000');
    expect(words(40_069 + 38, 1)).toBe('0002');
  });
});

describe('fronius-smart-meter', () => {
  it('is a SunSpec device of its own under unit 200, import positive', () => {
    const bench = loaded('fronius-smart-meter');
    expect(bench.stand.firmware.unit).toBe(200);
    expect(walkChain(bench).map(({ id }) => id)).toEqual([1, 203]);
    const at = addressOf(bench, 203);
    expect(at).toBe(40_069);
    expect(bench.words(at + 18, 5)).toBe('fb82047ef70400000000');
  });
});
