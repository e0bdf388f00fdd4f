import { EastronMeter, type EastronModel } from './eastronMeter.ts';
import { perPhase, THREE_PHASE_MEASURES } from './eastronThreePhase.ts';
import type { MeterPlace } from './measuring.ts';

/** The only one of the family here with energies of each phase. */
const SDM630: EastronModel = {
  serialNumber: 63_000_815,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0165 },
  ],
  measures: new Map([
    ...THREE_PHASE_MEASURES,
    ...perPhase(0x015a, (values, phase) => (values.importWh[phase] as number) / 1000),
    ...perPhase(0x0160, (values, phase) => (values.exportWh[phase] as number) / 1000),
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
