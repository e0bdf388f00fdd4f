import { z } from 'zod';
import { eventSchema } from './event.ts';
import { goesUpFor } from './purpose.ts';
import { signedBodySchema } from './receipt.ts';
import { statusReportBodySchema } from './statusReport.ts';
import { telemetrySchema } from './telemetry.ts';
import { gatewayIdSchema } from './topics.ts';

const operation = <T extends z.ZodType>(schema: T): T => goesUpFor('operation', schema);

/** What every upward message carries. Its identity is gatewayId, outboxId, stream and sequence; a second one is a repetition. */
const head = {
  gatewayId: operation(gatewayIdSchema),
  /** The outbox that the sequences count in. A new one begins a new series: the record of before was lost. */
  outboxId: operation(z.string().regex(/^[0-9a-f]{8}$/)),
  /** From 1 in each stream of an outbox, without gaps. */
  sequence: operation(z.int().positive()),
  /** By the best wall clock at hand, UTC. */
  recordedAt: operation(z.iso.datetime()),
  /** On the clock that stands still while the power is off. */
  runningMs: operation(z.number().nonnegative()),
};

/** Receipts and checkpoints: the body is signed, so that it proves itself wherever it is kept. */
export const signedMessageSchema = z.object({
  schema: operation(z.literal('loadgate.signed/1')),
  stream: operation(z.literal('receipts')),
  ...head,
  body: signedBodySchema,
});

export const eventMessageSchema = z.object({
  schema: operation(z.literal('loadgate.event/1')),
  stream: operation(z.literal('events')),
  ...head,
  body: eventSchema,
});

export const telemetryMessageSchema = z.object({
  schema: operation(z.literal('loadgate.telemetry/1')),
  stream: operation(z.literal('telemetry')),
  ...head,
  body: telemetrySchema,
});

export const statusReportSchema = z.object({
  schema: operation(z.literal('loadgate.status-report/1')),
  stream: operation(z.literal('status')),
  ...head,
  body: statusReportBodySchema,
});

/** The gateway is not there: its last will, and what an orderly stop leaves behind. Not part of a stream. */
export const offlineSchema = z.object({
  schema: operation(z.literal('loadgate.offline/1')),
  gatewayId: operation(gatewayIdSchema),
});

const CONTENT_TYPE = 'application/json';

const STREAM_SCHEMAS = {
  receipts: 'loadgate.signed/1',
  events: 'loadgate.event/1',
  telemetry: 'loadgate.telemetry/1',
  status: 'loadgate.status-report/1',
} as const;

/** A record of the outbox, its body already as JSON. */
export interface UpwardRecord {
  readonly gatewayId: string;
  readonly outboxId: string;
  readonly stream: keyof typeof STREAM_SCHEMAS;
  readonly sequence: number;
  readonly recordedAtUtcMs: number;
  readonly runningMs: number;
  readonly body: string;
}

/** What says beside the payload what it is (MQTT 5). The message says so itself, and alone counts. */
export function labelOf(stream: UpwardRecord['stream']): { contentType: string; schema: string } {
  return { contentType: CONTENT_TYPE, schema: STREAM_SCHEMAS[stream] };
}

export const OFFLINE_LABEL = { contentType: CONTENT_TYPE, schema: 'loadgate.offline/1' } as const;

/** The message as it goes on the wire; the same record gives the same bytes every time it is sent. */
export function encodeUpward(record: UpwardRecord): string {
  const envelope = JSON.stringify({
    schema: STREAM_SCHEMAS[record.stream],
    gatewayId: record.gatewayId,
    outboxId: record.outboxId,
    stream: record.stream,
    sequence: record.sequence,
    recordedAt: new Date(record.recordedAtUtcMs).toISOString(),
    runningMs: record.runningMs,
  });
  return `${envelope.slice(0, -1)},"body":${record.body}}`;
}

export function encodeOffline(gatewayId: string): string {
  return JSON.stringify({ schema: OFFLINE_LABEL.schema, gatewayId } satisfies z.input<typeof offlineSchema>);
}
