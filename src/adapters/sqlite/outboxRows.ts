import type Database from 'better-sqlite3';
import type { UtcMs } from '../../domain/instant.ts';
import type { OutboxRow, StreamName } from '../../ports/store.ts';
import { readReached } from './reachTable.ts';
import { unsealText } from './sealedJson.ts';
import { STREAMS } from './streams.ts';

export interface StoredRow {
  readonly stream: number;
  readonly sequence: number;
  readonly recorded_at_utc_ms: number;
  readonly running_ms: number;
  readonly sealed: Buffer;
}

/**
 * Room that a row takes in the file. Of a value that does not fit into its page a part stays there, and the rest fills
 * pages of its own. Source: SQLite database file format 1.6, for pages of 1024 bytes.
 */
export const DISK_BYTES =
  'CASE WHEN length(sealed) <= 200 THEN length(sealed) + 40 ELSE 143 + ((length(sealed) + 946) / 1020) * 1024 END';

/** The same of a sealed value of this length. */
export function diskBytesOf(length: number): number {
  return length <= 200 ? length + 40 : 143 + Math.floor((length + 946) / 1_020) * 1_024;
}

export function toOutboxRow(stream: StreamName, stored: StoredRow, body: string): OutboxRow {
  return {
    stream,
    sequence: stored.sequence,
    recordedAtUtcMs: stored.recorded_at_utc_ms,
    runningMs: stored.running_ms,
    body,
  };
}

/** What waits to be sent, in the order of sending; rows that are damaged can never be sent and are left out. */
export function* readOutbox(database: Database.Database): Generator<OutboxRow, void> {
  const next = database.prepare<[number, number], StoredRow>(
    'SELECT * FROM outbox WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT 1',
  );
  for (const [place, stream] of STREAMS) {
    let stored = next.get(place, readConfirmed(database, place));
    while (stored !== undefined) {
      const body = unsealText(stored.sealed);
      if (body !== undefined) yield toOutboxRow(stream, stored, body);
      stored = next.get(place, stored.sequence);
    }
  }
}

export function countWaiting(database: Database.Database): number {
  const count = database
    .prepare<[number, number], number>('SELECT count(*) FROM outbox WHERE stream = ? AND sequence > ?')
    .pluck();
  return [...STREAMS.keys()].reduce(
    (sum, place) => sum + (count.get(place, readConfirmed(database, place)) ?? 0),
    0,
  );
}

/** When the oldest row of a stream that waits was recorded. */
export function waitingSince(database: Database.Database, place: number): UtcMs | undefined {
  return (
    database
      .prepare<[number, number], number | null>(
        'SELECT min(recorded_at_utc_ms) FROM outbox WHERE stream = ? AND sequence > ?',
      )
      .pluck()
      .get(place, readConfirmed(database, place)) ?? undefined
  );
}

function readConfirmed(database: Database.Database, place: number): number {
  const sealed = database.prepare('SELECT sealed FROM stream WHERE stream = ?').pluck().get(place);
  return readReached(sealed).reach.until;
}
