import { type Register, u32 } from '../registers.ts';
import type { Terminals } from './terminals.ts';

/** Register 1000. 4 (error) is not reached by this house. */
export const STATE = { starting: 0, notReady: 1, ready: 2, charging: 3, suspended: 5 } as const;

const CABLE = { atStation: 1, atStationAndCarLocked: 7 } as const;
const SERIAL_NUMBER = 21_407_733;

export interface KebaView {
  readonly terminals: Terminals;
  readonly productKey: number;
  readonly firmware: number;
  readonly hardwareMa: number;
  /** A P30 measures its voltages only while it charges. */
  measuresVoltages(): boolean;
  isPlugged(): boolean;
  isCharging(): boolean;
  state(): number;
  currentInForceMa(): number;
  totalWh(): number;
  sessionWh(): number;
  phaseSource(): number;
  phaseState(): number;
  failSafeMa(): number;
  failSafeTimeoutS(): number;
}

/** What FC3 reads from a P30 or P40, by address. 1500 has nothing to show: nobody uses a card in this house. */
export function readingTable(view: KebaView): Readonly<Record<number, Register>> {
  const { terminals } = view;
  const currentMa = (terminal: number) => u32(() => terminals.currentA(terminal) * 1000);
  const voltageV = (terminal: number) =>
    u32(() => (view.measuresVoltages() ? terminals.voltageV(terminal) : 0));
  return {
    1000: u32(view.state),
    1004: u32(() => (view.isPlugged() ? CABLE.atStationAndCarLocked : CABLE.atStation)),
    1006: u32(() => 0),
    1008: currentMa(0),
    1010: currentMa(1),
    1012: currentMa(2),
    1014: u32(() => SERIAL_NUMBER),
    1016: u32(() => view.productKey),
    1018: u32(() => view.firmware),
    1020: u32(() => terminals.totalPowerW() * 1000),
    1036: u32(() => view.totalWh() * 10),
    1040: voltageV(0),
    1042: voltageV(1),
    1044: voltageV(2),
    1046: u32(() => (view.isCharging() ? 999 : 0)),
    1100: u32(view.currentInForceMa),
    1110: u32(() => view.hardwareMa),
    1502: u32(() => view.sessionWh() * 10),
    1550: u32(view.phaseSource),
    1552: u32(view.phaseState),
    1600: u32(view.failSafeMa),
    1602: u32(view.failSafeTimeoutS),
  };
}
