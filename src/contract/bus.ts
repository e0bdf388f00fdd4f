import { z } from 'zod';
import { wireSchema } from './wire.ts';

const hint = z.object({
  code: z.string(),
  /** The units that are meant; empty: the line as a whole. */
  units: z.array(z.number()),
  /** What was seen and what it points to. */
  sentence: z.string(),
  nextStep: z.string(),
});

const unit = z.object({
  unit: z.number(),
  /** Empty for a unit that the site plan does not name. */
  deviceIds: z.array(z.string()),
  requests: z.number(),
  answers: z.number(),
  timeouts: z.number(),
  exceptions: z.number(),
  badReplies: z.number(),
  /** One count for each class of turnaroundClassesMs, and one for all beyond. */
  turnaround: z.array(z.number()),
  lastAnswerMs: z.number().optional(),
});

const line = z.object({
  wire: wireSchema,
  isOpen: z.boolean(),
  requests: z.number(),
  timeouts: z.number(),
  exceptions: z.number(),
  badCrc: z.number(),
  strayBytes: z.number(),
  lateReplies: z.number(),
  wrongUnit: z.number(),
  reconnects: z.number(),
  superseded: z.number(),
  hasLocalEcho: z.boolean().optional(),
  units: z.array(unit),
  hints: z.array(hint),
});

/** What `GET /bus` on the gateway's local socket answers: what each line has seen since it was opened. */
export const busSchema = z.object({
  schema: z.literal('loadgate.bus/1'),
  siteId: z.string(),
  at: z.string(),
  runningMs: z.number(),
  /** Upper ends of the classes of the turnaround histogram. */
  turnaroundClassesMs: z.array(z.number()),
  lines: z.array(line),
});

export type Bus = z.infer<typeof busSchema>;
export type BusLine = Bus['lines'][number];
export type BusUnit = BusLine['units'][number];
export type BusHint = BusLine['hints'][number];
