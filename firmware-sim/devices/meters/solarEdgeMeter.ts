import { Flow } from '../../flow.ts';
import { InverterOutput } from '../inverters/inverterOutput.ts';
import {
  FINEST_POWER_EXPONENT,
  SOLAR_EDGE_MANNERS,
  solarEdgeCommon,
} from '../inverters/solarEdgeIdentity.ts';
import { inverterModel } from '../inverters/sunSpecInverterModels.ts';
import { FUNCTION } from '../pdu.ts';
import { commonModel, layChain } from '../sunSpec.ts';
import type { MeterPlace, MeterValues } from './measuring.ts';
import { RegisterMeter } from './registerMeter.ts';
import { meterModel } from './sunSpecMeterModels.ts';

/**
 * The meter in the chain of a SolarEdge inverter, behind a common model of its own. Its power is positive on export.
 * The inverter itself stands still here.
 * Source: "SunSpec Logging in SolarEdge Inverters" technical note v3.2.
 */
export function createSolarEdgeMeter(place: MeterPlace): RegisterMeter {
  const idle = new InverterOutput({
    ...place,
    generator: { spec: { phases: place.terminals }, ratedW: Number.POSITIVE_INFINITY, limitW: 0 },
    flow: new Flow(),
  });
  const layout = (values: MeterValues) => ({
    functions: [FUNCTION.readHolding],
    ...layChain([
      solarEdgeCommon(place.unit, place.terminals.length === 1 ? 'SE5000H' : 'SE10K'),
      inverterModel({ output: idle, isAsleep: () => true }),
      commonModel({
        maker: 'SolarEdge',
        model: 'SE-MTR-3Y-400V-A',
        options: 'Export+Import',
        version: '27',
        serialNumber: '606180917',
        unit: place.unit,
        length: 65,
      }),
      meterModel(values, place, {
        importSign: -1,
        finestPowerExponent: FINEST_POWER_EXPONENT,
      }),
    ]),
  });
  return new RegisterMeter(
    { turnaroundMs: 50, tcpManners: SOLAR_EDGE_MANNERS, refreshesEveryMs: 1_000, layout },
    place,
  );
}
