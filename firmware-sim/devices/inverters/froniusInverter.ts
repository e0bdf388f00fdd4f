import type { Firmware } from '../firmware.ts';
import { commonModel } from '../sunSpec.ts';
import type { InverterPlace } from './inverterOutput.ts';
import { Model123Inverter } from './model123Inverter.ts';
import { inverterModel, nameplateModel, settingsModel, statusModel } from './sunSpecInverterModels.ts';

/**
 * A Fronius Symo or Primo with the setting "int + SF". A changed percentage or timer waits until WMaxLim_Ena is
 * written again; the ramp time can only be read, so that a write across it is refused. Without sun its measures are
 * not implemented.
 * Source: Fronius "Inverter Register Map"; callifo/fronius_modbus for what Ena does.
 */
export function createFroniusInverter(place: InverterPlace): Firmware {
  return new Model123Inverter(
    {
      chain: (view, controls, unit) => [
        commonModel({
          maker: 'Fronius',
          model: view.output.phaseCount === 1 ? 'Primo 5.0-1' : 'Symo 10.0-3-M',
          version: '3.28.1',
          serialNumber: '31120815',
          unit,
          length: 65,
        }),
        inverterModel(view),
        nameplateModel(view),
        settingsModel(view),
        statusModel(view),
        controls,
      ],
      controls: { mostWindowS: 300, mostRevertS: 28_800, takesRamp: false },
      countsFrom: 'enableWrite',
      turnaroundMs: 40,
    },
    place,
  );
}
