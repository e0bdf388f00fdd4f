import type Database from 'better-sqlite3';
import type { UtcMs } from '../../domain/instant.ts';
import { RECORD_KINDS } from '../../domain/journalChain.ts';
import { type PackedEntries, unpackEntries } from '../../domain/packedEntries.ts';
import type { ChainedRecord, JournalSegment, RecordReader } from '../../ports/store.ts';
import { wholeInstantsOf } from './journal.ts';
import { unsealText } from './sealedJson.ts';

export interface Interval {
  readonly fromUtcMs?: UtcMs;
  readonly untilUtcMs?: UtcMs;
}

interface JournalRow {
  readonly segment: number;
  readonly first_running_ms: number;
  readonly last_running_ms: number;
  readonly first_utc_ms: number;
  readonly last_utc_ms: number;
  readonly sealed_entries: Buffer;
  readonly kind: number;
}

interface ChainedRow extends JournalRow {
  readonly record: number;
  readonly previous: Buffer;
  readonly hash: Buffer;
}

/**
 * Segments that overlap [fromUtcMs, untilUtcMs), in the order they were taken, one in memory at a time.
 * Each is a read of its own: no long transaction keeps the log of a running gateway from being reused.
 * Throws at a segment that is damaged, with where to go on; what came before it is good.
 * @param path of the database, as a person knows it
 */
export function* readSegments(
  database: Database.Database,
  path: string,
  interval: Interval = {},
): Generator<JournalSegment, void> {
  const next = database.prepare<[number, number, number], JournalRow>(
    `SELECT * FROM journal WHERE segment > ? AND last_utc_ms >= ? AND first_utc_ms < ? AND kind = 0
       AND length(sealed_entries) > 0
     ORDER BY segment LIMIT 1`,
  );
  const bounds = boundsOf(interval);
  let row = next.get(-1, ...bounds);
  while (row !== undefined) {
    yield {
      firstRunningMs: row.first_running_ms,
      lastRunningMs: row.last_running_ms,
      firstUtcMs: row.first_utc_ms,
      lastUtcMs: row.last_utc_ms,
      // The check sum vouches for the form: these are the bytes that the store wrote.
      entries: unpackEntries(JSON.parse(textOf(path, row)) as PackedEntries),
    };
    row = next.get(row.segment, ...bounds);
  }
}

/** The records of the chain; see RecordReader.records. Reads and throws as readSegments does. */
export function* readRecords(
  database: Database.Database,
  path: string,
  interval: Parameters<RecordReader['records']>[0] = {},
): Generator<ChainedRecord, void> {
  const span = spanOf(database, interval);
  if (span === undefined) return;
  const next = database.prepare<[number], ChainedRow>(
    'SELECT * FROM journal WHERE segment > ? AND record IS NOT NULL ORDER BY segment LIMIT 1',
  );
  const throughRecord = interval.throughRecord ?? 0;
  let row = next.get(span.first - 1);
  while (row !== undefined && (row.segment <= span.last || row.record <= throughRecord)) {
    yield toChainedRecord(path, row);
    row = next.get(row.segment);
  }
}

/** See RecordReader.lastRecord. */
export function readLastRecord(database: Database.Database, interval: Interval = {}): number | undefined {
  const span = spanOf(database, interval);
  if (span === undefined) return undefined;
  const find = database.prepare<[number], number | null>('SELECT record FROM journal WHERE segment = ?');
  return find.pluck().get(span.last) ?? undefined;
}

/** The rows from the first to the last that overlaps, by the columns before the body: what is between is not read. */
function spanOf(
  database: Database.Database,
  interval: Interval,
): { readonly first: number; readonly last: number } | undefined {
  const { first = null, last = null } =
    database
      .prepare<[number, number], { readonly first: number | null; readonly last: number | null }>(
        `SELECT min(segment) AS first, max(segment) AS last FROM journal
         WHERE last_utc_ms >= ? AND first_utc_ms < ?`,
      )
      .get(...boundsOf(interval)) ?? {};
  return first === null || last === null ? undefined : { first, last };
}

/** Notes alone, by their own index. Reads and throws as readSegments does. */
export function* readNotes(database: Database.Database, path: string): Generator<ChainedRecord, void> {
  const next = database.prepare<[number], ChainedRow>(
    'SELECT * FROM journal WHERE segment > ? AND kind > 0 ORDER BY segment LIMIT 1',
  );
  let row = next.get(-1);
  while (row !== undefined) {
    yield toChainedRecord(path, row);
    row = next.get(row.segment);
  }
}

/** What stands before the chain; see RecordReader.unchained. */
export function readUnchained(database: Database.Database): RecordReader['unchained'] {
  const begins = database
    .prepare<[], number>('SELECT segment FROM journal WHERE record IS NOT NULL ORDER BY segment LIMIT 1')
    .pluck()
    .get();
  const { segments, last } = database
    .prepare<[number], { readonly segments: number; readonly last: number | null }>(
      'SELECT count(*) AS segments, max(last_utc_ms) AS last FROM journal WHERE segment < ?',
    )
    .get(begins ?? Number.MAX_SAFE_INTEGER) ?? { segments: 0, last: null };
  return last === null ? undefined : { segments, untilUtcMs: last };
}

function boundsOf({ fromUtcMs, untilUtcMs }: Interval): [number, number] {
  return [fromUtcMs ?? -Number.MAX_VALUE, untilUtcMs ?? Number.MAX_VALUE];
}

function toChainedRecord(path: string, row: ChainedRow): ChainedRecord {
  const kind = RECORD_KINDS[row.kind];
  if (kind === undefined) {
    throw new Error(
      `${path}: expected a kind of record from 0 to ${RECORD_KINDS.length - 1} at ${row.segment}, found ${row.kind}.`,
    );
  }
  return {
    record: row.record,
    kind,
    ...wholeInstantsOf(row.first_utc_ms, row.last_utc_ms),
    // Erased at the wish of the household; the hash stays.
    content: row.sealed_entries.length === 0 ? '' : textOf(path, row),
    previous: row.previous.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}

function textOf(path: string, row: JournalRow): string {
  const text = unsealText(row.sealed_entries);
  if (text !== undefined) return text;
  const goOnAt = new Date(row.last_utc_ms + 1).toISOString();
  throw new Error(
    `${path}: expected a whole journal segment ${row.segment}, found one whose check sum is wrong; ` +
      `read up to ${new Date(row.first_utc_ms).toISOString()} or from ${goOnAt}, and check the storage medium.`,
  );
}
