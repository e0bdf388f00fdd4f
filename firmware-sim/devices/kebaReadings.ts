import type { ChargeSocket } from '../chargeSocket.ts';
import type { Noise } from '../random.ts';

/** Register 1000. 4 (error) is not reached by this house. */
export const STATE = { starting: 0, notReady: 1, ready: 2, charging: 3, suspended: 5 } as const;

const CABLE = { atStation: 1, atStationAndCarLocked: 7 } as const;
/** Six digits beginning with 3: a P30. */
const PRODUCT_KEY = 310_141;
const SERIAL_NUMBER = 21_407_733;
const FIRMWARE = 31_057;
const NOISE_SHARE = 0.002;

export interface KebaView {
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly hardwareMa: number;
  state(): number;
  currentInForceMa(): number;
  sessionWh(): number;
  phaseSource(): number;
  failSafeMa(): number;
  failSafeTimeoutS(): number;
}

/**
 * What FC3 reads from a P30, by address; every value is u32. 1200 belongs to the P40, and 1500 has
 * nothing to show because nobody uses a card in this house.
 */
export function readingTable(view: KebaView): ReadonlyMap<number, () => number> {
  const { socket, noise } = view;
  const currentMa = (terminal: number) => {
    const phase = socket.wiredPhases[terminal];
    return phase === undefined
      ? 0
      : noise.around((socket.flow.currentA[phase] as number) * 1000, NOISE_SHARE);
  };
  // A P30 measures its voltages only while it charges.
  const voltageV = (terminal: number) => {
    const phase = socket.wiredPhases[terminal];
    return phase === undefined || !socket.isCharging ? 0 : (view.voltageV[phase] as number);
  };
  return new Map<number, () => number>([
    [1000, view.state],
    [1004, () => (socket.car.isPlugged ? CABLE.atStationAndCarLocked : CABLE.atStation)],
    [1006, () => 0],
    [1008, () => currentMa(0)],
    [1010, () => currentMa(1)],
    [1012, () => currentMa(2)],
    [1014, () => SERIAL_NUMBER],
    [1016, () => PRODUCT_KEY],
    [1018, () => FIRMWARE],
    [1020, () => noise.around(socket.flow.totalPowerW() * 1000, NOISE_SHARE)],
    [1036, () => socket.flow.totalImportWh() * 10],
    [1040, () => voltageV(0)],
    [1042, () => voltageV(1)],
    [1044, () => voltageV(2)],
    [1046, () => (socket.isCharging ? 999 : 0)],
    [1100, view.currentInForceMa],
    [1110, () => view.hardwareMa],
    [1502, () => view.sessionWh() * 10],
    [1550, view.phaseSource],
    [1552, () => (socket.phasesInUse === 1 ? 0 : 1)],
    [1600, view.failSafeMa],
    [1602, view.failSafeTimeoutS],
  ]);
}
