import { EastronMeter, type EastronModel } from './eastronMeter.ts';
import { THREE_PHASE_MEASURES } from './eastronThreePhase.ts';
import type { MeterPlace } from './measuring.ts';

/** SDM72D-M, second version: the first one has neither voltages nor currents. */
const SDM72D: EastronModel = {
  serialNumber: 72_021_504,
  blocks: [
    { first: 0x0000, last: 0x004f },
    { first: 0x0156, last: 0x0159 },
  ],
  measures: THREE_PHASE_MEASURES,
  settings: new Map([
    [0x0012, () => 0],
    [0x0014, (unit: number) => unit],
    [0x0018, () => 1000],
    [0x001c, () => 2],
  ]),
};

export function createSdm72d(place: MeterPlace): EastronMeter {
  return new EastronMeter(SDM72D, place);
}
