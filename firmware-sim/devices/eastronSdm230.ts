import { EastronMeter, type EastronModel, type MeterPlace, type MeterValues } from './eastronMeter.ts';

const first = (values: readonly number[]): number => values[0] as number;

const apparentVa = (values: MeterValues): number =>
  Math.hypot(first(values.powerW), first(values.reactiveVar));

const powerFactor = (values: MeterValues): number => {
  const apparent = apparentVa(values);
  return apparent === 0 ? 1 : first(values.powerW) / apparent;
};

/** One phase, one table. Address 0x0156 adds import and export up: it is no balance. */
const SDM230: EastronModel = {
  serialNumber: 23_004_711,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0159 },
  ],
  measures: new Map([
    [0x0000, (values: MeterValues) => first(values.voltageV)],
    [0x0006, (values: MeterValues) => first(values.currentA)],
    [0x000c, (values: MeterValues) => first(values.powerW)],
    [0x0012, apparentVa],
    [0x0018, (values: MeterValues) => first(values.reactiveVar)],
    [0x001e, powerFactor],
    [
      0x0024,
      (values: MeterValues) => (Math.atan2(first(values.reactiveVar), first(values.powerW)) * 180) / Math.PI,
    ],
    [0x0046, (values: MeterValues) => values.frequencyHz],
    [0x0048, (values: MeterValues) => first(values.importKwh)],
    [0x004a, (values: MeterValues) => first(values.exportKwh)],
    [0x0156, (values: MeterValues) => first(values.importKwh) + first(values.exportKwh)],
  ]),
  settings: new Map([
    [0x0012, () => 0],
    [0x0014, (unit: number) => unit],
    [0x0018, () => 0],
    [0x001c, () => 2],
  ]),
};

export function createSdm230(place: MeterPlace): EastronMeter {
  return new EastronMeter(SDM230, place);
}
