import type { z } from 'zod';
import type { importSchema } from '../../src/contract/desk.ts';
import { type FleetOptions, planFleet, SUBSTATION } from './fleetPlan.ts';
import { createSeededSigner } from './seededSigner.ts';

/** What a registrar hands the desk of such a fleet, with the key of each gateway. */
export function registryOf(options: FleetOptions): z.input<typeof importSchema> {
  const gateways = planFleet(options).map(({ gatewayId, distributor, areaId, supplierId, consent }) => ({
    gatewayId,
    distributor,
    feeder: areaId,
    substation: SUBSTATION,
    supplierId,
    consent,
    ...(consent === 'given' ? { consentText: options.consentText } : {}),
    publicKey: createSeededSigner(options.seed, gatewayId).publicKey,
  }));
  return { gateways };
}
