import type { Firmware } from '../firmware.ts';
import { commonModel } from '../sunSpec.ts';
import type { InverterPlace } from './inverterOutput.ts';
import { Model123Inverter } from './model123Inverter.ts';
import {
  inverterFloatModel,
  inverterModel,
  nameplateModel,
  settingsModel,
  statusModel,
} from './sunSpecInverterModels.ts';

/** Models 1, 101 or 103, 120, 121, 122 and 123, several of them longer than the standard has them. */
export function createSunSpecInverter(place: InverterPlace): Firmware {
  return new Model123Inverter(
    {
      chain: (view, controls, unit) => [
        commonModel({
          maker: 'Plain Solar',
          model: 'PS-I',
          version: '2.11',
          serialNumber: 'PS0042117',
          unit,
        }),
        inverterModel(view, { length: 52 }),
        nameplateModel(view, 28),
        settingsModel(view),
        statusModel(view, 46),
        controls,
      ],
      controls: { length: 26 },
      countsFrom: 'anyWrite',
      turnaroundMs: 20,
    },
    place,
  );
}

/** Models 1, 111 or 113, 120, 121, 122 and 123. */
export function createSunSpecFloatInverter(place: InverterPlace): Firmware {
  return new Model123Inverter(
    {
      chain: (view, controls, unit) => [
        commonModel({
          maker: 'Plain Solar',
          model: 'PS-F',
          version: '2.11',
          serialNumber: 'PS0042118',
          unit,
          length: 65,
        }),
        inverterFloatModel(view),
        nameplateModel(view),
        settingsModel(view),
        statusModel(view),
        controls,
      ],
      countsFrom: 'anyWrite',
      turnaroundMs: 20,
    },
    place,
  );
}
