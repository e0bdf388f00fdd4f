import { FUNCTION } from '../pdu.ts';
import { commonModel, layChain, type SunSpecModel } from '../sunSpec.ts';
import type { MeterPlace, MeterValues } from './measuring.ts';
import { RegisterMeter } from './registerMeter.ts';
import { meterFloatModel, meterModel } from './sunSpecMeterModels.ts';

/** A vendor's own model, which every reader has to step over by its length. */
const VENDOR_MODEL: SunSpecModel = { id: 64_900, length: 13, registers: {} };

function createSunSpecMeter(
  place: MeterPlace,
  chain: (values: MeterValues) => readonly SunSpecModel[],
): RegisterMeter {
  return new RegisterMeter(
    {
      turnaroundMs: 15,
      refreshesEveryMs: 1_000,
      layout: (values) => ({ functions: [FUNCTION.readHolding], ...layChain(chain(values)) }),
    },
    place,
  );
}

/** A meter of no particular maker, models 201 and 203, behind a vendor model and with a padded common model. */
export function createPlainSunSpecMeter(place: MeterPlace): RegisterMeter {
  const common = commonModel({
    maker: 'Plain Metering',
    model: 'PM-3',
    version: '1.4.0',
    serialNumber: 'PM300417',
    unit: place.unit,
  });
  return createSunSpecMeter(place, (values) => [common, VENDOR_MODEL, meterModel(values, place)]);
}

/** The same with models 211 and 213. */
export function createPlainSunSpecFloatMeter(place: MeterPlace): RegisterMeter {
  const common = commonModel({
    maker: 'Plain Metering',
    model: 'PM-3F',
    version: '1.4.0',
    serialNumber: 'PM300418',
    unit: place.unit,
    length: 65,
  });
  return createSunSpecMeter(place, (values) => [common, meterFloatModel(values, place)]);
}

/**
 * A Fronius Smart Meter: a SunSpec device of its own behind the inverter's address, here with the setting "int + SF".
 * Source: Fronius "Inverter Register Map Float v1.0"; public clients.
 */
export function createFroniusSmartMeter(place: MeterPlace): RegisterMeter {
  const common = commonModel({
    maker: 'Fronius',
    model: place.terminals.length === 1 ? 'Smart Meter 63A-1' : 'Smart Meter 63A',
    version: '1.3',
    serialNumber: '18390007',
    unit: place.unit,
    length: 65,
  });
  return createSunSpecMeter(place, (values) => [common, meterModel(values, place)]);
}
