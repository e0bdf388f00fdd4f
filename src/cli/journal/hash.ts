import { createHash } from 'node:crypto';
import { type ChainLink, chainTextOf } from '../../domain/journalChain.ts';

/** SHA-256 over the UTF-8 of a text, hexadecimal. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the hash of a record must be. */
export function recordHashOf({
  content,
  ...link
}: Omit<ChainLink, 'contentSha256'> & { readonly content: string }): string {
  return sha256Of(chainTextOf({ ...link, contentSha256: sha256Of(content) }));
}
