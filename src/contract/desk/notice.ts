import { z } from 'zod';
import { durationSecondsSchema } from '../curtailment.ts';
import { areaSchema, basisSchema, measureSchema } from '../restriction.ts';
import { distributorSchema, identifierSchema, instantSchema, wordsSchema } from '../words.ts';

/** What an engineer writes: `POST /api/notices`, and the file of `loadgate desk draft`. */
export const draftSchema = z.strictObject({
  issuer: distributorSchema,
  area: areaSchema,
  measure: measureSchema,
  /** Absent: when a gateway receives it. Then it counts from there, for its whole duration. */
  startsAt: instantSchema.exactOptional(),
  durationSeconds: durationSecondsSchema,
  /** In words that a household may read. */
  reason: wordsSchema(300),
  basis: basisSchema,
  rehearsal: z.boolean(),
  /** Notice whose place it takes when it begins. The desk adds the proof. */
  supersedes: identifierSchema.exactOptional(),
});
export type Draft = z.infer<typeof draftSchema>;

/** Body of `POST /api/forecast`. */
export const forecastQuestionSchema = z.strictObject({ area: areaSchema, measure: measureSchema });
export type ForecastQuestion = z.infer<typeof forecastQuestionSchema>;

/** Relief to be expected, from the last figures of each consenting gateway that can be reached. */
export const forecastSchema = z.object({
  at: z.string(),
  /** Registered in the area. */
  homes: z.int(),
  consenting: z.int(),
  reachable: z.int(),
  /** Consenting, reachable and with fresh figures: these make the relief. */
  counted: z.int(),
  /** Consenting, but away or without fresh figures: no relief is counted for them. */
  unknown: z.int(),
  /** What the measure would take away now, W. For an export ceiling: less export. */
  reliefW: z.number(),
  /** Present flow of those counted, W: import, or for an export ceiling export. */
  presentW: z.number(),
  /** Age of the oldest and the middle figure that was counted, seconds; absent when none was. */
  oldestSeconds: z.number().exactOptional(),
  medianSeconds: z.number().exactOptional(),
  /** What to know when reading it. */
  remarks: z.array(z.string()),
});
export type Forecast = z.infer<typeof forecastSchema>;

/** Answer to `POST /api/notices/check`: what hinders the draft, and what to think about that does not hinder it. */
export const checkedDraftSchema = z.object({
  problems: z.array(z.object({ path: z.string(), sentence: z.string() })),
  warnings: z.array(z.object({ path: z.string(), sentence: z.string() })),
  /** Absent while area or measure cannot be read. */
  forecast: forecastSchema.exactOptional(),
});
export type CheckedDraft = z.infer<typeof checkedDraftSchema>;

/**
 * drafted -> authorised -> sending (signed; the broker has not taken it yet) -> waiting (begins later) or live -> over.
 * discarded: given up before it was sent.
 */
export const noticeStateSchema = z.enum([
  'drafted',
  'authorised',
  'sending',
  'waiting',
  'live',
  'over',
  'discarded',
]);
export type NoticeState = z.infer<typeof noticeStateSchema>;

const deed = z.object({ by: z.string(), at: z.string() });

export const noticeSummarySchema = z.object({
  noticeId: z.string(),
  state: noticeStateSchema,
  isRehearsal: z.boolean(),
  issuer: z.string(),
  issuerName: z.string(),
  area: areaSchema,
  measure: measureSchema,
  /** The measure in words: "Charge points to 6 A". */
  measureText: z.string(),
  reason: z.string(),
  startsAt: z.string().exactOptional(),
  /** When the notice as such ends; of an "on receipt" notice a gateway that got it late ends later. Absent before it was sent. */
  endsAt: z.string().exactOptional(),
  durationSeconds: z.int(),
  drafted: deed,
  /** How an early end stands. */
  cancel: z.enum(['none', 'asked', 'sending', 'sent']),
});
export type NoticeSummary = z.infer<typeof noticeSummarySchema>;

/** `GET /api/notices?state=&area=&page=&pageSize=`, newest first. */
export const noticePageSchema = z.object({
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  rows: z.array(noticeSummarySchema),
});
export type NoticePage = z.infer<typeof noticePageSchema>;

/** What the person who asks may do with the notice now, and why not. */
const possibleSchema = z.object({
  action: z.enum(['authorise', 'send', 'discard', 'askCancel', 'authoriseCancel', 'refuseCancel']),
  isPossible: z.boolean(),
  /** Why not; empty when possible. */
  sentence: z.string(),
});

/** `GET /api/notices/<id>`, and the answer to every step on it. */
export const noticeSchema = noticeSummarySchema.extend({
  draft: draftSchema,
  /** As it was when it was drafted, or last made anew by `POST /api/notices/<id>/forecast`. */
  forecast: forecastSchema,
  warnings: z.array(z.object({ path: z.string(), sentence: z.string() })),
  authorised: deed.exactOptional(),
  discarded: deed.extend({ reason: z.string() }).exactOptional(),
  sent: deed.extend({ sequence: z.int(), sha256: z.string(), keyId: z.string() }).exactOptional(),
  /** The broker took it. */
  publishedAt: z.string().exactOptional(),
  expiresAt: z.string().exactOptional(),
  supersededBy: z.string().exactOptional(),
  cancellation: z
    .object({
      reason: z.string(),
      asked: deed,
      authorised: deed.exactOptional(),
      publishedAt: z.string().exactOptional(),
      /** Gateways that did not take the cancel. */
      refused: z.int(),
    })
    .exactOptional(),
  possible: z.array(possibleSchema),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Body of `POST /api/notices/<id>/authorise`: shows that this forecast was read (`forecast.at`). */
export const authoriseSchema = z.strictObject({ forecastAt: z.string() });
/** Body of `POST /api/notices/<id>/discard`, `/cancel` (ask) and `/cancel/refuse`. `/send`, `/forecast` and `/cancel/authorise` take `{}`. */
export const reasonSchema = z.strictObject({ reason: wordsSchema(300) });
