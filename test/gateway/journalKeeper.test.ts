import { describe, expect, it } from 'vitest';
import { checkpointSchema } from '../../src/contract/receipt.ts';
import { JournalKeeper } from '../../src/gateway/journalKeeper.ts';
import { Recorder } from '../../src/gateway/recorder.ts';
import type { JournalNote } from '../../src/ports/store.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { FakeHome, FakeStore } from './parts.ts';

const UTC_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
const signer = {
  keyId: 'own',
  publicKey: 'x',
  sign: (payload: object) => JSON.stringify(payload),
};
const at = (runningMs: number) => ({ runningMs, utcMs: UTC_MS + runningMs, clockLevel: 'synced' }) as const;
const headAt = (record: number, hasReceipt = false) => ({
  head: { record, hash: String(record).padStart(64, '0') },
  hasReceipt,
});

function keeper(journalId = 'abcd0123'): JournalKeeper {
  return new JournalKeeper({ gatewayId: 'home-1', journalId: () => journalId, signer });
}

describe('a checkpoint of the journal', () => {
  it('is made of the first record of a life, as a note and as a message', () => {
    const own = keeper();
    expect(own.takeDue(at(5_000))).toBeUndefined();
    own.afterCommit(headAt(17));
    const due = own.takeDue(at(5_000));
    const payload = checkpointSchema.parse(JSON.parse(due?.note.jws ?? ''));
    expect(payload).toEqual({
      schema: 'loadgate.checkpoint/1',
      gatewayId: 'home-1',
      journalId: 'abcd0123',
      ...headAt(17).head,
      at: '2026-01-05T00:00:05.000Z',
    });
    expect(due).toMatchObject({
      note: { kind: 'checkpoint', runningMs: 5_000, utcMs: UTC_MS + 5_000 },
      draft: { stream: 'receipts', body: { jws: due?.note.jws } },
    });
  });

  it('follows after every hour of running time', () => {
    const own = keeper();
    own.afterCommit(headAt(1));
    own.takeDue(at(0));
    own.afterCommit(headAt(80));
    expect(own.takeDue(at(HOUR_MS - 1))).toBeUndefined();
    expect(own.takeDue(at(HOUR_MS))).toBeDefined();
    own.afterCommit(headAt(81));
    expect(own.takeDue(at(HOUR_MS + 1))).toBeUndefined();
  });

  it('follows soon after a receipt, but not more than once a minute', () => {
    const own = keeper();
    own.afterCommit(headAt(1));
    own.takeDue(at(0));
    own.afterCommit(headAt(5, true));
    own.afterCommit(headAt(6));
    expect(own.takeDue(at(59_999))).toBeUndefined();
    expect(own.takeDue(at(60_000))).toBeDefined();
    own.afterCommit(headAt(8, true));
    expect(own.takeDue(at(60_001))).toBeUndefined();
    expect(own.takeDue(at(120_000))).toBeDefined();
    expect(own.takeDue(at(180_000))).toBeUndefined();
  });

  it('is made at an orderly stop when there is something new to vouch for', () => {
    const own = keeper();
    expect(own.takeLast(at(0))).toBeUndefined();
    own.afterCommit(headAt(1));
    own.takeDue(at(0));
    own.afterCommit(headAt(2));
    expect(own.takeLast(at(1_000))).toBeUndefined();
    own.afterCommit(headAt(3));
    expect(own.takeLast(at(1_000))).toBeDefined();
  });

  it('is not made while there is no journal', () => {
    const own = keeper('');
    own.afterCommit(headAt(1));
    expect(own.takeDue(at(0))).toBeUndefined();
    own.afterCommit(undefined);
    expect(own.takeLast(at(0))).toBeUndefined();
  });
});

describe('the recorder and its notes', () => {
  const note = (kind: JournalNote['kind']): JournalNote => ({ kind, jws: kind, runningMs: 1, utcMs: UTC_MS });
  const memory = {} as Parameters<Recorder['commit']>[1];
  const recorderOn = (store: FakeStore) =>
    new Recorder({ store, log: new RecordingLog(), segmentMs: 45_000, cut: (draft) => draft });

  it('writes them once, and says as the journal stands after it', () => {
    const store = new FakeStore([]);
    const recorder = recorderOn(store);
    expect(recorder.recorded()).toBeUndefined();
    recorder.addNote(note('command'));
    recorder.addNote(note('receipt'));
    expect(recorder.commit(at(1), memory)).toBe(true);
    expect(recorder.recorded()).toEqual({ head: store.head(), hasReceipt: true });
    recorder.addNote(note('checkpoint'));
    recorder.commit(at(2), memory);
    expect(recorder.recorded()).toEqual({ head: store.head(), hasReceipt: false });
    expect(store.batches.map(({ notes }) => notes?.map(({ kind }) => kind))).toEqual([
      ['command', 'receipt'],
      ['checkpoint'],
    ]);
  });

  it('is due at once for a command or a receipt, not for a checkpoint', () => {
    const recorder = recorderOn(new FakeStore([]));
    recorder.commit(at(0), memory);
    recorder.addNote(note('checkpoint'));
    expect(recorder.isDue(1_000)).toBe(false);
    recorder.addNote(note('receipt'));
    expect(recorder.isDue(1_000)).toBe(true);
  });

  it('keeps them while the disk takes nothing', () => {
    const store = new FakeStore([]);
    const recorder = recorderOn(store);
    store.isFull = true;
    recorder.addNote(note('receipt'));
    expect(recorder.commit(at(0), memory)).toBe(false);
    store.isFull = false;
    expect(recorder.commit(at(6_000), memory)).toBe(true);
    expect(store.batches[0]?.notes).toEqual([note('receipt')]);
  });
});

describe('the gateway and its journal', () => {
  it('vouches for its first record, every hour, and for the last one at an orderly stop', async () => {
    const home = new FakeHome();
    home.gateway.start();
    await home.clock.advance(2 * HOUR_MS + 120_000);
    const checkpoints = () =>
      home.store.batches
        .flatMap(({ notes = [] }) => notes)
        .filter(({ kind }) => kind === 'checkpoint')
        .map(({ jws }) =>
          checkpointSchema.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())),
        );
    const times = checkpoints().map(({ at: instant }) => Date.parse(instant));
    expect(times).toHaveLength(3);
    for (const [place, instant] of times.slice(1).entries()) {
      expect(instant - (times[place] ?? 0)).toBeLessThanOrEqual(HOUR_MS + 2_000);
    }
    expect(home.store.drafts('receipts')).toHaveLength(3);
    await home.gateway.stop('test');
    expect(checkpoints()).toHaveLength(4);
    expect(checkpoints().at(-1)?.record).toBe((home.store.head()?.record ?? 0) - 1);
  });
});
