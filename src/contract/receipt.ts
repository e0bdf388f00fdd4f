import { z } from 'zod';
import { iso } from '../domain/instant.ts';
import {
  type Adjustment,
  RECEIPT_STATUSES,
  REFUSALS,
  type Receipt,
  type ReceiptStatus,
  type RefusalCode,
} from '../domain/restriction.ts';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { sha256Schema } from './words.ts';

const instant = z.iso.datetime();
const meanPower = z.object({ meanW: z.number(), coveredSeconds: z.number().nonnegative() });

/** Payload of a receipt, signed with the key of the gateway. */
export const receiptSchema = goesUpFor(
  'restrictionRecord',
  z.object({
    schema: z.literal('loadgate.receipt/1'),
    gatewayId: gatewayIdSchema,
    status: z.enum(Object.keys(RECEIPT_STATUSES) as [ReceiptStatus]),
    /** The event status of Zigbee DRLC that says the same. */
    drlcStatus: z.int().min(0).max(255).exactOptional(),
    noticeId: z.string().exactOptional(),
    issuer: z.string().exactOptional(),
    sequence: z.int().exactOptional(),
    /** SHA-256 of the signed bytes that this answers. */
    sha256: sha256Schema,
    at: instant,
    runningMs: z.number().nonnegative(),
    clockLevel: z.enum(['none', 'coarse', 'synced']),
    rehearsal: z.boolean(),
    code: z.enum(Object.keys(REFUSALS) as [RefusalCode]).exactOptional(),
    cause: z.string().exactOptional(),
    adjustments: z.array(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('trimmed'),
          toSeconds: z.number().positive(),
          by: z.enum(['single', 'rollingDay']),
        }),
        z.object({ kind: z.literal('floored'), loadIds: z.array(z.string()) }),
      ]),
    ),
    startsAt: instant.exactOptional(),
    endsAt: instant.exactOptional(),
    effect: z
      .object({
        before: meanPower.exactOptional(),
        during: meanPower.exactOptional(),
        after: meanPower.exactOptional(),
        receiptToEffectMs: z.number().nonnegative().exactOptional(),
        excursions: z.int().nonnegative(),
      })
      .exactOptional(),
  }),
);

/** Payload of a checkpoint: the gateway vouches for its journal up to a record. */
export const checkpointSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.checkpoint/1'),
    gatewayId: gatewayIdSchema,
    /** Which journal: 8 hexadecimal digits; a new one was begun when the record was lost. */
    journalId: z.string().regex(/^[0-9a-f]{8}$/),
    /** Number of the last record that it vouches for. */
    record: z.int().positive(),
    /** Hash of that record. */
    hash: sha256Schema,
    at: instant,
  }),
);

/** Body of `loadgate.signed/1` on the stream of receipts: a compact JWS whose payload is a receipt or a checkpoint. */
export const signedBodySchema = goesUpFor('operation', z.object({ jws: z.string() }));

export type ReceiptMessage = z.infer<typeof receiptSchema>;
export type CheckpointMessage = z.infer<typeof checkpointSchema>;

export function receiptMessageOf(receipt: Receipt): ReceiptMessage {
  const { status, noticeId, issuer, sequence, code, cause, startsAtUtcMs, endsAtUtcMs, effect } = receipt;
  const drlcStatus = code === undefined ? RECEIPT_STATUSES[status].drlc : REFUSALS[code].drlc;
  return {
    schema: 'loadgate.receipt/1',
    gatewayId: receipt.gatewayId,
    status,
    ...(drlcStatus === undefined ? {} : { drlcStatus }),
    ...(noticeId === undefined ? {} : { noticeId }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(sequence === undefined ? {} : { sequence }),
    sha256: receipt.sha256,
    at: iso(receipt.atUtcMs),
    runningMs: receipt.runningMs,
    clockLevel: receipt.clockLevel,
    rehearsal: receipt.isRehearsal,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause }),
    adjustments: receipt.adjustments.map(adjustmentOf),
    ...(startsAtUtcMs === undefined ? {} : { startsAt: iso(startsAtUtcMs) }),
    ...(endsAtUtcMs === undefined ? {} : { endsAt: iso(endsAtUtcMs) }),
    ...(effect === undefined ? {} : { effect: effectOf(effect) }),
  };
}

function adjustmentOf(adjustment: Adjustment): ReceiptMessage['adjustments'][number] {
  if (adjustment.kind === 'floored') return { kind: 'floored', loadIds: [...adjustment.loadIds] };
  return { kind: 'trimmed', toSeconds: adjustment.toMs / 1_000, by: adjustment.by };
}

function effectOf(effect: NonNullable<Receipt['effect']>): NonNullable<ReceiptMessage['effect']> {
  const { receiptToEffectMs, excursions } = effect;
  const windows = Object.fromEntries(
    (['before', 'during', 'after'] as const).flatMap((name) => {
      const window = effect[name];
      if (window === undefined) return [];
      return [
        [name, { meanW: Math.round(window.meanW * 10) / 10, coveredSeconds: window.coveredMs / 1_000 }],
      ];
    }),
  );
  return { ...windows, ...(receiptToEffectMs === undefined ? {} : { receiptToEffectMs }), excursions };
}
