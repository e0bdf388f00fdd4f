import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { Store } from '../../../src/ports/store.ts';
import { batchOf, EVENT, recordingLog, TELEMETRY, UTC_START_MS } from './support/batches.ts';
import { lookInto } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

function openHere(directory = temporaryDirectory()): Store & { readonly directory: string } {
  return Object.assign(openStore({ directory, log: recordingLog() }), { directory });
}

function sequencesOf(rows: readonly { readonly sequence: number }[]): number[] {
  return rows.map(({ sequence }) => sequence);
}

function withTelemetry(rows: number): ReturnType<typeof openHere> {
  const store = openHere();
  for (let count = 1; count <= rows; count += 1) store.commit(batchOf(count, [TELEMETRY]));
  return store;
}

describe('what the broker has taken', () => {
  it('waits no more, and is kept to be repeated, also over a restart', () => {
    const first = withTelemetry(5);
    first.acknowledge(first.pending(3));
    expect(sequencesOf(first.pending(10))).toEqual([4, 5]);
    expect(first.pendingCount()).toBe(2);
    first.close();
    expect(lookInto(first.directory, (record) => record.pendingCount())).toBe(2);
    expect(lookInto(first.directory, (record) => sequencesOf([...record.outbox()]))).toEqual([4, 5]);
    const second = openHere(first.directory);
    expect(sequencesOf(second.streams.kept('telemetry', 2, 9, 10))).toEqual([2, 3]);
    expect(sequencesOf(second.streams.waiting('telemetry', 0, 10))).toEqual([4, 5]);
    expect(second.streams.reach('telemetry')).toMatchObject({ until: 3, delivered: 3 });
    second.close();
  });

  it('counts only from the oldest on: what comes behind one that was not taken goes again', () => {
    const store = withTelemetry(4);
    store.acknowledge([
      { stream: 'telemetry', sequence: 1 },
      { stream: 'telemetry', sequence: 3 },
    ]);
    expect(sequencesOf(store.pending(10))).toEqual([2, 3, 4]);
    store.close();
  });

  it('goes a while after it was vouched for, or when its room is needed', () => {
    const store = withTelemetry(9);
    store.acknowledge(store.pending(4));
    const vouched = [{ stream: 'telemetry', ...store.streams.reach('telemetry') }] as const;
    store.commit({ ...batchOf(10), streams: { losses: [], toldLossIds: [], vouched } });
    store.acknowledge(store.pending(3));
    store.streams.trimKept({ vouchedBeforeUtcMs: UTC_START_MS, freeBytes: 0 });
    expect(sequencesOf(store.streams.kept('telemetry', 1, 9, 10))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    store.streams.trimKept({ vouchedBeforeUtcMs: UTC_START_MS + 86_400_000, freeBytes: 0 });
    expect(sequencesOf(store.streams.kept('telemetry', 1, 9, 10))).toEqual([5, 6, 7]);
    store.streams.trimKept({ vouchedBeforeUtcMs: 0, freeBytes: 1 });
    expect(sequencesOf(store.streams.kept('telemetry', 1, 9, 10))).toEqual([6, 7]);
    expect(sequencesOf(store.pending(10))).toEqual([8, 9]);
    store.close();
  });

  it('is counted along as if it were counted anew', () => {
    const store = withTelemetry(6);
    store.streams.holdings();
    store.acknowledge(store.pending(2));
    store.commit(batchOf(7, [TELEMETRY, EVENT]));
    store.streams.trimKept({ vouchedBeforeUtcMs: 0, freeBytes: 1 });
    const along = store.streams.holdings();
    store.close();
    const anew = openHere(store.directory);
    const facts = (holdings: typeof along) =>
      holdings.map(({ stream, waiting, waitingBytes, keptBytes }) => [
        stream,
        waiting,
        waitingBytes,
        keptBytes,
      ]);
    expect(facts(along)).toEqual(facts(anew.streams.holdings()));
    anew.close();
  });
});

describe('the loss ledger', () => {
  it('grows by one entry for a run of the same cause, until it is told', () => {
    const store = withTelemetry(9);
    const at = { fromUtcMs: 1, untilUtcMs: 2 };
    store.streams.thin([{ stream: 'telemetry', from: 2, until: 3, ...at }]);
    store.streams.thin([{ stream: 'telemetry', from: 4, until: 5, ...at }]);
    const [loss] = store.streams.untoldLosses(10);
    expect(store.streams.untoldLosses(10)).toHaveLength(1);
    expect(loss).toMatchObject({ cause: 'thinned', sequences: { from: 2, until: 5 }, count: 4 });
    const toldLossIds = [loss?.lossId ?? 0];
    store.commit({ ...batchOf(10), streams: { losses: [], toldLossIds, vouched: [] } });
    expect(store.streams.untoldLosses(10)).toEqual([]);
    store.streams.thin([{ stream: 'telemetry', from: 6, until: 7, body: '{"merged":true}', ...at }]);
    expect(store.streams.untoldLosses(10)).toMatchObject([
      { lossId: 2, sequences: { from: 6, until: 6 }, count: 1, mergedInto: 7 },
    ]);
    expect(store.streams.lossesOf('telemetry', 5, 6).map(({ lossId }) => lossId)).toEqual([1, 2]);
    expect(store.pending(10).find(({ sequence }) => sequence === 7)?.body).toBe('{"merged":true}');
    store.close();
  });

  it('tells of a row that the medium has damaged', () => {
    const first = withTelemetry(3);
    first.close();
    const database = new Database(databasePath(first.directory));
    database.exec("UPDATE outbox SET sealed = x'0102030405060708' WHERE sequence = 2");
    database.close();
    const second = openHere(first.directory);
    expect(sequencesOf(second.pending(10))).toEqual([1, 3]);
    expect(second.streams.untoldLosses(10)).toMatchObject([
      { stream: 'telemetry', cause: 'damagedRow', sequences: { from: 2, until: 2 } },
    ]);
    second.close();
  });

  it('tells of what was erased and of what consent took, and not of what was taken before', () => {
    const store = withTelemetry(4);
    store.acknowledge(store.pending(1));
    store.commit({ ...batchOf(5), forgets: ['telemetry'] });
    expect(store.streams.kept('telemetry', 1, 9, 10)).toEqual([]);
    store.commit(batchOf(6, [TELEMETRY]));
    const cleaning = { clean: () => undefined, tell: () => ({ drafts: [], notes: [] }) };
    store.commit({ ...batchOf(7), cleaning });
    expect(store.pendingCount()).toBe(0);
    expect(store.streams.untoldLosses(10)).toMatchObject([
      { cause: 'erased', sequences: { from: 2, until: 4 } },
      { cause: 'consent', sequences: { from: 5, until: 5 } },
    ]);
    store.close();
  });

  it('is never rewritten once the broker has taken it: what consent cuts is not repeated', () => {
    const store = withTelemetry(4);
    store.acknowledge(store.pending(2));
    const cleaning = {
      clean: ({ sequence, body }: { sequence: number; body: string }) =>
        sequence % 2 === 0 ? '{"cut":1}' : body,
      tell: () => ({ drafts: [], notes: [] }),
    };
    store.commit({ ...batchOf(5), cleaning });
    expect(sequencesOf(store.streams.kept('telemetry', 1, 9, 10))).toEqual([1]);
    expect(store.pending(10).map(({ sequence, body }) => [sequence, body === '{"cut":1}'])).toEqual([
      [3, false],
      [4, true],
    ]);
    expect(store.streams.untoldLosses(10)).toEqual([]);
    store.close();
  });

  it('knows a damaged mark of how far a stream was taken for none: all that is kept goes again', () => {
    const first = withTelemetry(3);
    first.acknowledge(first.pending(2));
    first.close();
    const database = new Database(databasePath(first.directory));
    database.exec("UPDATE stream SET sealed = x'0102030405060708'");
    database.close();
    const second = openHere(first.directory);
    expect(sequencesOf(second.pending(10))).toEqual([1, 2, 3]);
    second.close();
  });
});
