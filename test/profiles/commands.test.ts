import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockAnswers } from '../../src/profiles/decode.ts';
import { encodeAction } from '../../src/profiles/encode.ts';
import { encodeFallback } from '../../src/profiles/encodeFallback.ts';
import { encodeValue, floorToStep } from '../../src/profiles/encodeValue.ts';
import { knownNumber } from '../../src/profiles/known.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { profileSchema } from '../../src/profiles/profileSchema.ts';
import { type RegisterType, rawReader, WORDS_OF_TYPE } from '../../src/profiles/registers.ts';
import { scaleOfUnit, scaleToValue } from '../../src/profiles/units.ts';
import { exampleBidirectional } from './exampleBidirectional.ts';
import { exampleInverter } from './exampleInverter.ts';
import { exampleProfile, profileDirectory } from './exampleProfile.ts';

const UNITS = ['A', 'mA', '0.1 A', '0.01 A', 'W', 'kW', '10 W', '0.1 %', 's', 'ms', '10 Ws'];
const TYPES = Object.keys(WORDS_OF_TYPE) as RegisterType[];

describe('a value in registers', () => {
  it('never says more than was asked, in either direction, for all types, units and word orders', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.constantFrom('mostSignificantFirst' as const, 'leastSignificantFirst' as const),
        fc.constantFrom(...UNITS),
        fc.integer({ min: -4, max: 4 }),
        fc.oneof(
          fc.double({ min: -1e6, max: 1e6, noNaN: true }),
          fc.integer({ min: -400, max: 400 }).map((tenths) => tenths / 10),
        ),
        (type, wordOrder, unit, power, value) => {
          const { multiply, divide } = scaleOfUnit(unit);
          const scale =
            power >= 0
              ? { multiply: multiply * 10 ** power, divide }
              : { multiply, divide: divide * 10 ** -power };
          const encoded = encodeValue({ type, wordOrder, scale }, value);
          if (encoded === undefined) {
            expect(type.startsWith('u') && value < 0).toBe(true);
            return;
          }
          expect(encoded.words).toHaveLength(WORDS_OF_TYPE[type]);
          const raw = rawReader(type, 0, wordOrder)(encoded.words);
          const read = scaleToValue(raw, scale);
          expect(Math.abs(read)).toBeLessThanOrEqual(Math.abs(value));
          expect(read === 0 || Math.sign(read) === Math.sign(value)).toBe(true);
          const isCut = ['u16', 'i16', 'u32', 'i32'].includes(type) && Math.abs(raw) >= 0x7fff;
          const stepOf = type.startsWith('f') ? Math.abs(value) * 1e-6 + 1e-30 : scaleToValue(1, scale);
          if (!isCut) expect(Math.abs(value) - Math.abs(read)).toBeLessThanOrEqual(stepOf * (1 + 1e-9));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('is what was asked where the register can say it', () => {
    const encode = (type: RegisterType, unit: string, value: number) =>
      encodeValue({ type, wordOrder: 'mostSignificantFirst', scale: scaleOfUnit(unit) }, value);
    expect(encode('u16', '0.1 A', 16.1)).toEqual({ words: [161], value: 16.1 });
    // 4.35 * 100 falls short of 435 in binary.
    expect(encode('u16', '0.01 A', 4.35)).toEqual({ words: [435], value: 4.35 });
    expect(encode('i16', 'W', -1380)).toEqual({ words: [0xfa9c], value: -1380 });
    expect(encode('f32', 'A', 16)).toEqual({ words: [0x4180, 0], value: 16 });
    // 16.1 itself is no float; the next one below it reads back as 16.1.
    expect(encode('f32', 'A', 16.1)).toEqual({ words: [0x4180, 0xcccc], value: 16.1 });
    expect(encode('f64', 'W', 0)).toEqual({ words: [0, 0, 0, 0], value: 0 });
    expect(encode('u16', 'W', 70_000)).toEqual({ words: [0xffff], value: 65_535 });
  });

  it('is on a step, and not above what was asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.constantFrom(0.001, 0.01, 0.1, 0.25, 0.5, 1, 6),
        (value, step) => {
          const stepped = floorToStep(value, step);
          expect(stepped).toBeLessThanOrEqual(value);
          expect(value - stepped).toBeLessThan(step * (1 + 1e-9));
        },
      ),
    );
    expect(floorToStep(0.3, 0.1)).toBe(0.3);
  });
});

