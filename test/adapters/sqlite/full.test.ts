import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openDatabase } from '../../../src/adapters/sqlite/openDatabase.ts';
import { RecordTables } from '../../../src/adapters/sqlite/recordTables.ts';
import {
  describeSchema,
  describeSchemaOf,
  MIGRATIONS,
  migrate,
  readSchemaVersion,
} from '../../../src/adapters/sqlite/schema.ts';
import type { OutboxDraft } from '../../../src/ports/store.ts';
import type { UsageRow } from '../../../src/ports/usage.ts';
import { batchOf, EVENT, STATUS, TELEMETRY } from './support/batches.ts';
import { writeRecordOfBefore } from './support/before.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';
import { matches, traceWrites, writingStatements } from './support/writingStatements.ts';

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
    segments: [...tables.segments()],
    usage: [tables.usageHoldings(), tables.usageState(), tables.lastUsageId()],
    network: tables.networkChanges(),
  };
}

function usageRow(id: number): UsageRow {
  const body = { numbers: Array.from({ length: 200 }, (_, place) => Math.cos(place + id)) };
  return { id, kind: 'minutes', fromUtcMs: id * 1_000, untilUtcMs: id * 1_000 + 999, body };
}

function erasure(throughRecord: number) {
  const payload = Buffer.from(JSON.stringify({ throughRecord })).toString('base64url');
  return { kind: 'erasure', jws: `h.${payload}.s`, runningMs: 1, utcMs: 1 } as const;
}

interface Operation {
  /** Before the disk is full. */
  readonly prepare?: (tables: RecordTables) => void;
  readonly operate: (tables: RecordTables) => void;
  /** What an older program has recorded lies there. */
  readonly isOfBefore?: true;
}

/** All that the gateway writes into its record, in the transactions in which it does. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'a commit': {
    operate: (tables) => {
      tables.write({ ...batchOf(50, [RECEIPT, EVENT, STATUS, LONG, TELEMETRY]), notes: [] });
    },
  },
  'a commit with entries of the loss ledger': {
    prepare: (tables) =>
      tables.thinStreams([{ stream: 'status', from: 1, until: 1, fromUtcMs: 1, untilUtcMs: 1 }]),
    operate: (tables) => {
      const loss = { stream: 'telemetry', cause: 'notRunning', fromUtcMs: 1, untilUtcMs: 2 } as const;
      const losses = Array.from({ length: 60 }, () => loss);
      const vouched = [{ stream: 'telemetry', ...tables.reachOf('telemetry').reach } as const];
      const toldLossIds = tables.untoldLosses(1).map(({ lossId }) => lossId);
      tables.write({ ...batchOf(51, [RECEIPT]), streams: { losses, toldLossIds, vouched } });
    },
  },
  'a commit with the account of energy': {
    operate: (tables) => {
      const rows = Array.from({ length: 20 }, (_, place) => usageRow(100 + place));
      tables.write({ ...batchOf(52), usage: { rows, removedIds: [1, 2], state: { open: LONG.body } } });
    },
  },
  'a commit in which consent has ended': {
    operate: (tables) => {
      const told = { drafts: [RECEIPT], notes: [{ ...erasure(0), kind: 'consent' as const }] };
      const clean = ({ stream, sequence, body }: { stream: string; sequence: number; body: string }) => {
        if (stream === 'events') return JSON.stringify({ ...JSON.parse(body), long: LONG.body });
        return stream === 'telemetry' && sequence > 6 ? undefined : body;
      };
      tables.write({ ...batchOf(53), cleaning: { clean, tell: () => told } });
    },
  },
  'what the broker has taken': { operate: (tables) => tables.confirmRows(tables.pending(12).rows) },
  'a thinning': {
    operate: (tables) => {
      const body = JSON.stringify(LONG.body);
      const at = { fromUtcMs: 1, untilUtcMs: 2 };
      tables.thinStreams([{ stream: 'telemetry', from: 8, until: 14, body, ...at }]);
    },
  },
  'rows that are damaged': {
    operate: (tables) => {
      for (const row of tables.pending(1_000).rows.slice(2, 6)) tables.loseDamaged([row]);
    },
  },
  'making room': { operate: (tables) => tables.trimKept({ vouchedBeforeUtcMs: 0, freeBytes: 1_000_000 }) },
  'a trim of the journal': { operate: (tables) => tables.deleteSegments(Number.MAX_SAFE_INTEGER) },
  'a thinning of the account': {
    operate: (tables) =>
      tables.thinUsage([
        { kind: 'minutes', beforeUtcMs: 3_000 },
        { kind: 'minutes', freeBytes: 100 },
      ]),
  },
  'a change of the network': {
    operate: (tables) => {
      const sentence = Array.from({ length: 400 }, (_, place) => Math.sin(place)).join();
      tables.addNetworkChange({ atUtcMs: 1, runningMs: 1, broken: 'dns', cause: 'dns-silent', sentence });
    },
  },
  'an erasure': {
    operate: (tables) => {
      tables.write({ ...batchOf(54), notes: [erasure(21)], forgets: ['telemetry', 'status'] });
    },
  },
  'what an erasure has left': {
    prepare: (tables) => {
      // So much that what was free is overwritten in more than one go.
      tables.write(
        batchOf(
          30,
          Array.from({ length: 40 }, () => LONG),
        ),
      );
      tables.write({ ...batchOf(54), notes: [erasure(21)], forgets: ['telemetry', 'status'] });
    },
    operate: (tables) => {
      while (tables.eraseSlice());
    },
  },
  'what an older program has left of an erasure': {
    isOfBefore: true,
    prepare: (tables) => {
      tables.write({ ...batchOf(54), notes: [erasure(21)], forgets: ['telemetry', 'status'] });
    },
    operate: (tables) => {
      while (tables.eraseSlice());
    },
  },
};

/** A full record with what is prepared for an operation, and every statement that writes to it, as it runs. */
function openFull({ prepare, isOfBefore }: Operation, ran: Set<string>) {
  const directory = temporaryDirectory();
  if (isOfBefore) writeRecordOfBefore(directory);
  const opened = openDatabase(directory);
  if (!opened.ok) throw new Error(opened.detail);
  const { database, identity, release } = opened;
  traceWrites(database, ran);
  const tables = new RecordTables(database, identity);
  for (let count = 1; count <= 20; count += 1) {
    const usage = { rows: [usageRow(count)], removedIds: [], state: { count } };
    tables.write({ ...batchOf(count, [TELEMETRY, EVENT, STATUS]), usage });
  }
  tables.confirmRows(tables.pending(4).rows);
  prepare?.(tables);
  // Only what runs from here on runs without room.
  ran.clear();
  return { database, tables, release };
}

