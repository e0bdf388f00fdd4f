import { z } from 'zod';
import { eventSchema } from './event.ts';
import { statusSchema } from './status.ts';
import { telemetrySchema } from './telemetry.ts';
import { gatewayIdSchema } from './topics.ts';

/** What every upward message carries. Its identity is gatewayId, outboxId, stream and sequence; a second one is a repetition. */
const head = {
  gatewayId: gatewayIdSchema,
  /** The outbox that the sequences count in. A new one begins a new series: the record of before was lost. */
  outboxId: z.string().regex(/^[0-9a-f]{8}$/),
  /** From 1 in each stream of an outbox, without gaps. */
  sequence: z.int().positive(),
  /** By the best wall clock at hand, UTC. */
  recordedAt: z.iso.datetime(),
  /** On the clock that stands still while the power is off. */
  runningMs: z.number().nonnegative(),
};

export const eventMessageSchema = z.object({
  schema: z.literal('loadgate.event/1'),
  stream: z.literal('events'),
  ...head,
  body: eventSchema,
});

export const telemetryMessageSchema = z.object({
  schema: z.literal('loadgate.telemetry/1'),
  stream: z.literal('telemetry'),
  ...head,
  body: telemetrySchema,
});

export const statusReportSchema = z.object({
  schema: z.literal('loadgate.status-report/1'),
  stream: z.literal('status'),
  ...head,
  body: statusSchema,
});

/** The gateway is not there: its last will, and what an orderly stop leaves behind. Not part of a stream. */
export const offlineSchema = z.object({
  schema: z.literal('loadgate.offline/1'),
  gatewayId: gatewayIdSchema,
});

const STREAM_SCHEMAS = {
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
  return JSON.stringify({ schema: 'loadgate.offline/1', gatewayId } satisfies z.input<typeof offlineSchema>);
}
