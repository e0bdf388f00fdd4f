import { readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { UsageRow } from '../../../src/ports/usage.ts';
import { batchOf, EVENT, recordingLog, STATUS, TELEMETRY, UTC_START_MS } from './support/batches.ts';
import { firstBreak, lookInto, recordsOf } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();
const HALF_HOUR_MS = 1_800_000;

function rowOf(id: number, kind: UsageRow['kind'] = 'halfHour', body: unknown = { id }): UsageRow {
  const fromUtcMs = UTC_START_MS + id * HALF_HOUR_MS;
  return { id, kind, fromUtcMs, untilUtcMs: fromUtcMs + HALF_HOUR_MS, body };
}

function put(
  store: Store,
  count: number,
  rows: readonly UsageRow[],
  removedIds: readonly number[] = [],
): void {
  const result = store.commit({ ...batchOf(count), usage: { rows, removedIds, state: { count } } });
  if (!result.ok) throw new Error(result.detail);
}

const idsOf = (directory: string, kind: UsageRow['kind'], interval = {}): readonly (number | 'damaged')[] =>
  lookInto(directory, (record) =>
    [...record.usage(kind, interval)].map((finding) => (finding.kind === 'row' ? finding.row.id : 'damaged')),
  );

describe('the account of energy in the store', () => {
  it('comes back as it was put, by kind and interval, with what is not finished', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    put(store, 1, [rowOf(1), rowOf(2, 'session'), rowOf(3), rowOf(4)]);
    put(store, 2, [rowOf(3, 'halfHour', { better: true })], [1]);
    expect(store.usage.readState()).toEqual({ count: 2 });
    expect(store.usage.lastId()).toBe(4);
    store.close();
    expect(idsOf(directory, 'halfHour')).toEqual([3, 4]);
    expect(idsOf(directory, 'session')).toEqual([2]);
    expect(idsOf(directory, 'halfHour', { fromUtcMs: rowOf(4).fromUtcMs + 1 })).toEqual([4]);
    const rows = lookInto(directory, (record) => [...record.usage('halfHour')]);
    expect(rows[0]).toEqual({ kind: 'row', row: rowOf(3, 'halfHour', { better: true }) });
    expect(lookInto(directory, (record) => record.usageState())).toEqual({ count: 2 });
  });

  it('thins by age, and the oldest first until enough bytes are free', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    put(
      store,
      1,
      [1, 2, 3, 4, 5, 6].map((id) => rowOf(id, id === 6 ? 'gap' : 'minutes')),
    );
    const bytes = store.usage.holdings().find(({ kind }) => kind === 'minutes')?.bytes ?? 0;
    store.usage.thin([{ kind: 'minutes', freeBytes: bytes / 5 + 1 }]);
    expect(store.usage.holdings()).toMatchObject([
      { kind: 'minutes', rows: 3 },
      { kind: 'gap', rows: 1 },
    ]);
    store.usage.thin([{ kind: 'minutes', beforeUtcMs: rowOf(5).untilUtcMs }]);
    store.close();
    expect(idsOf(directory, 'minutes')).toEqual([5]);
    expect(idsOf(directory, 'gap')).toEqual([6]);
  });

  it('tells where an entry is damaged, and the others stay', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    put(store, 1, [rowOf(1), rowOf(2), rowOf(3)]);
    store.close();
    const database = new Database(databasePath(directory));
    database.prepare("UPDATE usage SET sealed = x'0102030405060708' WHERE id = 2").run();
    database.close();
    expect(idsOf(directory, 'halfHour')).toEqual([1, 'damaged', 3]);
  });
});