describe('a disk that is full', () => {
  const ranOnFullDisk = new Set<string>();

  for (const [name, operation] of Object.entries(OPERATIONS)) {
    it(`at any page of ${name} leaves everything as it was, and it goes on once there is room`, () => {
      const ran = new Set<string>();
      const { database, tables, release } = openFull(operation, ran);
      // No page is free, so that whatever needs one more asks the disk for it.
      const before = JSON.stringify(stateOf(tables));
      let refused = 0;
      for (let room = 0; ; room += 1) {
        const pages = Number(database.pragma('page_count', { simple: true }));
        database.pragma(`max_page_count = ${pages + room}`);
        try {
          operation.operate(tables);
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
      for (const statement of ran) ranOnFullDisk.add(statement);
      release();
    });
  }

  it('was met by every statement of the sources that writes', () => {
    const statements = writingStatements();
    expect(statements.length).toBeGreaterThan(20);
    const never = statements.filter(({ text }) => ![...ranOnFullDisk].some((ran) => matches(text, ran)));
    expect(never, 'add an operation in which it runs').toEqual([]);
  });

  it('at any page of a step of the schema leaves the step before, and the next start takes it', () => {
    const directory = temporaryDirectory();
    writeRecordOfBefore(directory);
    const database = new Database(databasePath(directory));
    let refused = 0;
    for (let room = 0; readSchemaVersion(database) < MIGRATIONS.length; room += 1) {
      const pages = Number(database.pragma('page_count', { simple: true }));
      database.pragma(`max_page_count = ${pages + room}`);
      try {
        migrate(database);
      } catch (error) {
        expect(String(error)).toMatch(/full/);
        refused += 1;
        expect(describeSchema(database)).toBe(describeSchemaOf(readSchemaVersion(database)));
      }
      database.pragma('max_page_count = 1000000');
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    }
    expect(refused).toBeGreaterThan(3);
    expect(describeSchema(database)).toBe(describeSchemaOf(MIGRATIONS.length));
    database.close();
  });

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
