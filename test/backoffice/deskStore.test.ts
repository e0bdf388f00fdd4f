import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';
import type { NoticeRecord } from '../../src/backoffice/notices/record.ts';
import { exampleDraft } from './standing.ts';
import { folder, open } from './storeFolder.ts';

const forecast = {
  at: '',
  homes: 0,
  consenting: 0,
  reachable: 0,
  counted: 0,
  unknown: 0,
  reliefW: 0,
  presentW: 0,
  remarks: [],
};
const deed = (by: string) => ({ by, atUtcMs: 1 });
const signed = (by: string, jws = 'a.b.c') => ({ ...deed(by), sequence: 1, jws, sha256: '0', keyId: 'k' });
const sent = { ...signed('anna'), startsAtUtcMs: 1, endsAtUtcMs: 2, expiresAtUtcMs: 2 };
const notice = (change: Partial<NoticeRecord> = {}): NoticeRecord => ({
  noticeId: 'n-1',
  draft: exampleDraft(),
  forecast,
  warnings: [],
  drafted: deed('anna'),
  ...change,
});

describe('the store refuses by itself', () => {
  it.each<[string, NoticeRecord]>([
    ['an authoriser who drafted', notice({ authorised: deed('anna') })],
    ['a signed notice that nobody authorised', notice({ sent })],
    [
      'an early end that one person asked for and let go',
      notice({
        authorised: deed('bob'),
        sent,
        cancel: { reason: '', asked: deed('bob'), authorised: signed('bob') },
      }),
    ],
    [
      'an early end of what was not sent',
      notice({
        authorised: deed('bob'),
        cancel: { reason: '', asked: deed('anna'), authorised: signed('bob') },
      }),
    ],
  ])('%s', (_what, wrong) => {
    const store = open(folder());
    expect(() => store.saveNotice(wrong)).toThrow(/constraint/i);
    store.saveNotice(notice());
    expect(() => store.saveNotice(wrong)).toThrow(/constraint/i);
    expect(store.notices()).toEqual([notice()]);
  });

  it.each<[string, NoticeRecord, NoticeRecord]>([
    ['another drafter', notice(), notice({ drafted: deed('bob') })],
    ['another authoriser', notice({ authorised: deed('bob') }), notice({ authorised: deed('carl') })],
    ['no authoriser any more', notice({ authorised: deed('bob') }), notice()],
    [
      'other bytes than were signed',
      notice({ authorised: deed('bob'), sent }),
      notice({ authorised: deed('bob'), sent: { ...sent, jws: 'd.e.f' } }),
    ],
  ])('%s', (_what, before, after) => {
    const store = open(folder());
    store.saveNotice(before);
    expect(() => store.saveNotice(after)).toThrow(/never changed/);
    expect(store.notices()).toEqual([before]);
  });

  it('a sequence that is not the next one', () => {
    const store = open(folder());
    expect([1, 1, 3, 2].map((sequence) => store.takeSequence('12', 'a', sequence))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([
      store.lastSequence('12', 'a'),
      store.lastSequence('12', 'b'),
      store.lastSequence('13', 'a'),
    ]).toEqual([2, 0, 0]);
  });

  it('a change to the audit trail', () => {
    const directory = folder();
    const store = open(directory);
    store.append({ entry: 1, atUtcMs: 1, action: 'a', subject: '', from: '', sentence: '', hash: 'h' });
    store.close();
    const database = new Database(join(directory, 'desk.sqlite'));
    onTestFinished(() => {
      database.close();
    });
    expect(() => database.exec("UPDATE audit SET action = 'b'")).toThrow(/only grows/);
    expect(() => database.exec('DELETE FROM audit')).toThrow(/only grows/);
    expect(() => database.exec('DELETE FROM notice')).not.toThrow();
  });
});

it('a transaction that fails leaves nothing behind, of whatever was in it', () => {
  const store = open(folder());
  expect(() =>
    store.transaction(() => {
      store.takeSequence('12', 'a', 1);
      store.saveNotice(notice());
      store.saveTargets('n-1', [
        { target: { gatewayId: 'home-1', consent: 'given' }, progress: { stage: 'asked', rank: 0 } },
      ]);
      throw new Error('the disk is full');
    }),
  ).toThrow('the disk is full');
  expect([store.lastSequence('12', 'a'), store.notices(), store.targets('n-1')]).toEqual([0, [], []]);
});

it('a second desk on the same folder is told so', () => {
  const directory = folder();
  open(directory);
  expect(openDeskStore(directory)).toMatchObject({
    ok: false,
    cause: 'inUse',
    detail: expect.stringContaining('another desk'),
  });
});

it.each([
  ['something that is no database', (path: string) => writeFileSync(path, 'x'.repeat(5_000))],
  [
    'a database of something else',
    (path: string) => {
      const other = new Database(path);
      other.exec('CREATE TABLE a (b); PRAGMA user_version = 1');
      other.close();
    },
  ],
])('%s is left as it is', (_what, make) => {
  const directory = folder();
  make(join(directory, 'desk.sqlite'));
  expect(openDeskStore(directory)).toMatchObject({ ok: false, cause: 'unusable' });
});

it('keeps the newest 10,000 messages that were set aside', () => {
  const store = open(folder());
  const message = (atUtcMs: number) => ({
    atUtcMs,
    topic: 't',
    cause: 'c',
    payload: 'p',
    isWaitingForKey: false,
  });
  store.setAside(Array.from({ length: 10_005 }, (_, index) => message(index)));
  expect(store.setAsideCount()).toBe(10_000);
  expect(store.newestSetAside(1)).toMatchObject([{ at: new Date(10_004).toISOString() }]);
});

it('what a transaction has returned from is there after SIGKILL, and what it has not is not', {
  timeout: 60_000,
}, async () => {
  for (const rounds of [1, 2, 3, 4]) {
    const directory = folder();
    const child = fork(new URL('./storeWriter.ts', import.meta.url), [directory], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let told = 0;
    child.on('message', (count) => {
      told = Number(count);
      if (told >= rounds * 40) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    const store = open(directory);
    const last = store.lastSequence('12', 'feeder-12');
    expect(last).toBeGreaterThanOrEqual(told);
    // Sequence, notice, targets and audit entry stand or fall together.
    const notices = store.notices();
    expect(notices.map(({ sent: was }) => was?.sequence)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expect([...store.all()]).toHaveLength(last);
    for (const { noticeId } of notices) expect(store.targets(noticeId)).toHaveLength(3);
  }
});