/** What an inverter of this rating with these scale factors answers. */
function answersOf(ratedRaw: number, ratedPower: number, limitPower: number): BlockAnswers {
  const ratings = new Array<number>(21).fill(0);
  ratings[0] = ratedRaw;
  ratings[20] = ratedPower & 0xffff;
  const controls = new Array<number>(22).fill(0);
  controls[21] = limitPower & 0xffff;
  return [undefined, { words: ratings, measuredAtMs: 0 }, { words: controls, measuredAtMs: 0 }];
}

describe('a limit of power', () => {
  const data = profileSchema.parse(exampleInverter());
  const limit = (powerW: number | undefined, answers: BlockAnswers) =>
    encodeAction(data, { kind: 'setPowerLimit', ...(powerW === undefined ? {} : { powerW }) }, 'narrowing', {
      answers,
    });

  it('belongs to a profile without mistakes', () => {
    const files = { 'example-inverter.json': exampleInverter() };
    expect(loadProfiles(profileDirectory(files)).mistakes).toEqual([]);
  });

  it('is never more than was asked, whatever the rating and its scale', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: -1, max: 1 }),
        fc.integer({ min: -2, max: 0 }),
        fc.double({ min: 0, max: 100_000, noNaN: true }),
        (ratedRaw, ratedPower, limitPower, powerW) => {
          const answers = answersOf(ratedRaw, ratedPower, limitPower);
          const ratedW = knownNumber(data, 'ratedPowerW', { answers });
          if (ratedW === undefined) return;
          const encoded = limit(powerW, answers);
          if (!encoded.ok) throw new Error(encoded.detail);
          const raw = encoded.writes[0]?.values[0] ?? Number.NaN;
          const saidW = (raw * 10 ** limitPower * ratedW) / 100;
          expect(saidW).toBeLessThanOrEqual(Math.min(powerW, ratedW) * (1 + 1e-12));
          const stepW = (10 ** limitPower * ratedW) / 100;
          expect(saidW).toBeGreaterThan(Math.min(powerW, ratedW) - stepW * (1 + 1e-9));
        },
      ),
    );
  });

  it('of 0 can be sent while nothing is known of the device', () => {
    expect(limit(0, [])).toMatchObject({ ok: true, writes: [{ address: 5, values: [0, 0, 60, 0, 1] }] });
  });

  it('is refused, by name, while the rating or the scale factor is not known or none', () => {
    const answers = answersOf(5000, 0, 0);
    const rows: readonly [BlockAnswers, string][] = [
      [[undefined, answers[1], undefined], 'scale factor of the limit, and the device has not given it yet'],
      [answersOf(5000, 0, -0x8000), 'scale factor of the limit, and the device gives -32768'],
      [answersOf(5000, 0, 11), 'scale factor of the limit, and the device gives 11'],
      [[undefined, undefined, answers[2]], 'ratedPowerW, and the device has not given it yet'],
      [answersOf(0xffff, 0, 0), 'ratedPowerW'],
    ];
    for (const [known, detail] of rows) {
      const encoded = limit(1000, known);
      expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
      expect(encoded.ok ? '' : encoded.detail).toContain(detail);
    }
  });

  it('is taken away by the release alone, and refused when it is no number', () => {
    expect(limit(undefined, [])).toMatchObject({
      ok: true,
      writes: [{ functionCode: 6, model: [123], address: 9, values: [0] }],
    });
    for (const powerW of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(limit(powerW, answersOf(5000, 0, 0))).toMatchObject({ ok: false, fault: 'write-refused' });
  });

  it('in watts is cut to the rating where that is known, and needs it not', () => {
    const raw = exampleInverter();
    const {
      shareOfPoint: _,
      scaleFactor: __,
      ...command
    } = raw.commands.setPowerLimit as Record<string, unknown>;
    const watts = profileSchema.parse({
      ...raw,
      commands: { setPowerLimit: { ...command, unit: 'W', minimumW: 500 } },
    });
    const send = (powerW: number, answers: BlockAnswers) => {
      const encoded = encodeAction(watts, { kind: 'setPowerLimit', powerW }, 'narrowing', { answers });
      return encoded.ok ? encoded.writes[0]?.values[0] : encoded.detail;
    };
    expect(send(9000, [])).toBe(9000);
    expect(send(9000, answersOf(5000, 0, 0))).toBe(5000);
    expect(send(499, [])).toBe(0);
  });
});

