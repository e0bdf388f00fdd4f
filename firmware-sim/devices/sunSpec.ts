import type { FilledBlock, RegisterTable } from './registerBank.ts';
import { shifted } from './registerBank.ts';
import { bytesOf, f32, i16, type Register, text, u16, u32 } from './registers.ts';

/**
 * A SunSpec device is a chain of models from a fixed address on: each has its number, its length and its registers.
 * Source: SunSpec Alliance, "SunSpec Device Information Model Specification" and the model definitions (sunspec/models).
 */
export interface SunSpecModel {
  readonly id: number;
  /** Registers behind the length itself; makers pad. */
  readonly length: number;
  /** By the offset from the model's number; registers without an entry read as not implemented. */
  readonly registers: RegisterTable;
}

const FIRST_ADDRESS = 40_000;
const NOT_IMPLEMENTED = 0xffff;
const END_OF_CHAIN = 'ffff0000';
const HEADER_WORDS = 2;

export interface SunSpecChain {
  readonly holding: RegisterTable;
  readonly filledHolding: readonly FilledBlock[];
}

export function layChain(models: readonly SunSpecModel[]): SunSpecChain {
  let holding: RegisterTable = { [FIRST_ADDRESS]: bytesOf('53756e53') };
  let address = FIRST_ADDRESS + 2;
  const filledHolding: FilledBlock[] = [];
  for (const { id, length, registers } of models) {
    const table = { ...registers, 0: u16(() => id), 1: u16(() => length) };
    holding = { ...holding, ...shifted(table, address) };
    const next = address + HEADER_WORDS + length;
    filledHolding.push({ first: address, last: next - 1, word: NOT_IMPLEMENTED });
    address = next;
  }
  return { holding: { ...holding, [address]: bytesOf(END_OF_CHAIN) }, filledHolding };
}

/** Model 1: who made it. */
export function commonModel(identity: {
  readonly maker: string;
  readonly model: string;
  readonly version: string;
  readonly serialNumber: string;
  readonly unit: number;
  /** 65, or 66 with a padding register. */
  readonly length?: 65 | 66;
  readonly options?: string;
}): SunSpecModel {
  return {
    id: 1,
    length: identity.length ?? 66,
    registers: {
      2: text(16, () => identity.maker),
      18: text(16, () => identity.model),
      34: text(8, () => identity.options ?? ''),
      42: text(8, () => identity.version),
      50: text(16, () => identity.serialNumber),
      66: u16(() => identity.unit),
    },
  };
}

/** A power of ten; some makers change it while they run. */
export type Exponent = number | (() => number);

function exponentNow(exponent: Exponent): number {
  return typeof exponent === 'number' ? exponent : exponent();
}

const HIGHEST_I16 = 0x7fff;

/** The finest exponent, from the given one on, with which all values fit into an i16. */
export function fittingExponent(values: readonly number[], finest: number): number {
  const highest = Math.max(...values.map(Math.abs));
  let exponent = finest;
  while (highest / 10 ** exponent > HIGHEST_I16) exponent += 1;
  return exponent;
}

/** A scale factor: the power of ten that a value is to be multiplied with. */
export function scaleFactor(exponent: Exponent): Register {
  return i16(() => exponentNow(exponent));
}

/** A value as it stands before its scale factor; NaN is not implemented. */
export function scaledI16(read: () => number, exponent: Exponent): Register {
  return i16(() => read() / 10 ** exponentNow(exponent));
}

export function scaledU16(read: () => number, exponent: Exponent): Register {
  return u16(() => read() / 10 ** exponentNow(exponent));
}

/** A counter of whole units; not implemented is 0. */
export function counter32(read: () => number): Register {
  return u32(() => Math.floor(read()));
}

/** Not implemented is not a number. */
export function float(read: () => number): Register {
  return f32(read);
}
