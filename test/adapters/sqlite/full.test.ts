import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/adapters/sqlite/openDatabase.ts';
import { RecordTables } from '../../../src/adapters/sqlite/recordTables.ts';
import type { OutboxDraft } from '../../../src/ports/store.ts';
import { batchOf, EVENT, STATUS, TELEMETRY } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const RECEIPT: OutboxDraft = { stream: 'receipts', body: { jws: `${'a'.repeat(900)}.b.c` } };
const LONG: OutboxDraft = {
  stream: 'telemetry',
  body: { numbers: Array.from({ length: 400 }, (_, place) => Math.sin(place)) },
};

/** Everything that can be read of the record. */
function stateOf(tables: RecordTables): unknown {
  const streams = ['receipts', 'events', 'status', 'telemetry'] as const;
  return {
    head: tables.head(),
    pending: tables.pending(1_000).rows,
    damaged: tables.pending(1_000).damaged,
    reached: streams.map((stream) => tables.reachOf(stream)),
    kept: streams.map((stream) => tables.rowsBetween(stream, 0, Number.MAX_SAFE_INTEGER, 1_000)),
    losses: tables.untoldLosses(1_000),
    segments: [...tables.segments()].length,
  };
}

const OPERATIONS: Readonly<Record<string, (tables: RecordTables) => void>> = {
  'a commit': (tables) => {
    tables.write({ ...batchOf(50, [RECEIPT, EVENT, STATUS, LONG, TELEMETRY]), notes: [] });
  },
  'a commit with entries of the loss ledger': (tables) => {
    const loss = { stream: 'telemetry', cause: 'notRunning', fromUtcMs: 1, untilUtcMs: 2 } as const;
    const losses = Array.from({ length: 60 }, () => loss);
    const vouched = [{ stream: 'telemetry', ...tables.reachOf('telemetry').reach } as const];
    tables.write({ ...batchOf(51, [RECEIPT]), streams: { losses, toldLossIds: [], vouched } });
  },
  'what the broker has taken': (tables) => tables.confirmRows(tables.pending(12).rows),
  'a thinning': (tables) => {
    const body = JSON.stringify(LONG.body);
    const at = { fromUtcMs: 1, untilUtcMs: 2 };
    tables.thinStreams([{ stream: 'telemetry', from: 8, until: 14, body, ...at }]);
  },
  'making room': (tables) => tables.trimKept({ vouchedBeforeUtcMs: 0, freeBytes: 1_000_000 }),
  'an erasure': (tables) => {
    tables.write({ ...batchOf(52), forgets: ['telemetry', 'status'] });
  },
};

describe('a disk that is full', () => {
  for (const [name, operate] of Object.entries(OPERATIONS)) {
    it(`at any page of ${name} leaves everything as it was, and it goes on once there is room`, () => {
      const opened = openDatabase(temporaryDirectory());
      if (!opened.ok) throw new Error(opened.detail);
      const { database } = opened;
      const tables = new RecordTables(database, opened.identity);
      for (let count = 1; count <= 20; count += 1) tables.write(batchOf(count, [TELEMETRY, EVENT]));
      tables.confirmRows(tables.pending(4).rows);
      // No page is free, so that whatever needs one more asks the disk for it.
      const before = JSON.stringify(stateOf(tables));
      let refused = 0;
      for (let room = 0; ; room += 1) {
        const pages = Number(database.pragma('page_count', { simple: true }));
        database.pragma(`max_page_count = ${pages + room}`);
        try {
          operate(tables);
          break;
        } catch (error) {
          expect(String(error)).toMatch(/full/);
          refused += 1;
          expect(JSON.stringify(stateOf(tables))).toBe(before);
          expect(database.pragma('quick_check(1)', { simple: true })).toBe('ok');
        } finally {
          database.pragma('max_page_count = 1000000');
        }
      }
      if (name.startsWith('a commit')) expect(refused).toBeGreaterThan(3);
      expect(JSON.stringify(stateOf(tables))).not.toBe(before);
      expect(database.pragma('quick_check(1)', { simple: true })).toBe('ok');
      opened.release();
    });
  }

  it('at any write of a process, to the log and to the database, loses nothing that was promised', async () => {
    const child = fileURLToPath(import.meta.resolve('./support/fullDisk.ts'));
    const { stdout } = await promisify(execFile)(process.execPath, [child, temporaryDirectory()], {
      timeout: 60_000,
    });
    const { refused, committed, found, condition, check } = JSON.parse(stdout);
    expect(refused).toBeGreaterThan(20);
    expect(found).toEqual(committed);
    expect(condition).toBe('restored');
    expect(check).toBe('ok');
  }, 70_000);
});
