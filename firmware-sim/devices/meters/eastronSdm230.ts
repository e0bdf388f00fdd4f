import { EastronMeter, type EastronModel } from './eastronMeter.ts';
import { ONE_PHASE_MEASURES } from './eastronOnePhase.ts';
import type { MeterPlace } from './measuring.ts';

const SDM230: EastronModel = {
  serialNumber: 23_004_711,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0159 },
  ],
  measures: ONE_PHASE_MEASURES,
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
