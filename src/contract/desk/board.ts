import { z } from 'zod';
import { noticeStateSchema } from './notice.ts';
import { consentStateSchema } from './registry.ts';

/** How far a gateway is with a notice. asked: no answer yet. The order is the order of the life. */
export const STAGES = [
  'asked',
  'refused',
  'received',
  'started',
  'completed',
  'withdrawn',
  'cancelled',
  'superseded',
  'released',
] as const;
export const stageSchema = z.enum(STAGES);
export type Stage = z.infer<typeof stageSchema>;

/** How many gateways are where. Each of `stages` counts a gateway once; they add up to `asked`. */
export const boardCountsSchema = z.object({
  /** Addressed by the notice when it was sent. */
  asked: z.int(),
  /** Of these, with consent given as known at the desk then. */
  consenting: z.int(),
  /** Have answered in any way. */
  reached: z.int(),
  /** Took it, whatever became of it then. */
  accepted: z.int(),
  /** Obeyed: it was in force there. */
  obeyed: z.int(),
  /** It is in force there now. */
  active: z.int(),
  /** How it stands, by the last receipt. */
  stages: z.record(stageSchema, z.int()),
  /** How it ended where it has ended, also where every load is back meanwhile. */
  ended: z.object({ completed: z.int(), withdrawn: z.int(), cancelled: z.int(), superseded: z.int() }),
  /** By cause; `meaning` in plain words. Sorted, the most frequent first. */
  refused: z.array(z.object({ code: z.string(), meaning: z.string(), count: z.int() })),
  /** Where the time was cut to what the household agreed to, or something essential was left out. */
  trimmed: z.int(),
  floored: z.int(),
});
export type BoardCounts = z.infer<typeof boardCountsSchema>;

const reliefSchema = z.object({
  forecastW: z.number(),
  /** Now, for those in force: before less now. Absent while nothing is known. */
  measuredW: z.number().exactOptional(),
  /** Gateways behind measuredW, and in force without figures. */
  measured: z.int(),
  unmeasured: z.int(),
  /** Where it comes from: `telemetry` while it runs, `receipts` once those of the end are there. */
  source: z.enum(['none', 'telemetry', 'receipts', 'both']),
  /** Energy that was not drawn (of an export ceiling: not given), Wh, from those measured. */
  energyWh: z.number(),
});

/** Relief at an instant; the line of the chart. Thinned so that there are never more than 240. */
const reliefPointSchema = z.object({ at: z.string(), measuredW: z.number(), active: z.int() });

/** `GET /api/notices/<id>/board`. */
export const boardSchema = z.object({
  noticeId: z.string(),
  at: z.string(),
  state: noticeStateSchema,
  isRehearsal: z.boolean(),
  counts: boardCountsSchema,
  relief: reliefSchema,
  series: z.array(reliefPointSchema),
});
export type Board = z.infer<typeof boardSchema>;

export const boardRowSchema = z.object({
  gatewayId: z.string(),
  supplierId: z.string().exactOptional(),
  consent: consentStateSchema,
  isReachable: z.boolean(),
  stage: stageSchema,
  /** How it ended, where every load is back. */
  endedAs: z.enum(['completed', 'withdrawn', 'cancelled', 'superseded']).exactOptional(),
  code: z.string().exactOptional(),
  cause: z.string().exactOptional(),
  lastReceiptAt: z.string().exactOptional(),
  startsAt: z.string().exactOptional(),
  endsAt: z.string().exactOptional(),
  trimmedToSeconds: z.number().exactOptional(),
  flooredLoads: z.int().exactOptional(),
  /** Absent: unknown, and so not counted. */
  forecastW: z.number().exactOptional(),
  /** Before less during. */
  reliefW: z.number().exactOptional(),
});
export type BoardRow = z.infer<typeof boardRowSchema>;

/** `GET /api/notices/<id>/gateways?stage=&search=&page=&pageSize=`; by gateway id, pages from 1, at most 500 rows. */
export const boardPageSchema = z.object({
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  rows: z.array(boardRowSchema),
});
export type BoardPage = z.infer<typeof boardPageSchema>;

/**
 * Server-sent events of `GET /api/live?notice=<id>` (or without a notice). Each `data` is JSON of one of these; a line with a
 * comment comes every 15 s. At most one of each kind a second.
 */
export const liveEventSchema = z.discriminatedUnion('event', [
  /** At the beginning and at each change. */
  z.object({ event: z.literal('desk'), at: z.string(), isBrokerConnected: z.boolean() }),
  /** Notices whose state or cancel has changed: fetch them again. */
  z.object({ event: z.literal('notices'), noticeIds: z.array(z.string()) }),
  /** Areas have other counts or loads: fetch them again. At most every five seconds. */
  z.object({ event: z.literal('areas') }),
  /** Of the notice asked for: all but the series, and the newest point of it. */
  z.object({
    event: z.literal('board'),
    board: boardSchema.omit({ series: true }),
    point: reliefPointSchema.exactOptional(),
  }),
  /** Rows that changed, at most 200; `more`: others changed too, fetch the page that is shown. */
  z.object({ event: z.literal('rows'), rows: z.array(boardRowSchema), more: z.int() }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;
