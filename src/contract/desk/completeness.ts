import { z } from 'zod';
import { gatewayIdSchema } from '../topics.ts';

/**
 * How far asking for missing records has come. nothing: none is missing; grace: the loss ledger may still explain it; noKey: this
 * desk has no key to ask with; away: the gateway or the broker is; due: it is asked for in its turn; asked: it was, and may come
 * any moment; pause: asking was without success so far; givenUp: it is asked for no more.
 */
const askingStates = ['nothing', 'grace', 'noKey', 'away', 'due', 'asked', 'pause', 'givenUp'] as const;

const stretchSchema = z.object({ from: z.int(), until: z.int() });

/** One stream of a gateway, and how whole it is here. */
const streamReportSchema = z.object({
  /** Another one says that the record was lost; see the topics. */
  outboxId: z.string(),
  stream: z.string(),
  /** Records that came, each counted once. */
  received: z.int(),
  /** Records that will never come, by the loss ledger of the gateway. */
  lost: z.int(),
  /** The same by cause, with the entries of the ledger; an entry without records tells of a time when there was nothing to record. */
  losses: z.array(z.object({ cause: z.string(), entries: z.int(), records: z.int() })),
  /** Records that the gateway no longer has, and cannot say why they did not come. */
  gone: z.int(),
  /** Records that were given a sequence and have not come. */
  missing: z.int(),
  /** The first of these stretches. */
  missingRanges: z.array(stretchSchema),
  missingSince: z.string().exactOptional(),
  asking: z.object({
    state: z.enum(askingStates),
    /** Requests since something came last. */
    attempts: z.int(),
    askedAt: z.string().exactOptional(),
    nextAt: z.string().exactOptional(),
    /** For people: what is being done about it, and why it was given up. */
    sentence: z.string(),
  }),
  /** The greatest sequence that is known. */
  highest: z.int(),
  /** Up to here the gateway has vouched for what came. */
  provenUntil: z.int(),
  /** When it vouched last, by its own word. */
  manifestAt: z.string().exactOptional(),
  /** Manifests that say something else than what came. */
  contradicted: z.int(),
});
export type StreamReport = z.infer<typeof streamReportSchema>;

/** `GET /api/gateways/<id>/streams`: how whole the streams of a gateway are. `POST …/streams/ask` asks anew for what was given up. */
export const streamReportsSchema = z.object({ streams: z.array(streamReportSchema) });
export type StreamReports = z.infer<typeof streamReportsSchema>;

/**
 * Where a gateway stands. givenUp: something is missing and is asked for no more; missing: something is; flawed: some records are
 * gone without an explanation, or a manifest contradicts what came; silent: nothing ever came; whole.
 */
export const completenessStates = ['givenUp', 'missing', 'flawed', 'silent', 'whole'] as const;
const completenessStateSchema = z.enum(completenessStates);
export type CompletenessState = z.infer<typeof completenessStateSchema>;

export const completenessRowSchema = z.object({
  gatewayId: gatewayIdSchema,
  state: completenessStateSchema,
  isReachable: z.boolean(),
  received: z.int(),
  missing: z.int(),
  lost: z.int(),
  gone: z.int(),
  contradicted: z.int(),
  missingSince: z.string().exactOptional(),
  manifestAt: z.string().exactOptional(),
});
export type CompletenessRow = z.infer<typeof completenessRowSchema>;

/**
 * `GET /api/completeness?state=&search=&page=&pageSize=`: all gateways, those that are not whole first; pages from 1, at most
 * 500 rows. The counts are over all of them.
 */
export const completenessPageSchema = z.object({
  counts: z.object({
    givenUp: z.int(),
    missing: z.int(),
    flawed: z.int(),
    silent: z.int(),
    whole: z.int(),
  }),
  missing: z.int(),
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  rows: z.array(completenessRowSchema),
});
export type CompletenessPage = z.infer<typeof completenessPageSchema>;
