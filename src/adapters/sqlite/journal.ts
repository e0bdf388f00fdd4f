import type Database from 'better-sqlite3';
import type { UtcMs } from '../../domain/instant.ts';
import type { JournalSegment } from '../../ports/store.ts';
import { type PackedEntries, packEntries, unpackEntries } from './columns.ts';
import { seal, unseal } from './sealedJson.ts';

export interface Interval {
  readonly fromUtcMs?: UtcMs;
  readonly untilUtcMs?: UtcMs;
}

interface SegmentRow {
  readonly segment: number;
  readonly first_running_ms: number;
  readonly last_running_ms: number;
  readonly first_utc_ms: number;
  readonly last_utc_ms: number;
  readonly sealed_entries: Buffer;
}

export function sealEntries(entries: readonly unknown[]): Buffer {
  // What JSON makes of it is the entry: fields without a value are gone before it is taken apart.
  const plain: unknown[] = JSON.parse(JSON.stringify(entries));
  return seal(packEntries(plain));
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
  const next = database.prepare<[number, number, number], SegmentRow>(
    `SELECT * FROM journal WHERE segment > ? AND last_utc_ms >= ? AND first_utc_ms < ?
     ORDER BY segment LIMIT 1`,
  );
  const fromUtcMs = interval.fromUtcMs ?? -Number.MAX_VALUE;
  const untilUtcMs = interval.untilUtcMs ?? Number.MAX_VALUE;
  let row = next.get(-1, fromUtcMs, untilUtcMs);
  while (row !== undefined) {
    yield decodeSegment(path, row);
    row = next.get(row.segment, fromUtcMs, untilUtcMs);
  }
}

function decodeSegment(path: string, row: SegmentRow): JournalSegment {
  const unsealed = unseal(row.sealed_entries);
  if (unsealed === undefined) {
    const goOnAt = new Date(row.last_utc_ms + 1).toISOString();
    throw new Error(
      `${path}: expected a whole journal segment ${row.segment}, found one whose check sum is wrong; ` +
        `read up to ${new Date(row.first_utc_ms).toISOString()} or from ${goOnAt}, and check the storage medium.`,
    );
  }
  return {
    firstRunningMs: row.first_running_ms,
    lastRunningMs: row.last_running_ms,
    firstUtcMs: row.first_utc_ms,
    lastUtcMs: row.last_utc_ms,
    // The check sum vouches for the form: these are the bytes that sealEntries wrote.
    entries: unpackEntries(unsealed.value as PackedEntries),
  };
}
