import type { TcpManners } from '../firmware.ts';
import { commonModel, type SunSpecModel } from '../sunSpec.ts';

export const SOLAR_EDGE_MANNERS: TcpManners = { mostClients: 1, idleMs: 120_000 };

/** Its common model has 65 registers, so that a first meter begins at 40121. */
export function solarEdgeCommon(unit: number, model: string): SunSpecModel {
  return commonModel({
    maker: 'SolarEdge',
    model,
    version: '0004.0020.0036',
    serialNumber: '7E0F1A2B',
    unit,
    length: 65,
  });
}

/** Its scale factors change while it runs: tenths of a watt as long as they fit. */
export const FINEST_POWER_EXPONENT = -1;
