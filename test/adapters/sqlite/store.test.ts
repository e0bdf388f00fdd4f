import { readdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { OutboxRow } from '../../../src/ports/store.ts';
import {
  batchOf,
  EVENT,
  type LogLine,
  recordingLog,
  STATUS,
  TELEMETRY,
  UTC_START_MS,
} from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

function openHere(directory: string, lines: LogLine[] = []) {
  return openStore({ directory, log: recordingLog(lines) });
}

const keysOf = (rows: readonly OutboxRow[]) => rows.map((row) => `${row.stream} ${row.sequence}`);

describe('the record over lives of the gateway', () => {
  it('begins fresh and restores the last memory with its instants', () => {
    const directory = temporaryDirectory();
    const first = openHere(directory);
    expect(first.condition).toEqual({ kind: 'fresh' });
    first.commit(batchOf(1));
    first.commit(batchOf(2));
    first.close();

    const { memory, runningMs, utcMs } = batchOf(2);
    const second = openHere(directory);
    expect(second.condition).toEqual({ kind: 'restored', state: { memory, runningMs, utcMs } });
    second.close();
  });

  it('begins fresh again when it ended before its first commit', () => {
    const directory = temporaryDirectory();
    openHere(directory).close();
    const again = openHere(directory);
    expect(again.condition).toEqual({ kind: 'fresh' });
    again.close();
  });

  it('numbers each stream from 1 without gaps, and never gives a number twice', () => {
    const directory = temporaryDirectory();
    const first = openHere(directory);
    expect(first.commit(batchOf(1, [EVENT, TELEMETRY, EVENT]))).toMatchObject({
      ok: true,
      sequences: [1, 1, 2],
    });
    first.acknowledge(first.pending(10));
    expect(first.pendingCount()).toBe(0);
    first.close();

    const second = openHere(directory);
    expect(second.commit(batchOf(2, [TELEMETRY, EVENT, STATUS]))).toMatchObject({
      ok: true,
      sequences: [2, 3, 1],
    });
    second.close();
  });

  it('offers events before status before telemetry, oldest first, up to the limit', () => {
    const store = openHere(temporaryDirectory());
    store.commit(batchOf(1, [TELEMETRY, STATUS, EVENT]));
    store.commit(batchOf(2, [TELEMETRY, EVENT]));
    expect(keysOf(store.pending(10))).toEqual([
      'events 1',
      'events 2',
      'status 1',
      'telemetry 1',
      'telemetry 2',
    ]);
    expect(keysOf(store.pending(2))).toEqual(['events 1', 'events 2']);
    expect(store.pending(1)).toEqual([
      {
        stream: 'events',
        sequence: 1,
        recordedAtUtcMs: batchOf(1).utcMs,
        runningMs: batchOf(1).runningMs,
        body: JSON.stringify(EVENT.body),
      },
    ]);
    expect(store.pendingCount()).toBe(5);
    store.close();
  });

  it('offers the rows of one stream however many of another wait before them', () => {
    const store = openHere(temporaryDirectory());
    store.commit(batchOf(1, [EVENT, EVENT, EVENT, STATUS, TELEMETRY, TELEMETRY]));
    expect(keysOf(store.pending(1, 'telemetry'))).toEqual(['telemetry 1']);
    expect(keysOf(store.pending(5, 'telemetry'))).toEqual(['telemetry 1', 'telemetry 2']);
    expect(keysOf(store.pending(5, 'status'))).toEqual(['status 1']);
    store.close();
  });

  it('keeps the name of its outbox over its lives, and no other record has it', () => {
    const directory = temporaryDirectory();
    const first = openHere(directory);
    const { outboxId } = first;
    expect(outboxId).toMatch(/^[0-9a-f]{8}$/);
    first.commit(batchOf(1, [EVENT]));
    first.close();
    const second = openHere(directory);
    expect(second.outboxId).toBe(outboxId);
    second.close();
    expect(second.outboxId).toBe('');
    const other = openHere(temporaryDirectory());
    expect(other.outboxId).not.toBe(outboxId);
    other.close();
  });

  it('removes only what was acknowledged', () => {
    const store = openHere(temporaryDirectory());
    store.commit(batchOf(1, [TELEMETRY, EVENT, EVENT]));
    store.acknowledge([
      { stream: 'events', sequence: 1 },
      { stream: 'status', sequence: 1 },
    ]);
    expect(keysOf(store.pending(10))).toEqual(['events 2', 'telemetry 1']);
    store.close();
  });

  it('uses up no number when a batch cannot be written', () => {
    const store = openHere(temporaryDirectory());
    store.commit(batchOf(1, [EVENT]));
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(store.commit({ ...batchOf(2, [EVENT]), memory: circular }).ok).toBe(false);
    expect(store.commit({ ...batchOf(2, [EVENT]), memory: { huge: 1n } }).ok).toBe(false);
    expect(store.commit(batchOf(2, [EVENT]))).toMatchObject({ ok: true, sequences: [2] });
    expect([...store.segments()]).toHaveLength(2);
    store.close();
  });

  it('says that it is closed instead of throwing', () => {
    const store = openHere(temporaryDirectory());
    store.close();
    store.close();
    expect(store.commit(batchOf(1))).toEqual({ ok: false, detail: 'The record is closed.' });
    expect(store.pending(1)).toEqual([]);
    expect([...store.segments()]).toEqual([]);
  });

  it('leaves one database file and the lock after an orderly stop', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    store.commit(batchOf(1));
    store.close();
    expect(readdirSync(directory).sort()).toEqual(['loadgate.lock', 'loadgate.sqlite']);
  });
});

