import { hexTable } from '../hexTable.ts';
import { FUNCTION } from '../pdu.ts';
import type { RegisterLayout, RegisterTable } from '../registerBank.ts';
import { f32, u16 } from '../registers.ts';
import {
  apparentVa,
  averageOf,
  type MeterPlace,
  type MeterValues,
  powerFactor,
  sumOf,
  totalApparentVa,
} from './measuring.ts';
import { RegisterMeter } from './registerMeter.ts';

/**
 * Inepro PRO1-Mod, second generation: kilowatts and kilowatt-hours as floats. 0x6000 adds both directions up.
 * Source: public drivers that agree on the maker's register list.
 */
export function createPro1(place: MeterPlace): RegisterMeter {
  return new RegisterMeter({ turnaroundMs: 30, refreshesEveryMs: 1_000, layout }, place);
}

function layout(values: MeterValues, { unit, terminals }: MeterPlace): RegisterLayout {
  const phases = (first: number, read: (phase: number) => number): RegisterTable =>
    Object.fromEntries([0, 1, 2].map((phase) => [first + 2 * phase, f32(() => read(phase))]));
  const importKwh = (): number => sumOf(values.importWh) / 1000;
  const exportKwh = (): number => sumOf(values.exportWh) / 1000;
  return {
    functions: [FUNCTION.readHolding],
    holding: hexTable({
      '0x4003': u16(() => unit),
      '0x4004': u16(() => 9_600),
      '0x5000': f32(() => averageOf(values.voltageV, terminals)),
      ...phases(0x5002, (phase) => values.voltageV[phase] as number),
      '0x5008': f32(() => values.frequencyHz),
      '0x500a': f32(() => sumOf(values.currentA)),
      ...phases(0x500c, (phase) => values.currentA[phase] as number),
      '0x5012': f32(() => sumOf(values.powerW) / 1000),
      ...phases(0x5014, (phase) => (values.powerW[phase] as number) / 1000),
      '0x501a': f32(() => sumOf(values.reactiveVar) / 1000),
      ...phases(0x501c, (phase) => (values.reactiveVar[phase] as number) / 1000),
      '0x5022': f32(() => totalApparentVa(values) / 1000),
      ...phases(0x5024, (phase) => apparentVa(values, phase) / 1000),
      '0x502a': f32(() => powerFactor(sumOf(values.powerW), totalApparentVa(values))),
      ...phases(0x502c, (phase) => powerFactor(values.powerW[phase] as number, apparentVa(values, phase))),
      '0x6000': f32(() => importKwh() + exportKwh()),
      ...phases(
        0x6006,
        (phase) => ((values.importWh[phase] as number) + (values.exportWh[phase] as number)) / 1000,
      ),
      '0x600c': f32(importKwh),
      ...phases(0x6012, (phase) => (values.importWh[phase] as number) / 1000),
      '0x6018': f32(exportKwh),
      ...phases(0x601e, (phase) => (values.exportWh[phase] as number) / 1000),
    }),
    filledHolding: [{ first: 0x6000, last: 0x6045, word: 0 }],
  };
}
