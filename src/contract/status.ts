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
      kind: z.enum(['chargePoint', 'switchedLoad', 'switchedGenerator', 'limitedGenerator']),
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
      reason: z.string(),
      /** It holds, waits for its random offset to begin, or is over and waits for its random offset to be released. */
      state: z.enum(['inForce', 'starting', 'releasing']),
      /** Running time at which that changes; absent: open. */
      untilMs: z.number().optional(),
      /** For the set-point of this load alone. */
      loadId: z.string().optional(),
    }),
  ),
  /** The customer limitation scheme: state 1 inside, 2 correcting an excursion, 3 locked. */
  schemes: z.array(
    z.object({
      circuitId: z.string(),
      direction: z.enum(['import', 'export']),
      state: z.union([z.literal(1), z.literal(2), z.literal(3)]),
      counted: z.number(),
      lockOuts: z.number(),
      mayHouseholderReset: z.boolean(),
    }),
  ),
  /** What the owner has chosen; hours as the clock of the home shows them. */
  owner: z.object({
    hours: z.array(
      z.object({
        days: z.array(z.string()),
        from: z.string(),
        until: z.string(),
        ceilingA: z.number(),
        reason: z.string(),
      }),
    ),
    hoursAre: z.enum(['planned', 'chosen', 'none']),
    boosts: z.array(z.object({ loadId: z.string(), untilMs: z.number() })),
    /** Energy wanted by a time, and what can be said of it as the home stands now. */
    readyBy: z.array(
      z.object({
        loadId: z.string(),
        departure: z.string(),
        wantedWh: z.number(),
        expectedWh: z.number(),
        isEnough: z.boolean(),
        readyAt: z.string().optional(),
      }),
    ),
  }),
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
