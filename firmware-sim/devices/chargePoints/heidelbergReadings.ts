import type { ChargeSocket } from '../../chargeSocket.ts';
import type { Noise } from '../../random.ts';
import type { RegisterTable } from '../registerBank.ts';
import { i16, u16, u32 } from '../registers.ts';
import type { Terminals } from './terminals.ts';

/** Register 5. Index 1 of a letter: the station does not allow; index 2: it allows. */
export const STATE = { a1: 2, a2: 3, b1: 4, b2: 5, c1: 6, c2: 7, f: 10, error: 11 } as const;

const LAYOUT_VERSION = 0x0107;
const UNLOCKED = 1;
const LEAST_A = 6;
const NOISE_SHARE = 0.002;

export interface HeidelbergView {
  readonly socket: ChargeSocket;
  readonly terminals: Terminals;
  readonly noise: Noise;
  readonly hardwareMaximumA: number;
  state(): number;
  /** Counter of volt-ampere-hours when the station was powered on. */
  vahAtPowerOn(): number;
}

/** What FC4 reads, by address. Power and energy are apparent. */
export function inputTable(view: HeidelbergView): RegisterTable {
  const { socket, terminals, noise } = view;
  const currentTenths = (terminal: number) => u16(() => terminals.currentA(terminal) * 10);
  const voltageV = (terminal: number) => u16(() => terminals.voltageV(terminal));
  return {
    4: u16(() => LAYOUT_VERSION),
    5: u16(view.state),
    6: currentTenths(0),
    7: currentTenths(1),
    8: currentTenths(2),
    9: i16(() => 215 + 5 * noise.next()),
    10: voltageV(0),
    11: voltageV(1),
    12: voltageV(2),
    13: u16(() => UNLOCKED),
    14: u16(() => noise.around(socket.apparentVa, NOISE_SHARE)),
    15: u32(() => Math.floor(socket.apparentVah - view.vahAtPowerOn())),
    17: u32(() => Math.floor(socket.apparentVah)),
    100: u16(() => view.hardwareMaximumA),
    101: u16(() => LEAST_A),
    200: u16(() => 1),
    203: u16(() => 1),
  };
}
