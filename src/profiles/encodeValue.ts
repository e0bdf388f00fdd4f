import {
  type RegisterType,
  rawReader,
  roundToFloatDigits,
  WORDS_OF_TYPE,
  type WordOrder,
} from './registers.ts';
import { exactly, type Scale, scaleToRaw, scaleToValue } from './units.ts';

/** How a value stands in its register. */
export interface ValueFormat {
  readonly type: RegisterType;
  readonly wordOrder: WordOrder;
  readonly scale: Scale;
}

export interface EncodedValue {
  readonly words: readonly number[];
  /** What the device holds then, as it would be read back. */
  readonly value: number;
}

interface IntegerRange {
  readonly least: bigint;
  readonly most: bigint;
}

const INTEGERS: Readonly<Partial<Record<RegisterType, IntegerRange>>> = {
  u16: { least: 0n, most: 0xffffn },
  i16: { least: -0x8000n, most: 0x7fffn },
  u32: { least: 0n, most: 0xffff_ffffn },
  i32: { least: -0x8000_0000n, most: 0x7fff_ffffn },
  u64: { least: 0n, most: 0xffff_ffff_ffff_ffffn },
  i64: { least: -0x8000_0000_0000_0000n, most: 0x7fff_ffff_ffff_ffffn },
};

const view = new DataView(new ArrayBuffer(8));

/**
 * The words for a value, rounded towards 0 and cut to what the type can say: the device is never told more than
 * was asked, in either direction. Nothing when a type without a sign cannot say it.
 */
export function encodeValue(format: ValueFormat, value: number): EncodedValue | undefined {
  const { type, wordOrder, scale } = format;
  const range = INTEGERS[type];
  if (range === undefined) {
    writeFloat(type === 'f64', Math.sign(value) * floatTowardsZero(Math.abs(value), type === 'f64', scale));
  } else {
    const magnitude = BigInt(scaleToRaw(Math.abs(value), scale));
    const raw = value < 0 ? -magnitude : magnitude;
    if (raw < 0n && range.least === 0n) return undefined;
    const cut = raw > range.most ? range.most : raw < range.least ? range.least : raw;
    view.setBigInt64(0, BigInt.asIntN(64, cut << BigInt(64 - 16 * WORDS_OF_TYPE[type])));
  }
  const words = Array.from({ length: WORDS_OF_TYPE[type] }, (_, index) => view.getUint16(index * 2));
  if (wordOrder === 'leastSignificantFirst') words.reverse();
  const read = scaleToValue(rawReader(type, 0, wordOrder)(words), scale);
  return { words, value: type === 'f32' ? roundToFloatDigits(read) : read };
}

/** The greatest whole number of steps that is not above the value. */
export function floorToStep(value: number, step: number): number {
  const near = Math.floor(value / step) + 1;
  for (const steps of [near, near - 1]) if (exactly(steps * step) <= value) return exactly(steps * step);
  return Math.max(0, exactly((near - 2) * step));
}

function floatTowardsZero(magnitude: number, isDouble: boolean, scale: Scale): number {
  let raw = (magnitude * scale.divide) / scale.multiply;
  if (!isDouble) raw = Math.fround(raw);
  // Rounding to the nearest float may have gone up: back by a step, seldom by two.
  while (scaleToValue(raw, scale) > magnitude) raw = floatBelow(raw, isDouble);
  return raw;
}

/** The next float towards 0. Floats of one sign have the order of their bits. */
function floatBelow(raw: number, isDouble: boolean): number {
  writeFloat(isDouble, raw);
  if (isDouble) view.setBigUint64(0, view.getBigUint64(0) - 1n);
  else view.setUint32(0, view.getUint32(0) - 1);
  return isDouble ? view.getFloat64(0) : view.getFloat32(0);
}

function writeFloat(isDouble: boolean, raw: number): void {
  if (isDouble) view.setFloat64(0, raw);
  else view.setFloat32(0, raw);
}
