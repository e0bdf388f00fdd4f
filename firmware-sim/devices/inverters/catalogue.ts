import type { Firmware } from '../firmware.ts';
import { createFroniusInverter } from './froniusInverter.ts';
import type { InverterPlace } from './inverterOutput.ts';
import { createSmaInverter } from './smaInverter.ts';
import { createSolarEdgeInverter } from './solarEdgeInverter.ts';
import { createSunSpecFloatInverter, createSunSpecInverter } from './sunSpecInverter.ts';
import { createSunSpecInverter704 } from './sunSpecInverter704.ts';

export interface InverterEntry {
  readonly defaultUnit: number;
  /** Wire that it is made for. */
  readonly transport: 'tcp' | 'rtu' | 'either';
  build(place: InverterPlace): Firmware;
}

/** Inverters that can stand in the house, by model. */
export const INVERTERS: Readonly<Record<string, InverterEntry>> = {
  'sunspec-inverter': { defaultUnit: 1, transport: 'either', build: createSunSpecInverter },
  'sunspec-inverter-float': { defaultUnit: 1, transport: 'either', build: createSunSpecFloatInverter },
  'sunspec-inverter-704': { defaultUnit: 1, transport: 'either', build: createSunSpecInverter704 },
  'solaredge-inverter': { defaultUnit: 1, transport: 'tcp', build: createSolarEdgeInverter },
  'fronius-inverter': { defaultUnit: 1, transport: 'tcp', build: createFroniusInverter },
  'sma-inverter': { defaultUnit: 3, transport: 'tcp', build: createSmaInverter },
};
