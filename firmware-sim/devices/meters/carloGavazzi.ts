import { hexTable } from '../hexTable.ts';
import { FUNCTION } from '../pdu.ts';
import type { FilledBlock, RegisterTable } from '../registerBank.ts';
import { i32, i64, lowWordFirst, type Register, u16 } from '../registers.ts';
import type { MeterValues } from './measuring.ts';

/** Functions 3 and 4 read the same table. */
export const CARLO_GAVAZZI_FUNCTIONS = [
  FUNCTION.readHolding,
  FUNCTION.readInput,
  FUNCTION.writeRegister,
] as const;
export const MOST_REGISTERS_PER_READ = 50;
/** "Typically 40 ms". */
export const TURNAROUND_MS = 40;
export const MEASURING_MODE = { easyConnection: 0, bidirectional: 1 } as const;

const HIGHEST_I32 = 0x7fff_ffff;

/** Least significant word first; what does not fit shows as the overflow mark 0x7FFFFFFF. */
export function swappedI32(read: () => number): Register {
  return lowWordFirst(
    i32(() => {
      const value = Math.round(read());
      return Math.abs(value) >= HIGHEST_I32 ? HIGHEST_I32 : value;
    }),
  );
}

/** Whole watt-hours, least significant word first. */
export function swappedEnergyWh(read: () => number): Register {
  return lowWordFirst(i64(() => Math.floor(read())));
}

/** Whole tenths of a kilowatt-hour, least significant word first. */
export function swappedEnergyTenths(read: () => number): Register {
  return swappedI32(() => Math.floor(read() / 100));
}

/** A current that carries the sign of its power. */
export function signedCurrentMa({ currentA, powerW }: MeterValues, terminal: number): number {
  const sign = (powerW[terminal] as number) < 0 ? -1 : 1;
  return (currentA[terminal] as number) * sign * 1000;
}

/** Unit id, baud code (1 is 9600), parity (1 is none), stop bits. Nobody opens the meter here, so they can only be read. */
export function settings(unit: number): RegisterTable {
  return hexTable({
    '0x2000': u16(() => unit),
    '0x2001': u16(() => 1),
    '0x2002': u16(() => 1),
    '0x2003': u16(() => 1),
  });
}

/** Addresses inside the table that are not simulated; there is no hole in the maker's. */
export function unusedUpTo(last: number): readonly FilledBlock[] {
  return [{ first: 0x0000, last, word: 0 }];
}
