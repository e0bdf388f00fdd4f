import type { ChargeSocket } from '../chargeSocket.ts';
import type { Noise } from '../random.ts';

/** Register 5. Index 1 of a letter: the station does not allow; index 2: it allows. */
export const STATE = { a1: 2, a2: 3, b1: 4, b2: 5, c1: 6, c2: 7, f: 10, error: 11 } as const;

/** Least current in tenths of an ampere. */
export const LEAST_TENTHS = 60;

const LAYOUT_VERSION = 0x0107;
const UNLOCKED = 1;
const NOISE_SHARE = 0.002;

export interface HeidelbergView {
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly hardwareMaximumA: number;
  state(): number;
  /** Counter of volt-ampere-hours when the station was powered on. */
  vahAtPowerOn(): number;
}

/** What FC4 reads, by address, one word each. Power and energy are apparent; energies come high word first. */
export function inputTable(view: HeidelbergView): ReadonlyMap<number, () => number> {
  const { socket, voltageV, noise } = view;
  const onPhase = (terminal: number, values: readonly number[]) =>
    values[socket.wiredPhases[terminal] ?? -1] ?? 0;
  const currentTenths = (terminal: number) => onPhase(terminal, socket.flow.currentA) * 10;
  const totalVah = () => Math.floor(socket.apparentVah);
  const sincePowerOnVah = () => Math.floor(socket.apparentVah - view.vahAtPowerOn());
  return new Map<number, () => number>([
    [4, () => LAYOUT_VERSION],
    [5, view.state],
    [6, () => currentTenths(0)],
    [7, () => currentTenths(1)],
    [8, () => currentTenths(2)],
    [9, () => 215 + 5 * noise.next()],
    [10, () => onPhase(0, voltageV)],
    [11, () => onPhase(1, voltageV)],
    [12, () => onPhase(2, voltageV)],
    [13, () => UNLOCKED],
    [14, () => noise.around(socket.apparentVa, NOISE_SHARE)],
    [15, () => sincePowerOnVah() >>> 16],
    [16, () => sincePowerOnVah() & 0xffff],
    [17, () => totalVah() >>> 16],
    [18, () => totalVah() & 0xffff],
    [100, () => view.hardwareMaximumA],
    [101, () => LEAST_TENTHS / 10],
    [200, () => 1],
    [203, () => 1],
  ]);
}
