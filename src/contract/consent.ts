import { z } from 'zod';
import {
  CONSENT_ACTIONS,
  CONSENT_EVIDENCE,
  CONSENT_PERSON,
  CONSENT_WAYS,
  type ConsentEntry,
  type ConsentPurpose,
  type ConsentTexts,
  GATEWAY_PURPOSES,
} from '../domain/consent.ts';
import { iso } from '../domain/instant.ts';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { identifierSchema, instantSchema } from './words.ts';

const purpose = z.enum(GATEWAY_PURPOSES as [ConsentPurpose]);
const action = z.enum(CONSENT_ACTIONS);
const textVersion = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const person = z.string().regex(CONSENT_PERSON);
const evidence = z.string().regex(CONSENT_EVIDENCE);
const count = z.int().nonnegative();

/** What every message of the back office about consent says of itself; the signature covers it. */
const head = { gatewayId: gatewayIdSchema, id: identifierSchema, issuedAt: instantSchema };

/** Payload of what somebody of the household told the back office. It needs evidence to be given, none to be withdrawn. */
export const consentRequestSchema = z
  .strictObject({
    schema: z.literal('loadgate.consent/1'),
    ...head,
    purpose,
    action,
    textVersion,
    person,
    evidence: evidence.exactOptional(),
    expiresAt: instantSchema.exactOptional(),
  })
  .refine((request) => request.action !== 'given' || request.evidence !== undefined, {
    error: 'expected evidence for what is given',
  });

/** Payload: the back office has these entries of the ledger. */
export const consentAckSchema = z.strictObject({
  schema: z.literal('loadgate.consent-ack/1'),
  ...head,
  /** By number and instant, since a ledger that was lost begins again with the first. */
  entries: z
    .array(z.strictObject({ entry: z.int().positive(), at: instantSchema }))
    .min(1)
    .max(100),
});

/** Payload: the texts that are to be agreed to, for every home. */
export const consentTextsSchema = z.strictObject({
  schema: z.literal('loadgate.consent-texts/1'),
  /** Rises with each change; one that is not higher changes nothing. */
  version: z.int().positive(),
  issuedAt: instantSchema,
  texts: z.partialRecord(
    purpose,
    z.strictObject({ version: textVersion, appliesFrom: instantSchema.exactOptional() }),
  ),
});

/** Payload of one entry of the ledger, signed by the gateway: tells of a local change, and answers one that was asked for. */
export const consentEntrySchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.consent-entry/1'),
    gatewayId: gatewayIdSchema,
    /** Its number in the ledger, from 1. */
    entry: z.int().positive(),
    purpose,
    action,
    textVersion,
    person,
    how: z.enum(CONSENT_WAYS),
    at: z.iso.datetime(),
    evidence: evidence.exactOptional(),
    expiresAt: z.iso.datetime().exactOptional(),
    /** Of the message that asked for it. */
    requestId: z.string().exactOptional(),
  }),
);

/** Payload: these purposes are covered no more, and what waited for them has been taken out of the outbox. */
export const tombstoneSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.tombstone/1'),
    gatewayId: gatewayIdSchema,
    at: z.iso.datetime(),
    purposes: z.array(purpose).min(1),
    streams: z.array(
      z.object({
        stream: z.string(),
        /** Rows that go on under their sequence without the fields of these purposes. */
        rewritten: count,
        /** Rows of which nothing was left: their sequences never come. */
        removed: count,
        /** First and last of them. */
        removedFrom: z.int().positive().exactOptional(),
        removedUntil: z.int().positive().exactOptional(),
      }),
    ),
  }),
);

/** What the gateway signs of consent: in the journal and on the stream of receipts. */
export const consentNoteSchema = z.discriminatedUnion('schema', [consentEntrySchema, tombstoneSchema]);

export type ConsentRequest = z.infer<typeof consentRequestSchema>;
export type ConsentAck = z.infer<typeof consentAckSchema>;
export type ConsentTextsMessage = z.infer<typeof consentTextsSchema>;
export type ConsentNote = z.infer<typeof consentNoteSchema>;
export type ConsentEntryMessage = z.infer<typeof consentEntrySchema>;
export type TombstoneMessage = z.infer<typeof tombstoneSchema>;

export function consentEntryMessageOf(
  gatewayId: string,
  number: number,
  { atUtcMs, expiresAtUtcMs, ...entry }: ConsentEntry,
): ConsentEntryMessage {
  return {
    schema: 'loadgate.consent-entry/1',
    gatewayId,
    entry: number,
    ...entry,
    at: iso(atUtcMs),
    ...(expiresAtUtcMs === undefined ? {} : { expiresAt: iso(expiresAtUtcMs) }),
  };
}

export function consentTextsFrom({ texts }: Pick<ConsentTextsMessage, 'texts'>): ConsentTexts {
  return Object.fromEntries(
    Object.entries(texts).map(([name, { version, appliesFrom }]) => [
      name,
      { version, ...(appliesFrom === undefined ? {} : { appliesFromUtcMs: Date.parse(appliesFrom) }) },
    ]),
  );
}
