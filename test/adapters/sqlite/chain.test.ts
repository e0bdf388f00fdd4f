import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { FIRST_PREVIOUS } from '../../../src/domain/journalChain.ts';
import type { JournalNote, OutboxDraft, RecordBatch } from '../../../src/ports/store.ts';
import { batchOf, EVENT, recordingLog, UTC_START_MS } from './support/batches.ts';
import { writeRecordOfBefore } from './support/before.ts';
import { firstBreak, lookInto, recordsOf } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();
const openHere = (directory: string) => openStore({ directory, log });

function noteOf(kind: JournalNote['kind'], count: number): JournalNote {
  const { runningMs, utcMs } = batchOf(count);
  return { kind, jws: `${kind}.${count}.signature`, runningMs, utcMs };
}

const kinds = fc.constantFrom('command' as const, 'receipt' as const, 'checkpoint' as const);

describe('the chain of the journal', () => {
  it('begins with 64 zeros and says the same as each commit', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    expect(store.head()).toBeUndefined();
    const quiet = store.commit({ memory: {}, runningMs: 0, utcMs: UTC_START_MS, outbox: [] });
    expect(quiet).toEqual({ ok: true, sequences: [] });
    const notes = [noteOf('command', 1), noteOf('receipt', 1)];
    const result = store.commit({ ...batchOf(1), notes });
    expect(result).toMatchObject({ ok: true, head: { record: 3 } });
    expect(result.ok && result.head).toEqual(store.head());
    store.close();
    const records = recordsOf(directory);
    expect(records.map(({ kind, record }) => [record, kind])).toEqual([
      [1, 'decisions'],
      [2, 'command'],
      [3, 'receipt'],
    ]);
    expect(records[0]?.previous).toBe(FIRST_PREVIOUS);
    expect(records[1]?.content).toBe('command.1.signature');
    expect(firstBreak(records)).toBeUndefined();
  });

  it('holds over any commits, refused ones, lives and trimmings', () => {
    const step = fc.oneof(
      fc.record({
        does: fc.constant('commit' as const),
        hasSegment: fc.boolean(),
        notes: fc.array(kinds, { maxLength: 3 }),
      }),
      fc.constant({ does: 'fail' as const }),
      fc.constant({ does: 'restart' as const }),
      fc.record({ does: fc.constant('trim' as const), olderThan: fc.nat(12) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const directory = temporaryDirectory();
        let store = openHere(directory);
        let written = 0;
        for (const [count, drawn] of steps.entries()) {
          const { segment, ...rest } = batchOf(count);
          if (drawn.does === 'commit') {
            const batch: RecordBatch = {
              ...rest,
              ...(drawn.hasSegment && segment !== undefined ? { segment } : {}),
              notes: drawn.notes.map((kind) => noteOf(kind, count)),
            };
            expect(store.commit(batch).ok).toBe(true);
            written += drawn.notes.length + (drawn.hasSegment ? 1 : 0);
          } else if (drawn.does === 'fail') {
            expect(store.commit({ ...batchOf(count), memory: { huge: 1n } }).ok).toBe(false);
          } else if (drawn.does === 'restart') {
            store.close();
            store = openHere(directory);
          } else store.trimJournal(UTC_START_MS + drawn.olderThan * 30_000);
          expect(store.head()?.record ?? 0).toBe(written);
        }
        const head = store.head();
        store.close();
        const records = recordsOf(directory);
        expect(firstBreak(records)).toBeUndefined();
        expect(records.at(-1)?.hash).toBe(head?.hash);
        expect(records.at(-1)?.record ?? 0).toBe(written);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from the last record however old it is', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    for (const count of [1, 2, 3]) store.commit(batchOf(count));
    store.trimJournal(UTC_START_MS + 1e9);
    store.commit(batchOf(4));
    store.close();
    const records = recordsOf(directory);
    expect(records.map(({ record }) => record)).toEqual([3, 4]);
    expect(firstBreak(records)).toBeUndefined();
  });

  it('writes instants that the clock gave in parts of a millisecond as whole ones around them', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    const { segment, ...batch } = batchOf(1);
    if (segment === undefined) throw new Error('a batch without decisions');
    store.commit({
      ...batch,
      segment: { ...segment, firstUtcMs: UTC_START_MS + 0.25, lastUtcMs: UTC_START_MS + 7.5 },
    });
    store.close();
    const records = recordsOf(directory);
    expect(records).toMatchObject([{ fromUtcMs: UTC_START_MS, untilUtcMs: UTC_START_MS + 8 }]);
    expect(firstBreak(records)).toBeUndefined();
  });

  it('is handed out without a gap, also where the clock was set back, and on to a record behind', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    for (const count of [1, 2, 3, 2, 3, 4, 5, 6]) store.commit(batchOf(count));
    store.close();
    const [from, until] = [UTC_START_MS + 90_000, UTC_START_MS + 119_000];
    const numbers = (throughRecord?: number) =>
      recordsOf(directory, {
        fromUtcMs: from,
        untilUtcMs: until,
        ...(throughRecord === undefined ? {} : { throughRecord }),
      }).map(({ record }) => record);
    expect(numbers()).toEqual([3, 4, 5]);
    expect(numbers(7)).toEqual([3, 4, 5, 6, 7]);
    expect(numbers(2)).toEqual([3, 4, 5]);
    lookInto(directory, (record) => {
      expect(record.lastRecord({ fromUtcMs: from, untilUtcMs: until })).toBe(5);
      expect(record.lastRecord({ fromUtcMs: UTC_START_MS + 1e9 })).toBeUndefined();
      expect(record.lastRecord()).toBe(8);
    });
  });

  it('names a damaged record, of decisions or a note, after the good ones', () => {
    for (const record of [2, 3]) {
      const directory = temporaryDirectory();
      const store = openHere(directory);
      store.commit(batchOf(1));
      store.commit({ ...batchOf(2), notes: [noteOf('receipt', 2)] });
      store.close();
      changeByHand(directory, `UPDATE journal SET sealed_entries = x'0011223344' WHERE record = ${record}`);
      lookInto(directory, (reader) => {
        const read: number[] = [];
        expect(() => {
          for (const found of reader.records()) read.push(found.record);
        }).toThrow(new RegExp(`expected a whole journal segment ${record}.*check sum is wrong`));
        expect(read).toEqual(record === 2 ? [1] : [1, 2]);
      });
    }
  });

  it('is whole, with its head, in every state that a power cut can leave', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    for (let count = 1; count <= 12; count += 1) {
      store.commit({ ...batchOf(count), notes: count % 3 === 0 ? [noteOf('receipt', count)] : [] });
      const cut = temporaryDirectory();
      for (const suffix of ['', '-wal']) {
        const file = `${databasePath(directory)}${suffix}`;
        if (existsSync(file)) copyFileSync(file, `${databasePath(cut)}${suffix}`);
      }
      const after = openHere(cut);
      expect(after.head()).toEqual(store.head());
      expect(after.commit(batchOf(count + 1)).ok).toBe(true);
      after.close();
      expect(firstBreak(recordsOf(cut))).toBeUndefined();
    }
    store.close();
  });

  it('is whole up to one of its commits, wherever a power cut ends the write-ahead log', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    const heads: unknown[] = [undefined];
    for (let count = 1; count <= 8; count += 1) {
      const result = store.commit({ ...batchOf(count), notes: [noteOf('receipt', count)] });
      heads.push(result.ok ? result.head : 'refused');
    }
    const path = databasePath(directory);
    const [main, walBytes] = [readFileSync(path), readFileSync(`${path}-wal`)];
    store.close();
    const found = new Set<number | undefined>();
    fc.assert(
      fc.property(fc.nat(walBytes.length), (length) => {
        const cut = temporaryDirectory();
        writeFileSync(databasePath(cut), main);
        writeFileSync(`${databasePath(cut)}-wal`, walBytes.subarray(0, length));
        const after = openHere(cut);
        const head = after.head();
        expect(heads).toContainEqual(head);
        found.add(head?.record);
        expect(after.commit(batchOf(20)).ok).toBe(true);
        after.close();
        const records = recordsOf(cut);
        expect(firstBreak(records)).toBeUndefined();
        expect(records).toHaveLength((head?.record ?? 0) + 1);
      }),
      { numRuns: 60 },
    );
    expect(found.size).toBeGreaterThan(3);
  });
});

