import { z } from 'zod';
import type { ConsentStateKind } from '../domain/consent.ts';
import { goesUpFor, OF_THE_NETWORK } from './purpose.ts';

/** Flows, powers, energy, charging states and what follows from them. */
const charging = <T extends z.ZodType>(schema: T): T => goesUpFor('chargingData', schema);

export const CONSENT_STATES = [
  'never',
  'given',
  'refused',
  'withdrawn',
  'expired',
  'superseded',
  'unconfirmed',
] as const satisfies readonly ConsentStateKind[];

/** Why: a limit or a fault, with its particulars. */
const reason = z.object({
  kind: z.enum(['limit', 'fault']),
  code: z.string().optional(),
  subject: z.string().optional(),
  limitId: z.string().optional(),
  source: z.string().optional(),
  circuitId: z.string().optional(),
  direction: z.string().optional(),
  basis: z.string().optional(),
  ceiling: z.number().optional(),
  phase: z.string().optional(),
  /** What was seen to flow. */
  observed: charging(z.number()).optional(),
  text: z.string().optional(),
});

/** What `GET /status` on the gateway's local socket answers, and what the retained status topic carries. */
export const statusSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.status/1'),
    siteId: z.string(),
    version: z.string(),
    at: z.string(),
    runningMs: z.number(),
    clockLevel: z.enum(['none', 'coarse', 'synced']),
    /** The one sentence: what binds the home now and why. */
    sentence: charging(z.string()),
    posture: z.enum(['normal', 'safe']),
    circuits: z.array(
      z.object({
        circuitId: z.string(),
        /** Over all phases, import positive; absent while unknown. */
        powerW: charging(z.number()).optional(),
        phases: z.array(
          z.object({
            phase: z.enum(['L1', 'L2', 'L3']),
            /** Net flow, import positive; absent while unknown. */
            flowA: charging(z.number()).optional(),
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
        measuredA: charging(z.number()).optional(),
        state: charging(z.string()).optional(),
        reason: reason.optional(),
        sentence: charging(z.string()),
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
    /** Restrictions by the distributor that are coming, in force, or being released. */
    restrictions: goesUpFor(
      'dnoRestriction',
      z.array(
        z.object({
          noticeId: z.string(),
          state: z.enum(['armed', 'inForce', 'releasing']),
          issuer: z.string(),
          isRehearsal: z.boolean(),
          from: z.string(),
          until: z.string(),
          /** For the household: who, why, until when. */
          sentence: z.string(),
          /** How to object. */
          objection: z.string(),
        }),
      ),
    ),
    /** What the household has agreed to; `never` where nobody was asked. */
    consent: z.array(
      z.object({
        purpose: z.string(),
        state: z.enum(CONSENT_STATES),
        textVersion: z.string().optional(),
        at: z.string().optional(),
      }),
    ),
    /** By what its receipts are proved: raw Ed25519 public key, base64url. */
    identity: z.object({ keyId: z.string(), publicKey: z.string() }),
    /** Whose commands are obeyed: the version of the trust bundle, 0 for nobody's. */
    trust: z.object({ version: z.number() }),
    /** What the owner has chosen; hours as the clock of the home shows them. */
    owner: z.object({
      hours: charging(
        z.array(
          z.object({
            days: z.array(z.string()),
            from: z.string(),
            until: z.string(),
            ceilingA: z.number(),
            reason: z.string(),
          }),
        ),
      ),
      hoursAre: charging(z.enum(['planned', 'chosen', 'none'])),
      boosts: charging(z.array(z.object({ loadId: z.string(), untilMs: z.number() }))),
      /** Energy wanted by a time, and what can be said of it as the home stands now. */
      readyBy: goesUpFor(
        'vehicleData',
        z.array(
          z.object({
            loadId: z.string(),
            departure: z.string(),
            wantedWh: z.number(),
            expectedWh: z.number(),
            isEnough: z.boolean(),
            readyAt: z.string().optional(),
          }),
        ),
      ),
    }),
    faults: z.array(
      goesUpFor(
        'operation',
        z.object({
          code: z.string(),
          subject: z.string(),
          sinceMs: z.number(),
          title: z.string(),
          nextStep: z.string(),
        }),
        OF_THE_NETWORK,
      ),
    ),
    devices: z.array(
      z.object({ deviceId: z.string(), isAnswering: z.boolean(), lastReadMs: z.number().optional() }),
    ),
    /** The way to the back office by the last look at it; absent while nothing was ever broken. */
    network: goesUpFor(
      'networkDiagnostics',
      z.object({ brokenRung: z.string().optional(), since: z.string(), sentence: z.string() }),
    ).optional(),
    sync: z.object({
      isConnected: z.boolean(),
      /** Where the connection stands, and what is wrong with it and at other addresses. Absent: no broker is set. */
      sentence: goesUpFor('networkDiagnostics', z.string()).optional(),
      /** By which this gateway is known at the broker; absent: none is set. */
      certificate: z
        .object({
          /** Absent: it cannot be read. */
          validUntil: z.string().optional(),
          /** How long it is good for, and where its renewal stands. */
          sentence: z.string(),
        })
        .optional(),
      outboxDepth: z.number(),
      room: z
        .object({
          /** What waits to be sent takes this on the disk. */
          waitingBytes: z.number(),
          mostBytes: z.number(),
          /** Until the finest telemetry has to give way; absent: not known yet. */
          hoursLeft: z.number().optional(),
        })
        .optional(),
    }),
    record: z.object({ condition: z.string(), lastCommitMs: z.number().optional() }),
    cycle: z.object({ count: z.number(), lastMs: z.number(), worstMs: z.number() }),
    counters: z.object({
      commandsByCause: z.record(z.string(), z.number()),
      messagesSent: z.number(),
      messagesAcknowledged: z.number(),
    }),
  }),
);

export type Status = z.infer<typeof statusSchema>;
