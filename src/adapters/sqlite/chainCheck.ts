import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { chainTextOf } from '../../domain/journalChain.ts';
import type { ChainedRecord, JournalHead } from '../../ports/store.ts';
import { readRecords } from './journalReading.ts';

/**
 * Goes along the whole journal on the disk.
 * @returns its last record; undefined: the chain has not begun
 * @throws at the first record that is damaged or does not fit to the one before, naming it
 */
export function followChain(database: Database.Database, path: string): JournalHead | undefined {
  let before: ChainedRecord | undefined;
  for (const record of readRecords(database, path)) {
    const { record: number, previous, hash } = record;
    const isNext = before === undefined || (number === before.record + 1 && previous === before.hash);
    if (!isNext) {
      throw new Error(
        `${path}: expected record ${(before?.record ?? 0) + 1} of the journal, chained to ${before?.hash}, ` +
          `found record ${number}, chained to ${previous}.`,
      );
    }
    const own = hashOf(record);
    if (own !== hash) {
      throw new Error(
        `${path}: expected record ${number} of the journal with the hash ${hash}, found ${own}.`,
      );
    }
    before = record;
  }
  return before === undefined ? undefined : { record: before.record, hash: before.hash };
}

/** Of what was erased only the record behind it proves the hash. */
function hashOf({ content, ...link }: ChainedRecord): string {
  if (content === '') return link.hash;
  return sha256Of(chainTextOf({ ...link, contentSha256: sha256Of(content) }));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
