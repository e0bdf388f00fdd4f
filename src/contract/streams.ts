import { z } from 'zod';
import { LOSS_CAUSES, type Loss, type LossCause } from '../domain/loss.ts';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { identifierSchema, instantSchema, sha256Schema } from './words.ts';

const instant = z.iso.datetime();
const count = z.int().nonnegative();
const sequence = z.int().positive();
const outboxId = z.string().regex(/^[0-9a-f]{8}$/);
// Text, not a list: a back office must be able to read of the streams of a gateway that is newer than itself.
const stream = z.string().regex(/^[a-z]{1,32}$/);
const stretch = z.object({ from: sequence, until: sequence });

/** Entries of the loss ledger that one message tells. */
export const MOST_LOSSES_TOLD = 100;

/** Payload: gaps of the streams and their causes, signed with the key of the gateway. */
export const lossSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.loss/1'),
    gatewayId: gatewayIdSchema,
    outboxId,
    losses: z.array(
      z.object({
        lossId: sequence,
        stream,
        cause: z.enum(Object.keys(LOSS_CAUSES) as [LossCause]),
        /** The sequences that will never come. Absent: none was given to what is missing. */
        sequences: stretch.exactOptional(),
        /** Records that are missing; absent: not known. */
        count: count.exactOptional(),
        /** The time that they were about. */
        from: instant,
        until: instant,
        /** The record of this sequence holds the means, the least and greatest values, and the counters of all of them. */
        mergedInto: sequence.exactOptional(),
        /** A circuit or a load. */
        subject: z.string().exactOptional(),
      }),
    ),
  }),
);

/**
 * Payload: what the broker has taken of one stream, once a day. Whoever holds all of [from, until] but what the loss ledger
 * names has count records, and comes from the hash `previous` to `hash`.
 */
export const manifestSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.manifest/1'),
    gatewayId: gatewayIdSchema,
    outboxId,
    stream,
    from: sequence,
    until: sequence,
    count,
    /** Of the manifest before; of the first one of an outbox 64 zeros. */
    previous: sha256Schema,
    /**
     * Record by record, in their order: SHA-256 of the hash before, a line feed, the sequence, a line feed and the SHA-256 of
     * the body as it stands in the message, all hexadecimal.
     */
    hash: sha256Schema,
    /** Entries of the loss ledger about [from, until], as runs of their numbers. */
    losses: z.array(stretch),
    at: instant,
  }),
);

/** Most records that one request may ask for. */
export const MOST_REQUESTED = 5_000;

/** Payload of the back office: these records are missing there. */
export const rangeRequestSchema = z.strictObject({
  schema: z.literal('loadgate.range-request/1'),
  gatewayId: gatewayIdSchema,
  id: identifierSchema,
  issuedAt: instantSchema,
  outboxId,
  stream: z.enum(['receipts', 'events', 'status', 'telemetry']),
  from: sequence,
  until: sequence,
});

/** Payload: what becomes of such a request, signed with the key of the gateway. */
export const rangeAnswerSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.range-answer/1'),
    gatewayId: gatewayIdSchema,
    /** Of the request. */
    id: identifierSchema,
    outboxId,
    stream,
    from: sequence,
    until: sequence,
    /** Records that are sent again, under their sequences. */
    repeated: count,
    /** Records that are still on their way. */
    waiting: count,
    /** No longer there: neither sent nor in the loss ledger. */
    gone: z.array(
      z.object({
        from: sequence,
        until: sequence,
        cause: z.enum(['noLongerKept', 'neverGiven', 'otherOutbox']),
      }),
    ),
    /** Entries of the loss ledger about it, as runs of their numbers. */
    losses: z.array(stretch),
    at: instant,
  }),
);

export type LossMessage = z.infer<typeof lossSchema>;
export type ManifestMessage = z.infer<typeof manifestSchema>;
export type RangeRequest = z.infer<typeof rangeRequestSchema>;
export type RangeAnswer = z.infer<typeof rangeAnswerSchema>;

export function lossMessageOf(gatewayId: string, outboxId: string, losses: readonly Loss[]): LossMessage {
  return {
    schema: 'loadgate.loss/1',
    gatewayId,
    outboxId,
    losses: losses.map(({ fromUtcMs, untilUtcMs, ...loss }) => ({
      ...loss,
      from: new Date(fromUtcMs).toISOString(),
      until: new Date(untilUtcMs).toISOString(),
    })),
  };
}

/** Numbers as runs: 1, 2, 3, 7 are 1 to 3 and 7. */
export function runsOf(numbers: readonly number[]): { readonly from: number; readonly until: number }[] {
  const runs: { from: number; until: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && number <= last.until + 1) last.until = Math.max(last.until, number);
    else runs.push({ from: number, until: number });
  }
  return runs;
}
