import type { EastronModel } from './eastronMeter.ts';
import { apparentVa, type MeterValues, powerFactor } from './measuring.ts';

const first = (values: readonly number[]): number => values[0] as number;

/**
 * One phase: the table that SDM120 and SDM230 share. Address 0x0156 adds import and export up: it is no balance.
 * Source: Eastron "SDM120-MODBUS Protocol V2.4".
 */
export const ONE_PHASE_MEASURES: EastronModel['measures'] = new Map([
  [0x0000, (values: MeterValues) => first(values.voltageV)],
  [0x0006, (values: MeterValues) => first(values.currentA)],
  [0x000c, (values: MeterValues) => first(values.powerW)],
  [0x0012, (values: MeterValues) => apparentVa(values, 0)],
  [0x0018, (values: MeterValues) => first(values.reactiveVar)],
  [0x001e, (values: MeterValues) => powerFactor(first(values.powerW), apparentVa(values, 0))],
  [
    0x0024,
    (values: MeterValues) => (Math.atan2(first(values.reactiveVar), first(values.powerW)) * 180) / Math.PI,
  ],
  [0x0046, (values: MeterValues) => values.frequencyHz],
  [0x0048, (values: MeterValues) => first(values.importWh) / 1000],
  [0x004a, (values: MeterValues) => first(values.exportWh) / 1000],
  [0x0156, (values: MeterValues) => (first(values.importWh) + first(values.exportWh)) / 1000],
]);
