import type { ChargeSocket } from '../../chargeSocket.ts';
import type { Noise } from '../../random.ts';

const NOISE_SHARE = 0.002;

/** What a station has at its terminals. */
export interface WiredPlace {
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly noise: Noise;
}

/** What the meter in a station sees; terminal 0 to 2 for its own L1 to L3. */
export interface Terminals {
  isWired(terminal: number): boolean;
  /** 0 on a terminal that is not wired, as all of these. */
  voltageV(terminal: number): number;
  currentA(terminal: number): number;
  /** Positive into the car. */
  powerW(terminal: number): number;
  totalPowerW(): number;
  importWh(terminal: number): number;
}

/** Readings of a place, each off by up to 0.2 % where something flows. */
export function terminalsOf({ socket, voltageV, noise }: WiredPlace): Terminals {
  const at = (terminal: number, values: readonly number[]) => values[socket.wiredPhases[terminal] ?? -1] ?? 0;
  const measured = (value: number) => (value === 0 ? 0 : noise.around(value, NOISE_SHARE));
  return {
    isWired: (terminal) => terminal < socket.wiredPhases.length,
    voltageV: (terminal) => at(terminal, voltageV),
    currentA: (terminal) => measured(at(terminal, socket.flow.currentA)),
    powerW: (terminal) => measured(at(terminal, socket.flow.powerW)),
    totalPowerW: () => measured(socket.flow.totalPowerW()),
    importWh: (terminal) => at(terminal, socket.flow.importWh),
  };
}
