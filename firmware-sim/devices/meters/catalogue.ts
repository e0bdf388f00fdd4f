import type { Firmware } from '../firmware.ts';
import { createB21, createB23 } from './abbB.ts';
import { CarloGavazziEm111 } from './carloGavazziEm111.ts';
import { createEm24, createEm340 } from './carloGavazziThreePhase.ts';
import { createSdm72d } from './eastronSdm72d.ts';
import { createSdm120 } from './eastronSdm120.ts';
import { createSdm230 } from './eastronSdm230.ts';
import { createSdm630 } from './eastronSdm630.ts';
import { createPro1 } from './ineproPro1.ts';
import type { MeterPlace } from './measuring.ts';
import { createIem3155 } from './schneiderIem3155.ts';
import { createSolarEdgeMeter } from './solarEdgeMeter.ts';
import {
  createFroniusSmartMeter,
  createPlainSunSpecFloatMeter,
  createPlainSunSpecMeter,
} from './sunSpecMeters.ts';

export interface MeterEntry {
  readonly defaultUnit: number;
  /** Wire that it is made for. */
  readonly transport: 'tcp' | 'rtu' | 'either';
  /** How many phases it can be wired to. */
  readonly terminals: 1 | 3;
  build(place: MeterPlace): Firmware;
}

/** Meters that can stand in the house, by model. Those of three phases may be wired to one only. */
export const METERS: Readonly<Record<string, MeterEntry>> = {
  'eastron-sdm120': { defaultUnit: 1, transport: 'rtu', terminals: 1, build: createSdm120 },
  'eastron-sdm230': { defaultUnit: 1, transport: 'rtu', terminals: 1, build: createSdm230 },
  'eastron-sdm72d': { defaultUnit: 1, transport: 'rtu', terminals: 3, build: createSdm72d },
  'eastron-sdm630': { defaultUnit: 1, transport: 'rtu', terminals: 3, build: createSdm630 },
  'carlo-gavazzi-em111': {
    defaultUnit: 1,
    transport: 'rtu',
    terminals: 1,
    build: (place) => new CarloGavazziEm111(place),
  },
  'carlo-gavazzi-em24': { defaultUnit: 1, transport: 'tcp', terminals: 3, build: createEm24 },
  'carlo-gavazzi-em340': { defaultUnit: 1, transport: 'rtu', terminals: 3, build: createEm340 },
  'abb-b21': { defaultUnit: 1, transport: 'rtu', terminals: 1, build: createB21 },
  'abb-b23': { defaultUnit: 1, transport: 'rtu', terminals: 3, build: createB23 },
  'schneider-iem3155': { defaultUnit: 1, transport: 'rtu', terminals: 3, build: createIem3155 },
  'inepro-pro1': { defaultUnit: 1, transport: 'rtu', terminals: 1, build: createPro1 },
  'sunspec-meter': { defaultUnit: 1, transport: 'either', terminals: 3, build: createPlainSunSpecMeter },
  'sunspec-meter-float': {
    defaultUnit: 1,
    transport: 'either',
    terminals: 3,
    build: createPlainSunSpecFloatMeter,
  },
  'solaredge-meter': { defaultUnit: 1, transport: 'tcp', terminals: 3, build: createSolarEdgeMeter },
  'fronius-smart-meter': { defaultUnit: 200, transport: 'tcp', terminals: 3, build: createFroniusSmartMeter },
};
