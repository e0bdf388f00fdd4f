import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { rawReader } from '../../src/profiles/registers.ts';
import { parseRegisterUnit, scaleToRaw, scaleToValue } from '../../src/profiles/units.ts';
import { exampleProfile, profileDirectory } from './exampleProfile.ts';

const words = (buffer: Buffer) =>
  Array.from({ length: buffer.length / 2 }, (_, at) => buffer.readUInt16BE(at * 2));

describe('raw registers', () => {
  it('become the number that was put into them, in either word order', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        fc.integer({ min: 0, max: 3 }),
        (value, offset) => {
          const buffer = Buffer.alloc(8);
          buffer.writeBigInt64BE(value);
          const high = [...new Array<number>(offset).fill(7), ...words(buffer)];
          const low = [...new Array<number>(offset).fill(7), ...words(buffer).reverse()];
          for (const [type, expected] of [
            ['u64', Number(buffer.readBigUInt64BE())],
            ['i64', Number(value)],
          ] as const) {
            expect(rawReader(type, offset, 'mostSignificantFirst')(high)).toBe(expected);
            expect(rawReader(type, offset, 'leastSignificantFirst')(low)).toBe(expected);
          }
          const [first, second] = [words(buffer).slice(0, 2), words(buffer).slice(0, 2).reverse()];
          for (const [type, expected] of [
            ['u32', buffer.readUInt32BE()],
            ['i32', buffer.readInt32BE()],
            ['f32', buffer.readFloatBE()],
          ] as const) {
            expect(rawReader(type, 0, 'mostSignificantFirst')(first)).toBe(expected);
            expect(rawReader(type, 0, 'leastSignificantFirst')(second)).toBe(expected);
          }
          expect(rawReader('i16', 0, 'mostSignificantFirst')(first)).toBe(buffer.readInt16BE());
          expect(rawReader('u16', 1, 'mostSignificantFirst')(first)).toBe(buffer.readUInt16BE(2));
        },
      ),
    );
  });
});

describe('a unit of a register', () => {
  it('scales as the maker means it', () => {
    const rows: readonly [string, number, number][] = [
      ['mA', 15_873, 15.873],
      ['0.1 A', 161, 16.1],
      ['kWh', 2, 2000],
      ['0.1 Wh', 7, 0.7],
      ['10 Ws', 360, 1],
      ['s', 30, 30_000],
      ['ms', 250, 250],
      ['none', 9, 9],
    ];
    for (const [text, raw, value] of rows) {
      const parsed = parseRegisterUnit(text);
      expect(parsed && scaleToValue(raw, parsed.scale)).toBe(value);
      expect(parsed && scaleToRaw(value, parsed.scale)).toBe(raw);
    }
    for (const text of ['', 'VA', 'amps', '3 A', 'mnone']) expect(parseRegisterUnit(text)).toBeUndefined();
  });
});

describe('rules', () => {
  it('take bits that are set and bits that are clear, and leave the rest unknown', () => {
    const profile = exampleProfile();
    profile.points.carConnected = {
      is: 'rules',
      inputs: { bits: { block: 'flags', address: 300, type: 'u16' } },
      rules: [
        { when: { bits: { bitsSet: 6, bitsClear: 8 } }, becomes: true },
        { when: { bits: { bitsClear: 6 } }, becomes: false },
      ],
    };
    Object.assign(profile.blocks, {
      flags: { function: 3, address: 300, count: 1, group: 'slow', cadenceMs: 5000 },
    });
    const rows: readonly [number, boolean | 'unknown'][] = [
      [6, true],
      [7, true],
      [0, false],
      [9, false],
      [2, 'unknown'],
      [4, 'unknown'],
      [14, 'unknown'],
    ];
    for (const [word, value] of rows) {
      profile.vectors.reads.push({
        says: `flags ${word}`,
        registers: [{ block: 'flags', address: 300, words: [word] }],
        readings: { carConnected: value },
      });
    }
    expect(loadProfiles(profileDirectory({ 'example-one.json': profile })).mistakes).toEqual([]);
  });
});
