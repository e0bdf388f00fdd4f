import { z } from 'zod';

const reason = z.looseObject({ kind: z.enum(['limit', 'fault']) });

/** What `GET /status` on the gateway's local socket answers, and what the retained status topic carries. */
export const statusSchema = z.object({
  schema: z.literal('loadgate.status/1'),
  siteId: z.string(),
  version: z.string(),
  at: z.string(),
  runningMs: z.number(),
  clockLevel: z.enum(['none', 'coarse', 'synced']),
  /** The one sentence: what binds the home now and why. */
  sentence: z.string(),
  posture: z.enum(['normal', 'safe']),
  circuits: z.array(
    z.object({
      circuitId: z.string(),
      phases: z.array(
        z.object({
          phase: z.enum(['L1', 'L2', 'L3']),
          /** Net flow, import positive; absent while unknown. */
          flowA: z.number().optional(),
          importCeilingA: z.number().optional(),
          exportCeilingA: z.number().optional(),
        }),
      ),
    }),
  ),
  loads: z.array(
    z.object({
      loadId: z.string(),
      kind: z.enum(['chargePoint', 'switchedLoad', 'switchedGenerator']),
      /** What it was last told: amps, or 'open' | 'closed'. */
      commanded: z.union([z.number(), z.string()]).optional(),
      /** What it reports to be in force. */
      inForce: z.union([z.number(), z.string()]).optional(),
      measuredA: z.number().optional(),
      state: z.string().optional(),
      reason: reason.optional(),
      sentence: z.string(),
    }),
  ),
  limits: z.array(
    z.object({
      limitId: z.string(),
      source: z.string(),
      rank: z.number(),
      circuitId: z.string(),
      direction: z.enum(['import', 'export']),
      basis: z.enum(['phaseCurrentA', 'activePowerW']),
      ceiling: z.number(),
      validUntilMs: z.number().optional(),
      reason: z.string(),
    }),
  ),
  faults: z.array(
    z.object({
      code: z.string(),
      subject: z.string(),
      sinceMs: z.number(),
      title: z.string(),
      nextStep: z.string(),
    }),
  ),
  devices: z.array(
    z.object({ deviceId: z.string(), isAnswering: z.boolean(), lastReadMs: z.number().optional() }),
  ),
  sync: z.object({ isConnected: z.boolean(), outboxDepth: z.number() }),
  record: z.object({ condition: z.string(), lastCommitMs: z.number().optional() }),
  cycle: z.object({ count: z.number(), lastMs: z.number(), worstMs: z.number() }),
  counters: z.object({
    commandsByCause: z.record(z.string(), z.number()),
    messagesSent: z.number(),
    messagesAcknowledged: z.number(),
  }),
});

export type Status = z.infer<typeof statusSchema>;
