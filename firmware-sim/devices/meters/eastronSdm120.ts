import { EastronMeter, type EastronModel } from './eastronMeter.ts';
import { ONE_PHASE_MEASURES } from './eastronOnePhase.ts';
import type { MeterPlace } from './measuring.ts';

/** 2400 baud out of the box, so its baud code is 0. The total (0xF920) means import plus export. */
const SDM120: EastronModel = {
  serialNumber: 12_009_316,
  meterCode: 0x0020,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0159 },
  ],
  measures: ONE_PHASE_MEASURES,
  settings: new Map([
    [0x0012, () => 0],
    [0x0014, (unit: number) => unit],
    [0x0018, () => 0],
    [0x001c, () => 0],
    [0xf920, () => 2],
  ]),
};

export function createSdm120(place: MeterPlace): EastronMeter {
  return new EastronMeter(SDM120, place);
}