describe('notes', () => {
  it('are found by themselves, and no segment holds them', () => {
    const directory = temporaryDirectory();
    const store = openHere(directory);
    store.commit({ ...batchOf(1), notes: [noteOf('command', 1)] });
    store.commit(batchOf(2));
    store.commit({ ...batchOf(3), notes: [noteOf('checkpoint', 3)] });
    expect([...store.segments()]).toEqual([1, 2, 3].map((count) => batchOf(count).segment));
    store.close();
    const notes = lookInto(directory, (record) => [...record.notes()]);
    expect(notes).toEqual(recordsOf(directory).filter(({ kind }) => kind !== 'decisions'));
    expect(notes.map(({ content }) => content)).toEqual(['command.1.signature', 'checkpoint.3.signature']);
  });
});

describe('a record of before the chain', () => {
  it('goes on: its decisions can be read, and the chain begins behind them', () => {
    const directory = temporaryDirectory();
    writeRecordOfBefore(directory);
    const store = openHere(directory);
    expect(store.condition).toMatchObject({ kind: 'restored', state: { memory: batchOf(2).memory } });
    expect(store.outboxId).toBe('0123abcd');
    expect(store.head()).toBeUndefined();
    const receipt: OutboxDraft = { stream: 'receipts', body: { jws: 'a.b.c' } };
    const result = store.commit({ ...batchOf(3, [EVENT, receipt]), notes: [noteOf('receipt', 3)] });
    expect(result).toMatchObject({ ok: true, sequences: [5, 1], head: { record: 2 } });
    expect(store.pending(10).map(({ stream, sequence }) => [stream, sequence])).toEqual([
      ['receipts', 1],
      ['events', 4],
      ['events', 5],
    ]);
    expect([...store.segments()]).toEqual([1, 2, 3].map((count) => batchOf(count).segment));
    store.close();
    const records = recordsOf(directory);
    expect(records.map(({ record }) => record)).toEqual([1, 2]);
    expect(records[0]?.previous).toBe(FIRST_PREVIOUS);
    expect(firstBreak(records)).toBeUndefined();
    lookInto(directory, (record) => {
      expect(record.unchained).toEqual({ segments: 2, untilUtcMs: UTC_START_MS + 89_000 });
      expect(record.journalId).toBe('0123abcd');
    });
    const again = openHere(directory);
    expect(again.head()?.record).toBe(2);
    again.trimJournal(UTC_START_MS + 90_000);
    again.close();
    expect(lookInto(directory, (record) => record.unchained)).toBeUndefined();
  });
});

it('sends receipts before everything else', () => {
  const store = openHere(temporaryDirectory());
  const receipt: OutboxDraft = { stream: 'receipts', body: { jws: 'a.b.c' } };
  store.commit(batchOf(1, [EVENT, receipt]));
  store.commit(batchOf(2, [receipt]));
  expect(store.pending(2).map(({ stream, sequence }) => `${stream} ${sequence}`)).toEqual([
    'receipts 1',
    'receipts 2',
  ]);
  expect(store.pending(1, 'receipts')).toHaveLength(1);
  store.acknowledge(store.pending(2));
  expect(store.pending(5).map(({ stream }) => stream)).toEqual(['events']);
  store.close();
});

function changeByHand(directory: string, sql: string): void {
  const database = new Database(databasePath(directory));
  database.exec(sql);
  database.close();
}