describe('the journal', () => {
  it('gives back each segment as it was, in the order taken', () => {
    const store = openHere(temporaryDirectory());
    const batches = [1, 2, 3].map((count) => batchOf(count));
    for (const batch of batches) store.commit(batch);
    store.commit({ memory: {}, runningMs: 1, utcMs: 1, outbox: [] });
    expect([...store.segments()]).toEqual(batches.map((batch) => batch.segment));
    store.close();
  });

  it('finds the segments that overlap an interval', () => {
    const store = openHere(temporaryDirectory());
    for (let count = 0; count < 5; count += 1) store.commit(batchOf(count));
    const countsIn = (fromMs: number, untilMs: number) =>
      [...store.segments({ fromUtcMs: UTC_START_MS + fromMs, untilUtcMs: UTC_START_MS + untilMs })].map(
        (segment) => segment.firstRunningMs / 30_000,
      );
    expect(countsIn(30_000, 60_000)).toEqual([1]);
    expect(countsIn(29_000, 60_001)).toEqual([0, 1, 2]);
    expect(countsIn(29_500, 29_900)).toEqual([]);
    store.close();
  });

  it('goes on committing while somebody reads', () => {
    const store = openHere(temporaryDirectory());
    store.commit(batchOf(1));
    store.commit(batchOf(2));
    let read = 0;
    for (const segment of store.segments()) {
      read += 1;
      if (segment.firstRunningMs === 60_000) expect(store.commit(batchOf(3)).ok).toBe(true);
    }
    expect(read).toBe(3);
    store.close();
  });

  it('forgets what is older than the retention, and only that', () => {
    const store = openHere(temporaryDirectory());
    for (let count = 0; count < 5; count += 1) store.commit(batchOf(count));
    store.trimJournal(UTC_START_MS + 2 * 30_000 + 29_000);
    expect([...store.segments()].map((segment) => segment.firstRunningMs)).toEqual([60_000, 90_000, 120_000]);
    store.close();
  });

  it('stops at a damaged segment with a sentence, after the good ones', () => {
    const directory = temporaryDirectory();
    const first = openHere(directory);
    for (let count = 0; count < 3; count += 1) first.commit(batchOf(count));
    first.close();
    changeByHand(
      directory,
      "UPDATE journal SET sealed_entries = x'0011223344' WHERE first_running_ms = 30000",
    );

    const store = openHere(directory);
    const read: number[] = [];
    expect(() => {
      for (const segment of store.segments()) read.push(segment.firstRunningMs);
    }).toThrow(/expected a whole journal segment 2.*or from 2026-01-05T00:00:59.001Z/);
    expect(read).toEqual([0]);
    expect([...store.segments({ fromUtcMs: UTC_START_MS + 59_001 })]).toHaveLength(1);
    store.close();
  });
});

it('removes a row of the outbox that is damaged, says so once, and sends the others', () => {
  const directory = temporaryDirectory();
  const first = openHere(directory);
  first.commit(batchOf(1, [EVENT, EVENT, EVENT]));
  first.close();
  changeByHand(directory, "UPDATE outbox SET sealed = x'0011223344' WHERE sequence = 2");

  const lines: LogLine[] = [];
  const store = openHere(directory, lines);
  expect(keysOf(store.pending(10))).toEqual(['events 1', 'events 3']);
  expect(keysOf(store.pending(10))).toEqual(['events 1', 'events 3']);
  expect(lines).toEqual([
    {
      level: 'error',
      fields: { rows: [{ stream: 'events', sequence: 2 }] },
      message: expect.stringContaining('damaged'),
    },
  ]);
  store.close();
});

function changeByHand(directory: string, sql: string): void {
  const database = new Database(databasePath(directory));
  database.exec(sql);
  database.close();
}
