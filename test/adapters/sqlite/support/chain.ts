import { createHash } from 'node:crypto';
import { openStoreReadOnly } from '../../../../src/adapters/sqlite/openStoreReadOnly.ts';
import { chainTextOf } from '../../../../src/domain/journalChain.ts';
import type { ChainedRecord, RecordReader } from '../../../../src/ports/store.ts';

/** Looks into a record and closes it again. */
export function lookInto<T>(directory: string, look: (record: RecordReader) => T): T {
  const opened = openStoreReadOnly(directory);
  if (!opened.ok) throw new Error(opened.detail);
  try {
    return look(opened.record);
  } finally {
    opened.record.close();
  }
}

export function recordsOf(
  directory: string,
  interval?: Parameters<RecordReader['records']>[0],
): readonly ChainedRecord[] {
  return lookInto(directory, (record) => [...record.records(interval)]);
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The first record whose hash, number or previous does not fit; undefined when all do. */
export function firstBreak(records: readonly ChainedRecord[]): number | undefined {
  const place = records.findIndex((record, index) => {
    const before = records[index - 1];
    const hash = sha256Of(chainTextOf({ ...record, contentSha256: sha256Of(record.content) }));
    const isNext =
      before === undefined || (record.record === before.record + 1 && record.previous === before.hash);
    return hash !== record.hash || !isNext;
  });
  return records[place]?.record;
}
