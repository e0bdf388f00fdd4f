import type { RegisterTable } from './registerBank.ts';
import type { Register } from './registers.ts';

/** A table whose addresses are written as its maker writes them, as '0x5B00'. */
export function hexTable(table: Readonly<Record<string, Register>>): RegisterTable {
  return Object.fromEntries(Object.entries(table).map(([address, register]) => [Number(address), register]));
}
