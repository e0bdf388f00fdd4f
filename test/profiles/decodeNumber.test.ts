import { describe, expect, it } from 'vitest';
import type { PointName } from '../../src/domain/point.ts';
import { type BlockAnswers, decodePoint, planPoint } from '../../src/profiles/decode.ts';
import { profileSchema } from '../../src/profiles/profileSchema.ts';
import { exampleProfile } from './exampleProfile.ts';

/** A point among two blocks of ten registers from 0 and from 100: "near" and "far". */
function decode(name: PointName, point: object, near: readonly number[], far: readonly number[] = []) {
  const raw = exampleProfile();
  const block = { function: 3, count: 10, group: 'fast', cadenceMs: 1000 };
  const data = profileSchema.parse({
    ...raw,
    wordOrder: 'mostSignificantFirst',
    blocks: { near: { ...block, address: 0 }, far: { ...block, address: 100 } },
    points: { [name]: point },
  });
  const parsed = data.points[name];
  if (parsed === undefined) throw new Error(`no ${name}`);
  const fill = (words: readonly number[]) => [...words, ...new Array<number>(10 - words.length).fill(0)];
  const answers: BlockAnswers = [
    { words: fill(near), measuredAtMs: 500 },
    { words: fill(far), measuredAtMs: 300 },
  ];
  const reading = decodePoint(planPoint(name, parsed, data), answers, 900);
  return reading?.state === 'measured' ? reading.value : reading?.state;
}

const at = (address: number) => ({ block: 'near', address });
const watts = { is: 'number', ...at(0), type: 'i16', unit: 'W', plausible: [-50_000, 50_000] };

describe('a number with a scale factor', () => {
  const scaled = { ...watts, scaleFactor: at(1) };

  it('is multiplied by its power of ten, without binary dirt', () => {
    const rows: readonly [number, number, number][] = [
      [123, 0, 123],
      [123, 2, 12_300],
      [123, -1, 12.3],
      [1, -10, 1e-10],
      [161, -1, 16.1],
    ];
    for (const [raw, power, value] of rows)
      expect(decode('totalPowerW', scaled, [raw, power & 0xffff])).toBe(value);
  });

  it('is unknown when there is no power of ten or none that can be', () => {
    for (const power of [0x8000, 11, 0xfff5, 0x7fff])
      expect(decode('totalPowerW', scaled, [123, power])).toBe('unknown');
  });

  it('is unknown when the value itself is marked as not there', () => {
    const marked = { ...scaled, notAvailable: [['0x8000']] };
    expect(decode('totalPowerW', marked, [0x8000, 0])).toBe('unknown');
    expect(decode('totalPowerW', marked, [0x7fff, 0])).toBe(32_767);
  });
});

describe('a double float', () => {
  it('is read with all its digits', () => {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleBE(123_456.789_012);
    const words = [0, 2, 4, 6].map((place) => buffer.readUInt16BE(place));
    const point = { ...watts, type: 'f64', plausible: [0, 1e9] };
    expect(decode('totalPowerW', point, words)).toBe(123_456.789_012);
    expect(decode('totalPowerW', point, [0x7ff8, 0, 0, 0])).toBe('unknown');
  });
});

describe('a share of another register', () => {
  const share = {
    is: 'number',
    ...at(0),
    type: 'u16',
    unit: '%',
    scaleFactor: at(1),
    shareOf: {
      block: 'far',
      address: 100,
      type: 'u16',
      unit: 'W',
      scaleFactor: { block: 'far', address: 101 },
    },
    plausible: [0, 50_000],
  };

  it('is that part of it', () => {
    expect(decode('powerLimitW', share, [333, 0xffff], [46, 2])).toBe(1531.8);
    expect(decode('powerLimitW', share, [100, 0], [4600, 0])).toBe(4600);
  });

  it('is unknown without the whole: not given, without a scale, or 0', () => {
    for (const far of [
      [0xffff, 0],
      [4600, 0x8000],
      [0, 0],
    ])
      expect(decode('powerLimitW', share, [50, 0], far)).toBe('unknown');
  });

  it('is the whole while nothing is limited, whatever the register says', () => {
    const whole = { ...share, wholeWhen: [{ ...at(2), type: 'u16', is: [0] }] };
    expect(decode('powerLimitW', whole, [0, 0x8000, 0], [4600, 0])).toBe(4600);
    expect(decode('powerLimitW', whole, [50, 0, 1], [4600, 0])).toBe(2300);
    expect(decode('powerLimitW', whole, [0, 0, 0], [0xffff, 0])).toBe('unknown');
  });
});