describe('erasing', () => {
  /** Bytes that compress to themselves, so that they can be looked for in the file. */
  const noise = (seed: number): string =>
    Buffer.from(
      Array.from({ length: 3_000 }, (_, place) => (Math.imul(place + seed, 2654435761) >>> 13) & 255),
    ).toString('base64');

  function recorded(directory: string) {
    const store = openStore({ directory, log });
    for (let count = 1; count <= 120; count += 1) {
      const batch = batchOf(count, [EVENT, STATUS, TELEMETRY]);
      const { segment } = batch;
      if (segment === undefined) throw new Error('no segment');
      store.commit({
        ...batch,
        segment: { ...segment, entries: [{ noise: noise(count) }] },
        usage: {
          rows: [rowOf(count, 'minutes', { noise: noise(1_000 + count) })],
          removedIds: [],
          state: {},
        },
      });
    }
    return store;
  }

  const erasureOf = (store: Store): string => {
    const payload = JSON.stringify({ throughRecord: store.head()?.record });
    return `head.${Buffer.from(payload).toString('base64url')}.signature`;
  };

  function sealedIn(directory: string): readonly Buffer[] {
    const database = new Database(databasePath(directory), { readonly: true });
    const values = database
      .prepare<[], Buffer>(
        'SELECT sealed_entries FROM journal WHERE length(sealed_entries) > 0 UNION ALL SELECT sealed FROM usage WHERE kind = 1',
      )
      .pluck()
      .all();
    database.close();
    return values.map((value) => value.subarray(100, 160));
  }

  it('overwrites: nothing of the content is left in the files, and the chain is whole', () => {
    const directory = temporaryDirectory();
    const store = recorded(directory);
    // Pages that were free before the erasure hold old content too.
    store.trimJournal(UTC_START_MS + 40 * 30_000);
    const before = sealedIn(directory);
    expect(before.length).toBeGreaterThan(150);
    const { runningMs, utcMs } = batchOf(121);
    const result = store.commit({
      memory: {},
      runningMs,
      utcMs,
      outbox: [],
      notes: [{ kind: 'erasure', jws: erasureOf(store), runningMs, utcMs }],
      forgets: ['telemetry', 'status'],
    });
    expect(result.ok).toBe(true);
    let slices = 0;
    while (store.eraseSlice()) slices += 1;
    expect(slices).toBeGreaterThan(3);
    const files = Buffer.concat([
      readFileSync(databasePath(directory)),
      readFileSync(`${databasePath(directory)}-wal`),
    ]);
    expect(before.filter((bytes) => files.includes(bytes))).toEqual([]);
    expect(statSync(`${databasePath(directory)}-wal`).size).toBe(0);
    expect(store.pendingCount('telemetry')).toBe(0);
    expect(store.pendingCount('events')).toBe(120);
    expect(store.usage.holdings()).toEqual([]);
    expect([...store.segments()]).toEqual([]);
    expect(store.commit(batchOf(122, [TELEMETRY]))).toMatchObject({ ok: true, sequences: [121] });
    store.close();
    const records = recordsOf(directory);
    expect(records.filter(({ content, kind }) => content === '' && kind !== 'decisions')).toEqual([]);
    // Of what was erased the next record proves the hash.
    expect(records.slice(1).filter(({ previous }, place) => previous !== records[place]?.hash)).toEqual([]);
    expect(firstBreak(records.filter(({ content }) => content !== ''))).toBeUndefined();
  });

  it('goes on where a kill has cut it off', () => {
    const directory = temporaryDirectory();
    const store = recorded(directory);
    const { runningMs, utcMs } = batchOf(121);
    store.commit({
      memory: {},
      runningMs,
      utcMs,
      outbox: [],
      notes: [{ kind: 'erasure', jws: erasureOf(store), runningMs, utcMs }],
      forgets: ['telemetry'],
    });
    store.eraseSlice();
    store.close();
    const again = openStore({ directory, log });
    while (again.eraseSlice());
    expect([...again.segments()]).toEqual([]);
    again.close();
  });

  it('has nothing to do where nobody asked for it', () => {
    const store = recorded(temporaryDirectory());
    expect(store.eraseSlice()).toBe(false);
    expect([...store.segments()]).toHaveLength(120);
    store.close();
  });
});
