import type { UtcMs } from './instant.ts';

/** What a record of the journal can be. A store keeps the place in this list: it only grows, at its end. */
export const RECORD_KINDS = [
  'decisions',
  'command',
  'receipt',
  'checkpoint',
  'erasure',
  'consent',
  'restoration',
] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

/** What a record of the journal says, and the record before it by its hash. */
export interface ChainLink {
  /** Of the record before, 64 hexadecimal digits; of the first one of a journal FIRST_PREVIOUS. */
  readonly previous: string;
  /** From 1, without gaps. */
  readonly record: number;
  readonly kind: string;
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** SHA-256 over the UTF-8 of the content, 64 hexadecimal digits. */
  readonly contentSha256: string;
}

/** Stands where the first record of a journal has no record before it. */
export const FIRST_PREVIOUS = '0'.repeat(64);

/**
 * The text whose SHA-256 over its UTF-8 is the hash of the record. The content stands in it by its own hash: a household may
 * have the content erased, and all else of the record, its kind and place above all, is proven as before.
 */
export function chainTextOf(link: ChainLink): string {
  const { previous, record, kind, fromUtcMs, untilUtcMs, contentSha256 } = link;
  return [previous, record, kind, fromUtcMs, untilUtcMs, contentSha256].join('\n');
}