describe('a number under a condition', () => {
  const amps = { is: 'number', ...at(0), type: 'u16', unit: '0.1 A', plausible: [0, 32] };

  it('is 0 while the device pauses, even where the register says that it has no value', () => {
    const point = {
      ...amps,
      notAvailable: [['0xFFFF']],
      zeroWhen: [{ ...at(1), type: 'u16', mask: 3, isNot: [1] }],
    };
    expect(decode('setpointA', point, [160, 2])).toBe(0);
    expect(decode('setpointA', point, [0xffff, 0])).toBe(0);
    expect(decode('setpointA', point, [160, 0xfffd])).toBe(16);
    expect(decode('setpointA', point, [0xffff, 1])).toBe('unknown');
  });

  it('is the most that it can be while the device follows its own will', () => {
    const point = { ...amps, wholeWhen: [{ ...at(1), type: 'u16', is: ['0x00FF'] }] };
    expect(decode('setpointA', point, [60, 255])).toBe(32);
    expect(decode('setpointA', point, [60, 1])).toBe(6);
  });

  it('counts the other direction as 0', () => {
    const point = { ...watts, atLeastZero: true, plausible: [0, 9000] };
    expect(decode('totalPowerW', point, [0xfc18])).toBe(0);
    expect(decode('totalPowerW', point, [1000])).toBe(1000);
    expect(decode('totalPowerW', { ...point, positive: 'export' }, [0xfc18])).toBe(1000);
  });

  it('is turned from watts into amps', () => {
    const point = { is: 'number', ...at(0), type: 'u16', unit: 'W', perAmp: 207, plausible: [0, 80] };
    expect(decode('setpointA', point, [3312])).toBe(16);
  });

  it('looks at signed bits as the manual prints them', () => {
    const when = { ...at(1), type: 'i16', is: ['0xFFFF'] };
    expect(decode('setpointA', { ...amps, zeroWhen: [when] }, [160, 0xffff])).toBe(0);
    const high = { ...at(2), type: 'u32', bitsSet: 0x8000_0000 };
    expect(decode('setpointA', { ...amps, zeroWhen: [high] }, [160, 0, 0x8000, 0])).toBe(0);
    expect(decode('setpointA', { ...amps, zeroWhen: [high] }, [160, 0, 0x7fff, 0])).toBe(16);
  });
});

describe('a value that the maker fixes', () => {
  it('is as old as the block that shows the device alive', () => {
    const raw = exampleProfile();
    const data = profileSchema.parse(raw);
    const point = { is: 'fixed', block: 'state', value: 6, why: 'in the manual' } as const;
    const planned = planPoint('fallbackCurrentA', point, data);
    const answer = { words: [2], measuredAtMs: 400 };
    expect(decodePoint(planned, [undefined, answer, undefined], 900)).toEqual({
      state: 'measured',
      value: 6,
      measuredAtMs: 400,
    });
    expect(decodePoint(planned, [answer, undefined, answer], 900)).toBeUndefined();
  });
});

describe('a state with masked inputs', () => {
  it('takes the first rule that fits, with bits that do not matter left out', () => {
    const point = {
      is: 'rules',
      inputs: {
        state: { ...at(0), type: 'u16', mask: '0x00FF' },
        lock: { block: 'far', address: 100, type: 'u16' },
      },
      rules: [
        { when: { state: { is: [2], isNot: [3] }, lock: { isNot: [0] } }, becomes: 'C' },
        { when: { state: { is: [2] } }, becomes: 'B' },
      ],
    };
    expect(decode('chargingState', point, [0x1202], [1])).toBe('C');
    expect(decode('chargingState', point, [0x3402], [0])).toBe('B');
    expect(decode('chargingState', point, [0x0203], [0])).toBe('unknown');
  });
});
