import { z } from 'zod';
import { curtailmentCancelSchema, curtailmentSchema, noCurtailmentSchema } from './curtailment.ts';
import { curtailmentScheduleSchema } from './curtailmentSchedule.ts';
import { eventMessageSchema, offlineSchema, statusReportSchema, telemetryMessageSchema } from './envelope.ts';
import { heartbeatSchema } from './heartbeat.ts';

/** Every message on the wire, by its `schema` field. */
export const MESSAGES = {
  'loadgate.event/1': eventMessageSchema,
  'loadgate.telemetry/1': telemetryMessageSchema,
  'loadgate.status-report/1': statusReportSchema,
  'loadgate.offline/1': offlineSchema,
  'loadgate.curtailment/1': curtailmentSchema,
  'loadgate.curtailment-schedule/1': curtailmentScheduleSchema,
  'loadgate.curtailment-cancel/1': curtailmentCancelSchema,
  'loadgate.no-curtailment/1': noCurtailmentSchema,
  'loadgate.heartbeat/1': heartbeatSchema,
} as const;

export type MessageName = keyof typeof MESSAGES;

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
