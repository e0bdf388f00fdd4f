import type { Phase } from './phase.ts';
import type { Reading } from './reading.ts';

/** IEC 61851-1 states: A no car, B car waiting, C charging, D charging with ventilation, E/F fault. */
export type IecState = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/**
 * Points with a number. The name carries quantity and unit; the phase is the device's own terminal.
 * Import is positive, export negative. phaseCurrentA of a meter may be a magnitude: its sign comes from phasePowerW.
 */
export type NumberPoint =
  | `phaseVoltageV.${Phase}`
  | `phaseCurrentA.${Phase}`
  | `phasePowerW.${Phase}`
  | 'totalPowerW'
  | 'frequencyHz'
  | 'importEnergyWh'
  | 'exportEnergyWh'
  | 'setpointA'
  | 'maximumCurrentA'
  | 'sessionEnergyWh'
  | 'totalEnergyWh'
  | 'errorCode'
  | 'fallbackCurrentA'
  | 'fallbackTimeoutMs'
  /** What is left of the device's own watchdog before it falls back: proof that it runs. */
  | 'watchdogRemainingMs'
  /** What an inverter can give at most, and what it is limited to now (the same while it is not). */
  | 'ratedPowerW'
  | 'powerLimitW'
  | 'stateOfChargePercent';

/**
 * Points with a yes or no. relayClosed: the contact carries current; inputActive: a signal input is energised;
 * onePhase: a charge point that can switch its phases supplies the car from its own L1 alone.
 */
export type BooleanPoint = `relayClosed.${number}` | `inputActive.${number}` | 'carConnected' | 'onePhase';

/** Points with a state. */
export type StatePoint = 'chargingState';

export type PointName = NumberPoint | BooleanPoint | StatePoint;

export type PointValue = number | boolean | IecState;

/** What is known of one device: the latest reading of each point that it was asked for. */
export type DeviceReadings = Readonly<Partial<Record<PointName, Reading<PointValue>>>>;

/** What is known of all devices, by device id. A device without an entry has never answered. */
export type Snapshot = Readonly<Record<string, DeviceReadings>>;
