import { z } from 'zod';
import { certificateRequestSchema, certificateSchema } from './certificate.ts';
import {
  consentAckSchema,
  consentEntrySchema,
  consentRequestSchema,
  consentTextsSchema,
  tombstoneSchema,
} from './consent.ts';
import { curtailmentCancelSchema, curtailmentSchema, noCurtailmentSchema } from './curtailment.ts';
import { curtailmentScheduleSchema } from './curtailmentSchedule.ts';
import {
  eventMessageSchema,
  offlineSchema,
  signedMessageSchema,
  statusReportSchema,
  telemetryMessageSchema,
} from './envelope.ts';
import { decommissionSchema, erasureSchema } from './erasure.ts';
import { heartbeatSchema } from './heartbeat.ts';
import { checkpointSchema, receiptSchema } from './receipt.ts';
import { restorationSchema } from './restoration.ts';
import { restrictionCancelSchema, restrictionNoticeSchema } from './restriction.ts';
import { lossSchema, manifestSchema, rangeAnswerSchema, rangeRequestSchema } from './streams.ts';
import { trustBundleSchema } from './trustBundle.ts';

/** Every message on the wire, by its `schema` field. */
export const MESSAGES = {
  'loadgate.signed/1': signedMessageSchema,
  'loadgate.receipt/1': receiptSchema,
  'loadgate.checkpoint/1': checkpointSchema,
  'loadgate.erasure/1': erasureSchema,
  'loadgate.decommission/1': decommissionSchema,
  'loadgate.restoration/1': restorationSchema,
  'loadgate.loss/1': lossSchema,
  'loadgate.manifest/1': manifestSchema,
  'loadgate.range-answer/1': rangeAnswerSchema,
  'loadgate.certificate-request/1': certificateRequestSchema,
  'loadgate.consent-entry/1': consentEntrySchema,
  'loadgate.tombstone/1': tombstoneSchema,
  'loadgate.event/1': eventMessageSchema,
  'loadgate.telemetry/1': telemetryMessageSchema,
  'loadgate.status-report/1': statusReportSchema,
  'loadgate.offline/1': offlineSchema,
  'loadgate.curtailment/1': curtailmentSchema,
  'loadgate.curtailment-schedule/1': curtailmentScheduleSchema,
  'loadgate.curtailment-cancel/1': curtailmentCancelSchema,
  'loadgate.no-curtailment/1': noCurtailmentSchema,
  'loadgate.heartbeat/1': heartbeatSchema,
  'loadgate.consent/1': consentRequestSchema,
  'loadgate.consent-ack/1': consentAckSchema,
  'loadgate.consent-texts/1': consentTextsSchema,
  'loadgate.restriction-notice/1': restrictionNoticeSchema,
  'loadgate.restriction-cancel/1': restrictionCancelSchema,
  'loadgate.range-request/1': rangeRequestSchema,
  'loadgate.certificate/1': certificateSchema,
  'loadgate.trust-bundle/1': trustBundleSchema,
} as const;

export type MessageName = keyof typeof MESSAGES;

/** Payloads of the compact JWS in the body of `loadgate.signed/1`. */
export const SIGNED_BY_THE_GATEWAY = [
  'loadgate.receipt/1',
  'loadgate.checkpoint/1',
  'loadgate.loss/1',
  'loadgate.manifest/1',
  'loadgate.range-answer/1',
  'loadgate.consent-entry/1',
  'loadgate.tombstone/1',
  'loadgate.erasure/1',
  'loadgate.decommission/1',
  'loadgate.restoration/1',
  'loadgate.certificate-request/1',
] as const satisfies readonly MessageName[];

/** loadgate.status-report/1 -> status-report.1.json */
export function schemaFileOf(name: MessageName): string {
  return `${name.replace('loadgate.', '').replace('/', '.')}.json`;
}

/**
 * JSON Schema of a message as its reader sees it: fields that it does not know are allowed and pass by.
 * @returns plain data of JSON Schema, draft 2020-12
 */
export function jsonSchemaOf(name: MessageName): unknown {
  return { title: name, ...z.toJSONSchema(MESSAGES[name], { io: 'input' }) };
}
