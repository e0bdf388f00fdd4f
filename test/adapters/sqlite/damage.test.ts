import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { MIGRATIONS } from '../../../src/adapters/sqlite/schema.ts';
import { batchOf, EVENT, recordingLog, TELEMETRY } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const COMMITS = 40;
const log = recordingLog();

/** A state directory as an orderly stop leaves it, with some pages of each kind. */
function recordedDirectory(): string {
  const directory = temporaryDirectory();
  const store = openStore({ directory, log });
  for (let count = 1; count <= COMMITS; count += 1) store.commit(batchOf(count, [EVENT, TELEMETRY]));
  store.close();
  return directory;
}

/** Opens after the damage and proves that the file of before is still there, to the byte. */
function expectSetAside(directory: string, damagedBytes: Buffer, found: RegExp, outboxId: string): void {
  const store = openStore({ directory, log });
  const asidePath = `${databasePath(directory)}.damaged-1`;
  expect(store.condition).toEqual({
    kind: 'damaged',
    setAsidePath: asidePath,
    detail: expect.stringMatching(found),
  });
  expect(readFileSync(asidePath).equals(damagedBytes)).toBe(true);
  // Its sequences begin at 1 again, so a subscriber must not take them for those of before.
  expect(store.outboxId).toMatch(/^[0-9a-f]{8}$/);
  expect(store.outboxId).not.toBe(outboxId);
  expect(store.commit(batchOf(1, [EVENT])).ok).toBe(true);
  store.close();
  const next = openStore({ directory, log });
  expect(next.condition.kind).toBe('restored');
  next.close();
}

function damageWith(change: (path: string) => void, found: RegExp): void {
  const directory = recordedDirectory();
  const path = databasePath(directory);
  const sound = openStore({ directory, log });
  const { outboxId } = sound;
  sound.close();
  change(path);
  expectSetAside(directory, readFileSync(path), found, outboxId);
}

