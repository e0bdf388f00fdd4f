import { EXCEPTION, FUNCTION } from './pdu.ts';

/** One value in its words, most significant byte first. Without read it can be written only. */
export interface Register {
  readonly words: number;
  readonly read?: () => Buffer;
  readonly write?: {
    /** Functions that may write it; any that the device has when absent. */
    readonly by?: readonly number[];
    /** Exception code for a value that the device does not take. */
    refusal(bytes: Buffer): number | undefined;
    store(bytes: Buffer, nowMs: number): void;
  };
}

/** What a write does. */
export interface Taking {
  /** Functions that may write it, as 6 or 16; any that the device has when absent. */
  readonly by?: readonly number[];
  /** Everything that the type can hold when absent. */
  readonly accepts?: (value: number) => boolean;
  /** Whether the device takes writes here at the moment; otherwise it refuses with exception 4. */
  readonly isOpen?: () => boolean;
  readonly store: (value: number, nowMs: number) => void;
}

export const BY_WRITE_REGISTERS = [FUNCTION.writeRegisters] as const;

interface NumberType {
  readonly words: number;
  encode(value: number): Buffer;
  decode(bytes: Buffer): number;
}

/** Builds one register of a type; read is absent for a register that can be written only. */
type RegisterBuilder = (read: (() => number) | undefined, taking?: Taking) => Register;

/** NaN reads as the value that stands for "not available": all ones, or the lowest of a signed type. */
export const u16: RegisterBuilder = registerOf(unsigned(1));
export const u32: RegisterBuilder = registerOf(unsigned(2));
/** Exact up to 2^53. */
export const u64: RegisterBuilder = registerOf(unsigned(4));
export const i16: RegisterBuilder = registerOf(signed(1));
export const i32: RegisterBuilder = registerOf(signed(2));
/** Exact up to 2^53. */
export const i64: RegisterBuilder = registerOf(signed(4));
export const f32: RegisterBuilder = registerOf({
  words: 2,
  encode: (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return bytes;
  },
  decode: (bytes) => bytes.readFloatBE(),
});
export const f64: RegisterBuilder = registerOf({
  words: 4,
  encode: (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  decode: (bytes) => bytes.readDoubleBE(),
});

/** A value that a device only keeps, or looks at when it decides. */
export interface Setting {
  value: number;
}

/** One word that a master may read and write. */
export function u16Setting(setting: Setting, accepts: (value: number) => boolean): Register {
  return u16(() => setting.value, {
    accepts,
    store: (value) => {
      setting.value = value;
    },
  });
}

/** ASCII, two characters a word, zeros behind the end. */
export function text(words: number, read: () => string): Register {
  return {
    words,
    read: () => {
      const bytes = Buffer.alloc(words * 2);
      bytes.write(read(), 'latin1');
      return bytes;
    },
  };
}

/** ASCII with one character a word. */
export function spreadText(words: number, read: () => string): Register {
  return {
    words,
    read: () => {
      const bytes = Buffer.alloc(words * 2);
      bytes.write(read(), 'utf16le');
      return bytes.swap16();
    },
  };
}

/** Fixed content, written as hex. */
export function bytesOf(hex: string): Register {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return { words: bytes.length / 2, read: () => bytes };
}

/** A text whose two characters stand the other way round in each word. */
export function bytesSwapped({ words, read }: Register): Register {
  return { words, ...(read && { read: () => Buffer.from(read()).swap16() }) };
}

/** The same value with its least significant word first. */
export function lowWordFirst({ words, read, write }: Register): Register {
  return {
    words,
    ...(read && { read: () => wordsReversed(read()) }),
    ...(write && {
      write: {
        ...write,
        refusal: (bytes: Buffer) => write.refusal(wordsReversed(bytes)),
        store: (bytes: Buffer, nowMs: number) => write.store(wordsReversed(bytes), nowMs),
      },
    }),
  };
}

/** Both ends included. */
export function between(least: number, most: number): (value: number) => boolean {
  return (value) => value >= least && value <= most;
}

export function oneOf(...values: readonly number[]): (value: number) => boolean {
  return (value) => values.includes(value);
}

function registerOf({ words, encode, decode }: NumberType): RegisterBuilder {
  return (read, taking) => ({
    words,
    ...(read && { read: () => encode(read()) }),
    ...(taking && {
      write: {
        ...(taking.by && { by: taking.by }),
        refusal: (bytes: Buffer) => {
          if (taking.isOpen?.() === false) return EXCEPTION.deviceFailure;
          return taking.accepts?.(decode(bytes)) === false ? EXCEPTION.badValue : undefined;
        },
        store: (bytes: Buffer, nowMs: number) => taking.store(decode(bytes), nowMs),
      },
    }),
  });
}

function unsigned(words: number): NumberType {
  const bits = words * 16;
  return {
    words,
    encode: (value) => integer(words, Number.isNaN(value) ? -1n : BigInt(Math.round(value))),
    decode: (bytes) => Number(BigInt.asUintN(bits, BigInt(`0x${bytes.toString('hex')}`))),
  };
}

function signed(words: number): NumberType {
  const bits = words * 16;
  const lowest = -(1n << BigInt(bits - 1));
  return {
    words,
    encode: (value) => integer(words, Number.isNaN(value) ? lowest : BigInt(Math.round(value))),
    decode: (bytes) => Number(BigInt.asIntN(bits, BigInt(`0x${bytes.toString('hex')}`))),
  };
}

/** What does not fit wraps, as a counter does. */
function integer(words: number, value: bigint): Buffer {
  const digits = BigInt.asUintN(words * 16, value)
    .toString(16)
    .padStart(words * 4, '0');
  return Buffer.from(digits, 'hex');
}

function wordsReversed(bytes: Buffer): Buffer {
  const reversed = Buffer.alloc(bytes.length);
  for (let word = 0; word < bytes.length; word += 2)
    bytes.copy(reversed, bytes.length - word - 2, word, word + 2);
  return reversed;
}
