import type { NumberPoint, PointName } from '../domain/point.ts';

/** The unit that a point's name ends in. Time is kept in milliseconds. */
export type PointUnit = 'V' | 'A' | 'W' | 'Hz' | 'Wh' | 'Ms' | '%' | 'none';

/** All number points of the domain with their unit; the compiler keeps it complete. */
export const NUMBER_POINT_UNITS: Readonly<Record<NumberPoint, PointUnit>> = {
  'phaseVoltageV.L1': 'V',
  'phaseVoltageV.L2': 'V',
  'phaseVoltageV.L3': 'V',
  'phaseCurrentA.L1': 'A',
  'phaseCurrentA.L2': 'A',
  'phaseCurrentA.L3': 'A',
  'phasePowerW.L1': 'W',
  'phasePowerW.L2': 'W',
  'phasePowerW.L3': 'W',
  totalPowerW: 'W',
  frequencyHz: 'Hz',
  importEnergyWh: 'Wh',
  exportEnergyWh: 'Wh',
  setpointA: 'A',
  maximumCurrentA: 'A',
  sessionEnergyWh: 'Wh',
  totalEnergyWh: 'Wh',
  errorCode: 'none',
  fallbackCurrentA: 'A',
  fallbackTimeoutMs: 'Ms',
  watchdogRemainingMs: 'Ms',
  ratedPowerW: 'W',
  powerLimitW: 'W',
  stateOfChargePercent: '%',
};

const NUMBER_POINTS = Object.keys(NUMBER_POINT_UNITS);
const CHANNEL_POINT = '(relayClosed|inputActive)\\.\\d{1,3}';

/** Every point name that a profile may use, as one pattern (so that editors know it too). */
export const POINT_NAME_PATTERN = new RegExp(
  `^(${NUMBER_POINTS.map((name) => name.replace('.', '\\.')).join('|')}|carConnected|onePhase|chargingState|${CHANNEL_POINT})$`,
);

/** The words of the domain, for messages. */
export const POINT_NAME_LIST = [
  ...NUMBER_POINTS,
  'carConnected',
  'onePhase',
  'chargingState',
  'relayClosed.<channel>',
  'inputActive.<channel>',
].join(', ');

export function isPointName(name: string): name is PointName {
  return POINT_NAME_PATTERN.test(name);
}

export function isNumberPoint(name: PointName): name is NumberPoint {
  return name in NUMBER_POINT_UNITS;
}
