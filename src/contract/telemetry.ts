import { z } from 'zod';
import { goesUpFor, withheldSchema } from './purpose.ts';

const fault = z.string().regex(/^[a-z0-9-]+$/);

/**
 * A current over the interval, import positive, in amps. Measured: the mean is weighted by time over coveredMs, the
 * part of the interval in which the reading was fresh. Unknown: it was never fresh, and why. A phase or
 * meter that does not exist has no entry at all.
 */
const flowSchema = z
  .discriminatedUnion('state', [
    z.object({
      state: z.literal('measured'),
      meanA: z.number(),
      minimumA: z.number(),
      maximumA: z.number(),
      coveredMs: z.number().positive(),
    }),
    z.object({ state: z.literal('unknown'), fault }),
  ])
  .meta({ id: 'Flow' });

/** A counter of energy as it stood at the end of the interval. Absent: the device has none. */
const registerSchema = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('measured'), valueWh: z.number().nonnegative() }),
    z.object({ state: z.literal('unknown'), fault }),
  ])
  .meta({ id: 'EnergyRegister' });

const phase = z.enum(['L1', 'L2', 'L3']);

const circuit = z.object({
  circuitId: z.string(),
  /** Empty for a circuit without a meter. */
  phases: z.array(
    z.object({
      phase,
      flow: flowSchema,
      /** The narrowest that was in force at any time of the interval; absent: none was. Zero is a ceiling. */
      importCeilingA: z.number().nonnegative().exactOptional(),
      exportCeilingA: z.number().nonnegative().exactOptional(),
    }),
  ),
  importEnergy: registerSchema.exactOptional(),
  exportEnergy: registerSchema.exactOptional(),
});

const load = z.object({
  loadId: z.string(),
  kind: z.enum(['chargePoint', 'switchedLoad', 'switchedGenerator', 'limitedGenerator']),
  /** Empty for a load that nothing measures by itself. */
  phases: z.array(z.object({ phase, flow: flowSchema })),
  /**
   * At the end of the interval: IEC 61851-1 letter of a charge point or position of a contact, as the device reports it;
   * of an inverter whether the gateway limits it.
   */
  state: z.enum(['A', 'B', 'C', 'D', 'E', 'F', 'open', 'closed', 'limited', 'unlimited', 'unknown']),
  /** What it was last told: amps per phase, or the position. Absent: nothing yet. */
  commanded: z.union([z.number().nonnegative(), z.enum(['open', 'closed'])]).exactOptional(),
  energy: registerSchema.exactOptional(),
});

/** Body of `loadgate.telemetry/1`: one interval, as a rule one minute; shorter after a start and before a stop. */
export const telemetrySchema = goesUpFor(
  'chargingData',
  z.object({
    intervalFrom: z.iso.datetime(),
    intervalUntil: z.iso.datetime(),
    /** Its true length on the running clock; the two instants may lie by a step of the wall clock. */
    durationMs: z.number().positive(),
    clockLevel: z.enum(['none', 'coarse', 'synced']),
    circuits: z.array(circuit),
    loads: z.array(load),
    withheld: withheldSchema.exactOptional(),
  }),
);

export type Flow = z.infer<typeof flowSchema>;
export type EnergyRegister = z.infer<typeof registerSchema>;
export type TelemetryBody = z.infer<typeof telemetrySchema>;
