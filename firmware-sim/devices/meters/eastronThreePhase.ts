import type { EastronModel } from './eastronMeter.ts';
import { apparentVa, type MeterValues, powerFactor, sumOf, totalApparentVa } from './measuring.ts';

type Measure = (values: MeterValues) => number;

/** Three values in a row, two registers each. */
export function perPhase(
  address: number,
  measure: (values: MeterValues, phase: number) => number,
): [number, Measure][] {
  return [0, 1, 2].map((phase) => [address + 2 * phase, (values) => measure(values, phase)]);
}

/**
 * Three phases to neutral: the table that SDM630 and SDM72D-M (v2) share. Address 0x0156 adds import and export up:
 * it is no balance.
 * Source: Eastron "SDM630 Modbus V2 protocol V1.7".
 */
export const THREE_PHASE_MEASURES: EastronModel['measures'] = new Map<number, Measure>([
  ...perPhase(0x0000, (values, phase) => values.voltageV[phase] as number),
  ...perPhase(0x0006, (values, phase) => values.currentA[phase] as number),
  ...perPhase(0x000c, (values, phase) => values.powerW[phase] as number),
  ...perPhase(0x0012, apparentVa),
  ...perPhase(0x0018, (values, phase) => values.reactiveVar[phase] as number),
  ...perPhase(0x001e, (values, phase) =>
    powerFactor(values.powerW[phase] as number, apparentVa(values, phase)),
  ),
  [0x0034, (values) => sumOf(values.powerW)],
  [0x0038, totalApparentVa],
  [0x003c, (values) => sumOf(values.reactiveVar)],
  [0x003e, (values) => powerFactor(sumOf(values.powerW), totalApparentVa(values))],
  [0x0046, (values) => values.frequencyHz],
  [0x0048, (values) => sumOf(values.importWh) / 1000],
  [0x004a, (values) => sumOf(values.exportWh) / 1000],
  [0x0156, (values) => (sumOf(values.importWh) + sumOf(values.exportWh)) / 1000],
]);
