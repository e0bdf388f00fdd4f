import { EastronMeter, type EastronModel, type MeterPlace, type MeterValues } from './eastronMeter.ts';

type Measure = (values: MeterValues) => number;

const sum = (values: readonly number[]): number =>
  (values[0] as number) + (values[1] as number) + (values[2] as number);

const apparentVa = (values: MeterValues, phase: number): number =>
  Math.hypot(values.powerW[phase] as number, values.reactiveVar[phase] as number);

const totalApparentVa: Measure = (values) => Math.hypot(sum(values.powerW), sum(values.reactiveVar));

const factor = (powerW: number, apparent: number): number => (apparent === 0 ? 1 : powerW / apparent);

/** Three values in a row, two registers each. */
function perPhase(
  address: number,
  measure: (values: MeterValues, phase: number) => number,
): [number, Measure][] {
  return [0, 1, 2].map((phase) => [address + 2 * phase, (values) => measure(values, phase)]);
}

/** Three phases to neutral. Address 0x0156 adds import and export up: it is no balance. */
const SDM630: EastronModel = {
  serialNumber: 63_000_815,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0165 },
  ],
  measures: new Map<number, Measure>([
    ...perPhase(0x0000, (values, phase) => values.voltageV[phase] as number),
    ...perPhase(0x0006, (values, phase) => values.currentA[phase] as number),
    ...perPhase(0x000c, (values, phase) => values.powerW[phase] as number),
    ...perPhase(0x0012, apparentVa),
    ...perPhase(0x0018, (values, phase) => values.reactiveVar[phase] as number),
    ...perPhase(0x001e, (values, phase) => factor(values.powerW[phase] as number, apparentVa(values, phase))),
    [0x0034, (values) => sum(values.powerW)],
    [0x0038, totalApparentVa],
    [0x003c, (values) => sum(values.reactiveVar)],
    [0x003e, (values) => factor(sum(values.powerW), totalApparentVa(values))],
    [0x0046, (values) => values.frequencyHz],
    [0x0048, (values) => sum(values.importKwh)],
    [0x004a, (values) => sum(values.exportKwh)],
    [0x0156, (values) => sum(values.importKwh) + sum(values.exportKwh)],
    ...perPhase(0x015a, (values, phase) => values.importKwh[phase] as number),
    ...perPhase(0x0160, (values, phase) => values.exportKwh[phase] as number),
  ]),
  settings: new Map([
    [0x0012, () => 0],
    [0x0014, (unit: number) => unit],
    [0x0018, () => 0],
    [0x001c, () => 2],
  ]),
};

export function createSdm630(place: MeterPlace): EastronMeter {
  return new EastronMeter(SDM630, place);
}
