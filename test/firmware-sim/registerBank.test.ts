import { describe, expect, it } from 'vitest';
import { RegisterBank, type RegisterLayout, shifted } from '../../firmware-sim/devices/registerBank.ts';
import {
  BY_WRITE_REGISTERS,
  between,
  bytesOf,
  f32,
  f64,
  i16,
  i32,
  lowWordFirst,
  text,
  u16,
  u16Setting,
  u32,
  u64,
} from '../../firmware-sim/devices/registers.ts';

function ask(layout: RegisterLayout, pduHex: string): string {
  return new RegisterBank(layout).respond(Buffer.from(pduHex.replaceAll(' ', ''), 'hex'), 0).toString('hex');
}

const FUNCTIONS = [1, 2, 3, 4, 5, 6, 15, 16];

describe('the words of a value', () => {
  it.each([
    ['u16', u16(() => 0xabcd), 'abcd'],
    ['u16 that overflows, as a counter', u16(() => 65_537), '0001'],
    ['u16 that is not available', u16(() => Number.NaN), 'ffff'],
    ['i16', i16(() => -2), 'fffe'],
    ['i16 that is not available', i16(() => Number.NaN), '8000'],
    ['u32', u32(() => 0x01020304), '01020304'],
    ['u32 that is not available', u32(() => Number.NaN), 'ffffffff'],
    ['i32', i32(() => -66_051), 'fffefdfd'],
    ['u64', u64(() => 2 ** 40 + 1), '0000010000000001'],
    ['f32', f32(() => 230.2), '43663333'],
    ['f32 that is not available', f32(() => Number.NaN), '7fc00000'],
    ['f64', f64(() => -1.5), 'bff8000000000000'],
    ['text, filled up with zeros', text(3, () => 'Eve'), '457665000000'],
    ['bytes', bytesOf('0102 1300'), '01021300'],
    ['u32 with its low word first', lowWordFirst(u32(() => 0x01020304)), '03040102'],
  ])('%s', (_, register, expected) => {
    const count = register.words.toString(16).padStart(4, '0');
    expect(ask({ functions: [3], holding: { 7: register } }, `03 0007 ${count}`)).toBe(
      `03${(register.words * 2).toString(16).padStart(2, '0')}${expected}`,
    );
  });

  it('come back from a write as they went out', () => {
    const stored: number[] = [];
    const store = (value: number) => {
      stored.push(value);
    };
    const layout = {
      functions: [16],
      holding: {
        0: i16(undefined, { store }),
        1: i32(undefined, { store }),
        3: f32(undefined, { store }),
        5: lowWordFirst(u32(undefined, { store })),
        7: f64(undefined, { store }),
      },
    };
    expect(ask(layout, '10 0000 000b 16 fffe fffefdfd 3fc00000 0304 0102 bff8000000000000')).toBe(
      '100000000b',
    );
    expect(stored).toEqual([-2, -66_051, 1.5, 0x01020304, -1.5]);
  });
});

describe('a device made of registers', () => {
  const setting = { value: 5 };
  const layout: RegisterLayout = {
    functions: FUNCTIONS,
    holding: {
      0: u16Setting(setting, between(0, 9)),
      1: u32(() => 1, { by: BY_WRITE_REGISTERS, store: () => undefined }),
      3: u16(() => 3),
      4: u16(undefined, { isOpen: () => false, store: () => undefined }),
    },
    input: { 0: u16(() => 7) },
    filledInput: [{ first: 1, last: 2, word: 0xeeee }],
    mostPerRead: 6,
  };

  it.each([
    ['reads holding registers', '03 0000 0004', '03080005000000010003'],
    ['reads half of a value', '03 0002 0001', '03020001'],
    ['fills what its maker fills', '04 0000 0003', '04060007eeeeeeee'],
    ['refuses a read behind the filled part', '04 0000 0004', '8402'],
    ['refuses to read what can only be written', '03 0004 0001', '8302'],
    ['refuses a hole', '03 0005 0001', '8302'],
    ['refuses more than its most', '03 0000 0007', '8303'],
    ['refuses a count of 0', '03 0000 0000', '8303'],
    ['refuses a request that is cut off', '03 0000', '8303'],
    ['refuses a function that it does not know', '17 0000', '9701'],
    ['takes one register', '06 0000 0009', '0600000009'],
    ['refuses a value out of range', '06 0000 000a', '8603'],
    ['refuses the wrong function for a value', '06 0001 0000', '8601'],
    ['refuses a write to what is only read', '06 0003 0000', '8602'],
    ['refuses a write into a hole', '06 0005 0000', '8602'],
    ['refuses where it takes nothing at the moment', '06 0004 0000', '8604'],
    ['refuses a write that ends within a value', '10 0000 0002 04 0001 0000', '9002'],
    ['refuses a write that begins within a value', '10 0002 0001 02 0001', '9002'],
    ['refuses a write whose counts disagree', '10 0000 0001 04 0001 0000', '9003'],
  ])('%s', (_, request, expected) => {
    setting.value = 5;
    expect(ask(layout, request)).toBe(expected);
  });

  it('stores nothing of a write with one register that it refuses', () => {
    setting.value = 5;
    expect(ask(layout, '10 0000 0004 08 0006 00000001 0003')).toBe('9002');
    expect(setting.value).toBe(5);
    expect(ask(layout, '10 0000 0003 06 0006 00000001')).toBe('1000000003');
    expect(setting.value).toBe(6);
  });

  it('lets a value be read whole only, where its maker says so', () => {
    const whole = { ...layout, isReadWhole: true };
    expect([ask(whole, '03 0001 0001'), ask(whole, '03 0002 0001'), ask(whole, '03 0000 0002')]).toEqual([
      '8302',
      '8302',
      '8302',
    ]);
    expect(ask(whole, '03 0001 0003')).toBe('0306000000010003');
  });

  it('reads and writes bits', () => {
    const bits = [true, false, true, false, false, false, false, false, true];
    const layoutOfBits: RegisterLayout = {
      functions: FUNCTIONS,
      coils: Object.fromEntries(
        bits.map((_, index) => [
          index,
          {
            read: () => bits[index] === true,
            write: (isOn: boolean) => {
              bits[index] = isOn;
            },
          },
        ]),
      ),
      discreteInputs: { 5: { read: () => true } },
    };
    const askBits = (request: string) => ask(layoutOfBits, request);
    expect(askBits('01 0000 0009')).toBe('01020501');
    expect(askBits('01 0000 000a')).toBe('8102');
    expect(askBits('02 0005 0001')).toBe('020101');
    expect(askBits('02 0000 0001')).toBe('8202');
    expect(askBits('05 0001 ff00')).toBe('050001ff00');
    expect(askBits('05 0001 0001')).toBe('8503');
    expect(askBits('05 0009 ff00')).toBe('8502');
    expect(askBits('0f 0000 0009 02 0a00')).toBe('0f00000009');
    expect(bits).toEqual([false, true, false, true, false, false, false, false, false]);
    expect(askBits('0f 0000 0009 01 0a')).toBe('8f03');
    expect(askBits('0f 0008 0002 01 03')).toBe('8f02');
    expect(bits[8]).toBe(false);
  });

  it('moves a table to where the second charging point stands', () => {
    expect(ask({ functions: [3], holding: shifted({ 1: u16(() => 9) }, 2_000) }, '03 07d1 0001')).toBe(
      '03020009',
    );
  });

  it('is not built when two registers share an address', () => {
    expect(() => new RegisterBank({ functions: [3], holding: { 0: u32(() => 0), 1: u16(() => 0) } })).toThrow(
      'two registers share address 1',
    );
  });
});
