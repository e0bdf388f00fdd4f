import { z } from 'zod';
import { RECORD_KINDS, type RecordKind } from '../domain/journalChain.ts';
import { gatewayIdSchema } from './topics.ts';
import { identifierSchema, publicKeySchema, sha256Schema, wordsSchema } from './words.ts';

/**
 * A journal file: one JSON value a line, UTF-8. First the head, then one line for each record, last the end.
 * docs/journal.md explains it to those who check it by hand.
 */

const instant = z.iso.datetime();
const journalIdSchema = z.string().regex(/^[0-9a-f]{8}$/);
/** Milliseconds since 1970-01-01T00:00Z, whole. */
const wholeUtcMs = z.int();

/** Why a part of the journal was taken out as evidence, and what held for this home when it was. */
export const evidenceSchema = z.strictObject({
  why: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('interval') }),
    z.strictObject({ kind: z.literal('notice'), noticeId: identifierSchema }),
    z.strictObject({ kind: z.literal('complaint'), reference: wordsSchema(200) }),
  ]),
  /** The ledger of what the household agreed to and when, whole. */
  consent: z.array(
    z.strictObject({
      purpose: z.string(),
      action: z.enum(['given', 'refused', 'withdrawn']),
      textVersion: z.string(),
      person: z.string(),
      how: z.string(),
      at: instant,
      evidence: z.string().exactOptional(),
    }),
  ),
  /** The trust bundle as it was signed: whose commands were obeyed. Absent: none had come. */
  trust: z.strictObject({ version: z.int().nonnegative(), jws: z.string() }).exactOptional(),
});

export const journalFileHeadSchema = z.strictObject({
  schema: z.literal('loadgate.journal-file/1'),
  gatewayId: gatewayIdSchema,
  /** Which journal of this gateway; a new one begins when the record was lost. */
  journalId: journalIdSchema,
  /** Of the gateway, as the file claims: raw Ed25519, base64url. Compare it with what you know of the gateway. */
  publicKey: publicKeySchema,
  keyId: z.string().min(1).max(64),
  madeAt: instant,
  software: z.string(),
  /** As it was asked for; absent: from the beginning, or to the end. */
  interval: z.strictObject({ from: instant.exactOptional(), until: instant.exactOptional() }),
  /** Number of the first record in this file. */
  firstRecord: z.int().positive(),
  /** Recorded by an older program, before the chain began; not in this file. */
  unchained: z.strictObject({ segments: z.int().positive(), until: instant }).exactOptional(),
  evidence: evidenceSchema.exactOptional(),
  /** Erasures that the gateway has signed (loadgate.erasure/1): nothing else explains a record without content. */
  erasures: z.array(z.string()).exactOptional(),
  /** Where the journal goes on from a backup, as the gateway has signed (loadgate.restoration/1): it had other names before. */
  restorations: z.array(z.string()).exactOptional(),
  howToVerify: z.array(z.string()),
});

/** The hash is SHA-256 over previous, record, kind, fromUtcMs, untilUtcMs and the SHA-256 of content, a line break between two. */
export const journalFileRecordSchema = z.strictObject({
  record: z.int().positive(),
  kind: z.enum(RECORD_KINDS),
  fromUtcMs: wholeUtcMs,
  untilUtcMs: wholeUtcMs,
  content: z.string(),
  previous: sha256Schema,
  hash: sha256Schema,
  /** The household had it erased: the content is empty, and the hash is that of what stood there. */
  erased: z.literal(true).exactOptional(),
});

export const journalFileEndSchema = z.strictObject({
  schema: z.literal('loadgate.journal-file-end/1'),
  records: z.int().positive(),
  counts: z.strictObject(
    Object.fromEntries(RECORD_KINDS.map((kind) => [kind, z.int().nonnegative()])) as Record<
      RecordKind,
      z.ZodInt
    >,
  ),
  /** Compact JWS by the gateway's key over journalFileSealSchema. */
  seal: z.string(),
});

const place = z.strictObject({ record: z.int().positive(), hash: sha256Schema });

/** Payload of the seal: binds head, first and last record of this very file. */
export const journalFileSealSchema = z.strictObject({
  schema: z.literal('loadgate.journal-file-seal/1'),
  gatewayId: gatewayIdSchema,
  journalId: journalIdSchema,
  /** SHA-256 over the first line of the file, without its line break. */
  headSha256: sha256Schema,
  records: z.int().positive(),
  first: place,
  last: place,
  at: instant,
});

export type JournalFileHead = z.infer<typeof journalFileHeadSchema>;
export type JournalFileRecord = z.infer<typeof journalFileRecordSchema>;
export type JournalFileEnd = z.infer<typeof journalFileEndSchema>;
export type JournalFileSeal = z.infer<typeof journalFileSealSchema>;
export type EvidenceHead = z.infer<typeof evidenceSchema>;