function withDatabase(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

describe('a database that cannot be trusted is set aside, never overwritten', () => {
  it('with a header of garbage', () =>
    damageWith((path) => {
      const bytes = readFileSync(path);
      bytes.fill(0x5a, 0, 100);
      writeFileSync(path, bytes);
    }, /expected a database file/));

  it('with pages that were swapped for noise', () =>
    damageWith((path) => {
      const bytes = readFileSync(path);
      for (let page = 3; page * 1024 < bytes.length; page += 4)
        bytes.fill(0xa5, page * 1024, page * 1024 + 512);
      writeFileSync(path, bytes);
    }, /expected/));

  it('when it is cut short', () => damageWith((path) => truncateSync(path, 5 * 1024 + 100), /expected/));

  it('when it is empty', () => damageWith((path) => truncateSync(path, 0), /expected a database file/));

  it('when its memory cannot be decoded', () =>
    damageWith(
      (path) => withDatabase(path, "UPDATE state SET sealed = x'00112233445566'"),
      /memory that can be read/,
    ));

  it('when its memory is gone', () =>
    damageWith((path) => withDatabase(path, 'DELETE FROM state'), /a memory beside the records/));

  it('when the newest records of its journal are gone', () =>
    damageWith(
      (path) => withDatabase(path, 'DELETE FROM journal WHERE segment = (SELECT max(segment) FROM journal)'),
      /expected record 40 as the last one of the journal, which the memory names, found record 39/,
    ));

  it('when a newer version of the gateway wrote it', () =>
    damageWith(
      (path) => withDatabase(path, `PRAGMA user_version = ${MIGRATIONS.length + 1}`),
      /expected schema version 1 to \d, found version/,
    ));

  it('when it is the database of something else', () =>
    damageWith((path) => withDatabase(path, 'PRAGMA application_id = 7'), /a database of Loadgate/));

  it('when a table has another form', () =>
    damageWith(
      (path) => withDatabase(path, 'ALTER TABLE outbox RENAME COLUMN sealed TO seale'),
      /tables of schema/,
    ));

  it('when only its write-ahead log is left', () => {
    const directory = recordedDirectory();
    const path = databasePath(directory);
    rmSync(path);
    writeFileSync(`${path}-wal`, 'left behind');
    const store = openStore({ directory, log });
    expect(store.condition.kind).toBe('damaged');
    expect(readFileSync(`${path}.damaged-1-wal`, 'utf8')).toBe('left behind');
    store.close();
  });
});

it('sets aside what a kill left exactly as it was, the write-ahead log with it', () => {
  const running = temporaryDirectory();
  const directory = temporaryDirectory();
  const path = databasePath(directory);
  const store = openStore({ directory: running, log });
  for (let count = 1; count <= 10; count += 1) store.commit(batchOf(count, [EVENT]));
  const intruder = new Database(databasePath(running));
  intruder.exec("UPDATE state SET sealed = x'00112233445566'");
  for (const suffix of ['', '-wal']) copyFileSync(`${databasePath(running)}${suffix}`, `${path}${suffix}`);
  intruder.close();
  store.close();
  const before = ['', '-wal'].map((suffix) => readFileSync(`${path}${suffix}`));

  const reopened = openStore({ directory, log });
  expect(reopened.condition.kind).toBe('damaged');
  const after = ['', '-wal'].map((suffix) => readFileSync(`${path}.damaged-1${suffix}`));
  expect(after.map((bytes, place) => bytes.equals(before[place] ?? bytes))).toEqual([true, true]);
  reopened.close();
});

it('gives each set-aside database a number of its own', () => {
  const directory = recordedDirectory();
  for (const content of ['first', 'second', 'third']) {
    writeFileSync(databasePath(directory), content);
    openStore({ directory, log }).close();
  }
  const contents = [1, 2, 3].map((n) => readFileSync(`${databasePath(directory)}.damaged-${n}`, 'utf8'));
  expect(contents).toEqual(['first', 'second', 'third']);
});

it('goes on with a database that a tool has taken out of write-ahead logging', () => {
  const directory = recordedDirectory();
  withDatabase(databasePath(directory), 'PRAGMA journal_mode = DELETE');
  const store = openStore({ directory, log });
  expect(store.condition.kind).toBe('restored');
  expect(store.commit(batchOf(COMMITS + 1)).ok).toBe(true);
  store.close();
});

describe('random damage', () => {
  it('never throws, never restores another memory, never loses the damaged file', () => {
    const directory = recordedDirectory();
    const sound = readFileSync(databasePath(directory));
    const { memory } = batchOf(COMMITS);
    const flips = fc.array(
      fc.record({
        at: fc.oneof(fc.nat(100), fc.nat(sound.length - 1)).filter((at) => at < sound.length),
        mask: fc.integer({ min: 1, max: 255 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(flips, (chosen) => {
        const bytes = Buffer.from(sound);
        for (const { at, mask } of chosen) bytes[at] = (bytes[at] ?? 0) ^ mask;
        for (const name of readdirSync(directory)) rmSync(join(directory, name));
        writeFileSync(databasePath(directory), bytes);

        const store = openStore({ directory, log });
        const { condition } = store;
        if (condition.kind === 'restored') expect(condition.state.memory).toEqual(memory);
        else if (condition.kind === 'damaged') {
          expect(readFileSync(condition.setAsidePath).equals(bytes)).toBe(true);
        } else expect(condition.kind).toBe(bytes.equals(sound) ? 'restored' : 'damaged');
        expect(store.commit(batchOf(COMMITS + 1, [EVENT]))).toMatchObject({});
        store.pending(100);
        store.pendingCount();
        store.trimJournal(0);
        store.close();
      }),
      { numRuns: 300 },
    );
  });

  it('of the write-ahead log restores one of the committed memories', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    for (let count = 1; count <= 10; count += 1) store.commit(batchOf(count, [EVENT]));
    const killed = temporaryDirectory();
    for (const suffix of ['', '-wal'])
      copyFileSync(`${databasePath(directory)}${suffix}`, `${databasePath(killed)}${suffix}`);
    store.close();
    const logBytes = readFileSync(`${databasePath(killed)}-wal`);
    const main = readFileSync(databasePath(killed));
    fc.assert(
      fc.property(fc.nat(logBytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        for (const name of readdirSync(killed)) rmSync(join(killed, name));
        const bytes = Buffer.from(logBytes);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        writeFileSync(databasePath(killed), main);
        writeFileSync(`${databasePath(killed)}-wal`, bytes);
        const reopened = openStore({ directory: killed, log });
        const { condition } = reopened;
        reopened.close();
        if (condition.kind === 'restored') {
          expect(condition.state.memory).toEqual(batchOf(condition.state.runningMs / 30_000).memory);
        } else if (condition.kind === 'damaged') expect(existsSync(condition.setAsidePath)).toBe(true);
        else expect(condition.kind).toBe('fresh');
      }),
      { numRuns: 100 },
    );
  });
});
