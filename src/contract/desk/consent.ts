import { z } from 'zod';
import {
  CONSENT_ACTIONS,
  CONSENT_PURPOSES,
  type ConsentPurpose,
  GATEWAY_PURPOSES,
} from '../../domain/consent.ts';
import { consentRequestSchema, consentTextsSchema } from '../consent.ts';
import { areaIdSchema } from '../restriction.ts';
import { gatewayIdSchema } from '../topics.ts';
import { consentStateSchema } from './registry.ts';

const purposeSchema = z.enum(Object.keys(CONSENT_PURPOSES) as [ConsentPurpose]);
const gatewayPurposeSchema = z.enum(GATEWAY_PURPOSES as [ConsentPurpose]);

/**
 * How far something has come that this desk sends to a gateway. waiting: the broker has not taken it; sent: it has, and hands it to
 * the gateway when that is there; acknowledged: the gateway has answered with its signed entry; refused: it has not taken it.
 */
const requestStates = ['waiting', 'sent', 'acknowledged', 'refused'] as const;
const requestStateSchema = z.enum(requestStates);
export type RequestState = z.infer<typeof requestStateSchema>;

const requestReportSchema = z.object({
  id: z.string(),
  purpose: purposeSchema,
  action: z.enum(CONSENT_ACTIONS),
  person: z.string(),
  textVersion: z.string(),
  evidence: z.string().exactOptional(),
  expiresAt: z.string().exactOptional(),
  at: z.string(),
  /** Who entered it at the desk; absent: that was not kept yet. */
  by: z.string().exactOptional(),
  state: requestStateSchema,
  /** Why the gateway has refused it, in its words. */
  cause: z.string().exactOptional(),
});
export type ConsentRequestReport = z.infer<typeof requestReportSchema>;

/** `GET /api/gateways/<id>/consents`: what a home has agreed to, as its gateway has signed it; answer to `POST` as well. */
export const homeConsentSchema = z.object({
  gatewayId: gatewayIdSchema,
  purposes: z.array(
    z.object({
      purpose: purposeSchema,
      title: z.string(),
      /** Of the household: given while the main driver has given it and nobody else has refused or withdrawn it. */
      state: consentStateSchema,
      /** The text that this desk has announced; absent: none, and the site plan of the home names it. */
      text: z.object({ version: z.string(), appliesFrom: z.string().exactOptional() }).exactOptional(),
      persons: z.array(
        z.object({
          person: z.string(),
          state: consentStateSchema,
          textVersion: z.string(),
          at: z.string(),
          how: z.string(),
          evidence: z.string().exactOptional(),
          expiresAt: z.string().exactOptional(),
          /** Whether the gateway was told that the desk has this. */
          isAcknowledged: z.boolean(),
        }),
      ),
    }),
  ),
  /** What was entered here, the newest first; of those that the gateway has answered the last twenty. */
  requests: z.array(requestReportSchema),
  /** The texts as they were announced last; absent: none were. */
  announcement: z
    .object({
      version: z.int(),
      at: z.string(),
      state: requestStateSchema,
      cause: z.string().exactOptional(),
    })
    .exactOptional(),
  /** What the gateway has taken out of its outbox after a withdrawal, signed by it. */
  tombstones: z.array(
    z.object({ at: z.string(), purposes: z.array(z.string()), removed: z.int(), rewritten: z.int() }),
  ),
  /** Entries of the gateway that it was not told about yet. */
  unacknowledged: z.int(),
});
export type HomeConsent = z.infer<typeof homeConsentSchema>;

/** Body of `POST /api/gateways/<id>/consents`: what somebody of the household told the back office. */
export const consentWishSchema = z.strictObject({
  purpose: gatewayPurposeSchema,
  action: z.enum(CONSENT_ACTIONS),
  person: consentRequestSchema.shape.person,
  /** Absent: the text that this desk has announced, or else the one that the person spoke about last. */
  textVersion: consentRequestSchema.shape.textVersion.exactOptional(),
  evidence: consentRequestSchema.shape.evidence,
  expiresAt: consentRequestSchema.shape.expiresAt,
});
export type ConsentWish = z.infer<typeof consentWishSchema>;

/** `GET /api/gateways/<id>/consents/ledger?person=&purpose=`: all that was said, oldest first, with what proves it. */
export const consentLedgerSchema = z.object({
  entries: z.array(
    z.object({
      entry: z.int(),
      at: z.string(),
      purpose: purposeSchema,
      action: z.enum(CONSENT_ACTIONS),
      textVersion: z.string(),
      person: z.string(),
      how: z.string(),
      isAcknowledged: z.boolean(),
      /** The entry as the gateway has signed it. */
      jws: z.string(),
    }),
  ),
});
export type ConsentLedger = z.infer<typeof consentLedgerSchema>;

/** `GET /api/consents?purpose=&state=&page=&pageSize=`: persons by where they stand; pages from 1, at most 500 rows. */
export const consentPageSchema = z.object({
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  rows: z.array(
    z.object({
      gatewayId: z.string(),
      person: z.string(),
      purpose: purposeSchema,
      state: consentStateSchema,
      textVersion: z.string(),
      at: z.string(),
    }),
  ),
});
export type ConsentPage = z.infer<typeof consentPageSchema>;

/** `GET /api/consents/campaign?purpose=&text=`: who agreed to another text, and has to be asked again. */
export const campaignSchema = z.object({
  rows: z.array(z.object({ gatewayId: z.string(), person: z.string(), textVersion: z.string() })),
});
export type Campaign = z.infer<typeof campaignSchema>;

/** Body of `POST /api/consents/texts`: new texts for one gateway, an area, or all. Other purposes keep theirs. */
export const publishTextsSchema = z.strictObject({
  texts: consentTextsSchema.shape.texts.refine((texts) => Object.keys(texts).length > 0, 'expected a text'),
  to: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.enum(['feeder', 'substation']), areaId: areaIdSchema }),
    z.strictObject({ kind: z.literal('gateway'), gatewayId: gatewayIdSchema }),
  ]),
});
export type PublishTexts = z.infer<typeof publishTextsSchema>;
export const publishedTextsSchema = z.object({
  version: z.int(),
  /** To which it goes. */
  gateways: z.int(),
  /** Persons who agreed to another text. */
  toAskAgain: z.int(),
});
export type PublishedTexts = z.infer<typeof publishedTextsSchema>;