/** A charge point with a pause register of its own, whose set-point register does not take 0. */
function pausable(zeroMeans: 'paused' | 'notWritten') {
  const raw = exampleProfile();
  const fixed = (word: number) => [{ function: 16, address: 103, words: [word] }];
  Object.assign(raw.commands.setChargeCurrent ?? {}, { zeroMeans, pause: fixed(2), resume: fixed(1) });
  raw.writes.push({
    function: 16,
    address: 103,
    values: [{ from: 1, to: 2 }],
    wear: 'ram',
    leastSpacingMs: 0,
  });
  return profileSchema.parse(raw);
}

describe('pause and resume', () => {
  const send = (
    zeroMeans: 'paused' | 'notWritten',
    currentA: number,
    effect: 'narrowing' | 'widening' | 'refresh',
  ) => {
    const encoded = encodeAction(pausable(zeroMeans), { kind: 'setChargeCurrent', currentA }, effect);
    return encoded.ok ? encoded.writes.map(({ address, values }) => [address, values[0]]) : encoded.detail;
  };

  it('follow the effect: only a widening resumes, after its set-point; every 0 pauses first', () => {
    expect(send('paused', 10, 'widening')).toEqual([
      [100, 100],
      [103, 1],
    ]);
    for (const effect of ['narrowing', 'refresh'] as const)
      expect(send('paused', 10, effect)).toEqual([[100, 100]]);
    for (const effect of ['narrowing', 'refresh', 'widening'] as const) {
      expect(send('paused', 5.9, effect)).toEqual([
        [103, 2],
        [100, 0],
      ]);
      expect(send('notWritten', 0, effect)).toEqual([[103, 2]]);
    }
  });
});

describe('a current that is kept as power', () => {
  it('is turned into watts, rounded down', () => {
    const raw = exampleProfile();
    Object.assign(raw.commands.setChargeCurrent ?? {}, { unit: '10 W', perAmp: 207, stepA: 1 });
    raw.writes[0] = { ...raw.writes[0], values: [{ from: 0, to: 1000 }] };
    const data = profileSchema.parse(raw);
    const encoded = encodeAction(data, { kind: 'setChargeCurrent', currentA: 10 }, 'narrowing');
    expect(encoded).toMatchObject({ ok: true, writes: [{ values: [207] }] });
    const odd = encodeAction(data, { kind: 'setChargeCurrent', currentA: 10.4 }, 'narrowing');
    expect(odd).toMatchObject({ ok: true, writes: [{ values: [215] }] });
  });
});

describe('a bidirectional charge point', () => {
  const data = exampleBidirectional();
  const flowing = (powerW: number): BlockAnswers => [
    ...Object.keys(data.blocks)
      .slice(0, -1)
      .map(() => undefined),
    { words: [powerW & 0xffff], measuredAtMs: 0 },
  ];
  const send = (
    action: Parameters<typeof encodeAction>[1],
    known: Parameters<typeof encodeAction>[3],
    effect: 'narrowing' | 'widening' = 'narrowing',
  ) => {
    const encoded = encodeAction(data, action, effect, known);
    return encoded.ok
      ? encoded.writes.map(({ address, values }) => [address, ((values[0] ?? 0) << 16) >> 16])
      : encoded.detail;
  };

  it('keeps its own will while neither side is limited', () => {
    const free = [
      [257, 2],
      [81, 0],
    ];
    expect(send({ kind: 'setPowerLimit' }, { answers: flowing(-2000) })).toEqual(free);
    expect(send({ kind: 'setChargeCurrent', currentA: 32 }, { answers: [] })).toEqual(free);
    expect(send({ kind: 'setPowerLimit' }, { answers: [], chargeCurrentA: 10 })).not.toEqual(free);
  });

  it('is limited in the direction in which power flows', () => {
    const charging = [
      [81, 1],
      [260, 2300],
      [257, 1],
    ];
    expect(send({ kind: 'setChargeCurrent', currentA: 10 }, { answers: flowing(3000) })).toEqual(charging);
    expect(send({ kind: 'setPowerLimit', powerW: 2000 }, { answers: flowing(-5000) })).toEqual([
      [81, 1],
      [260, -2000],
      [257, 1],
    ]);
    const sides = { answers: flowing(-5000), powerLimitW: 3000 };
    expect(send({ kind: 'setChargeCurrent', currentA: 10 }, sides)).toContainEqual([260, -3000]);
  });

  it('is left alone while power flows on a side that is not limited: a narrowing must not raise that', () => {
    const free = [
      [257, 2],
      [81, 0],
    ];
    expect(send({ kind: 'setChargeCurrent', currentA: 10 }, { answers: flowing(-1000) })).toEqual(free);
    expect(send({ kind: 'setChargeCurrent', currentA: 0 }, { answers: flowing(-1000) })).toEqual(free);
    expect(send({ kind: 'setPowerLimit', powerW: 2000 }, { answers: flowing(1500) })).toEqual(free);
    const whole = { answers: flowing(-1000), powerLimitW: 7360 };
    expect(send({ kind: 'setChargeCurrent', currentA: 10 }, whole, 'widening')).toEqual(free);
  });

  it('is stopped below its least power', () => {
    const stopped = [
      [81, 1],
      [257, 2],
    ];
    expect(send({ kind: 'setPowerLimit', powerW: 0 }, { answers: flowing(-5000) })).toEqual(stopped);
    expect(send({ kind: 'setPowerLimit', powerW: 1379 }, { answers: flowing(-5000) })).toEqual(stopped);
    expect(send({ kind: 'setChargeCurrent', currentA: 5 }, { answers: flowing(2000) })).toEqual(stopped);
  });

  it('begins nothing by a narrowing while no power flows', () => {
    const action = { kind: 'setChargeCurrent', currentA: 10 } as const;
    expect(send(action, { answers: [] })).toEqual([
      [81, 1],
      [260, 2300],
    ]);
    expect(send(action, { answers: flowing(0) }, 'widening')).toContainEqual([257, 1]);
  });
});

describe('fall-back settings that the maker has fixed', () => {
  const raw = exampleProfile();
  const data = profileSchema.parse({
    ...raw,
    fallback: {
      current: { fixedA: 0, why: 'it goes to its error state' },
      timeout: raw.fallback.timeout,
    },
  });

  it('are promised and not written', () => {
    const encoded = encodeFallback(data, { currentA: 0, timeoutMs: 30_900 });
    expect(encoded).toMatchObject({
      ok: true,
      fallback: { writes: [{ address: 102, values: [30] }], settings: { currentA: 0, timeoutMs: 30_000 } },
    });
  });

  it('are refused with what belongs in the site plan when it says something else', () => {
    const encoded = encodeFallback(data, { currentA: 6, timeoutMs: 30_000 });
    expect(encoded).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(encoded.ok ? '' : encoded.detail).toBe(
      'fall-back current of 6 A; the device has 0 A and no other (it goes to its error state); write 0 A in the site plan',
    );
  });
});
