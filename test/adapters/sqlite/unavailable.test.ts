import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openDatabase } from '../../../src/adapters/sqlite/openDatabase.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { RecordTables } from '../../../src/adapters/sqlite/recordTables.ts';
import { batchOf, EVENT, recordingLog } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();
const COMMITTER = fileURLToPath(new URL('support/committer.ts', import.meta.url));

describe('one gateway for one state directory', () => {
  it('refuses a second one and sets nothing aside', () => {
    const directory = temporaryDirectory();
    const first = openStore({ directory, log });
    first.commit(batchOf(1));
    const second = openStore({ directory, log });
    expect(second.condition).toEqual({
      kind: 'unavailable',
      detail: expect.stringMatching(/found another gateway running on it; end that one or choose another/),
    });
    expect(second.commit(batchOf(1))).toMatchObject({
      ok: false,
      detail: expect.stringContaining(directory),
    });
    expect(second.pending(1)).toEqual([]);
    second.close();
    expect(first.commit(batchOf(2)).ok).toBe(true);
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
    first.close();
  });

  it('refuses one of another process, and takes over from one that was killed', async () => {
    const directory = temporaryDirectory();
    const child = spawn(process.execPath, [COMMITTER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    expect(openStore({ directory, log }).condition.kind).toBe('unavailable');
    child.stdout.resume();
    child.kill('SIGKILL');
    await exited;
    const store = openStore({ directory, log });
    expect(['restored', 'fresh']).toContain(store.condition.kind);
    store.close();
  });

  it('takes a lock file of garbage for what it is', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'loadgate.lock'), 'nothing of ours'.repeat(100));
    const store = openStore({ directory, log });
    expect(store.condition.kind).toBe('fresh');
    expect(openStore({ directory, log }).condition.kind).toBe('unavailable');
    store.close();
  });
});

describe('without a database that can be written', () => {
  it('says that a file stands in place of the directory', () => {
    const directory = join(temporaryDirectory(), 'state');
    writeFileSync(directory, 'not a directory');
    const store = openStore({ directory, log });
    expect(store.condition).toEqual({
      kind: 'unavailable',
      detail: expect.stringMatching(/state: expected a directory, found .*; move the file away/),
    });
    expect(store.commit(batchOf(1)).ok).toBe(false);
    expect(readFileSync(directory, 'utf8')).toBe('not a directory');
    store.close();
  });

  it('says that the database cannot be opened when a directory has its name', () => {
    const directory = temporaryDirectory();
    mkdirSync(databasePath(directory));
    const store = openStore({ directory, log });
    expect(store.condition.kind).toBe('unavailable');
    expect(existsSync(databasePath(directory))).toBe(true);
    store.close();
  });

  it('takes up an empty record once the obstacle is gone, looking every 30 s', () => {
    const directory = join(temporaryDirectory(), 'state');
    writeFileSync(directory, '');
    const store = openStore({ directory, log });
    expect(store.commit(batchOf(1)).ok).toBe(false);
    rmSync(directory);
    expect(store.commit({ ...batchOf(1), runningMs: 59_000 }).ok).toBe(false);
    expect(store.commit(batchOf(2, [EVENT]))).toMatchObject({ ok: true, sequences: [1] });
    expect(store.condition).toEqual({ kind: 'fresh' });
    store.close();
  });

  it('never writes over a memory that it did not start from', () => {
    const directory = temporaryDirectory();
    const first = openStore({ directory, log });
    first.commit(batchOf(7));
    const second = openStore({ directory, log });
    expect(second.commit(batchOf(1)).ok).toBe(false);
    first.close();
    for (const count of [2, 3, 4]) {
      expect(second.commit(batchOf(count))).toEqual({
        ok: false,
        detail: expect.stringContaining('restart the gateway to go on from it'),
      });
    }
    const third = openStore({ directory, log });
    expect(third.condition).toMatchObject({ kind: 'restored', state: { memory: batchOf(7).memory } });
    third.close();
  });
});

describe('a disk that fails while the gateway runs', () => {
  it('refuses commits while it is full, and goes on by itself with room', () => {
    const { tables, database, release } = openTables();
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages + 1}`);
    const large = {
      ...batchOf(2, [EVENT]),
      memory: Array.from({ length: 9000 }, (_, place) => Math.sin(place)),
    };
    expect(() => tables.write(large)).toThrow(/full/);
    database.pragma('max_page_count = 100000');
    expect(tables.write(batchOf(2, [EVENT]))).toEqual([1]);
    release();
  });

  it('refuses commits while it is read-only, and goes on by itself afterwards', () => {
    const { tables, database, release } = openTables();
    database.pragma('query_only = ON');
    expect(() => tables.write(batchOf(1, [EVENT]))).toThrow(/readonly/);
    database.pragma('query_only = OFF');
    expect(tables.write(batchOf(1, [EVENT]))).toEqual([1]);
    release();
  });

  it('answers a commit with a sentence while another program locks the database', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    const intruder = new Database(databasePath(directory));
    intruder.exec('BEGIN IMMEDIATE');
    expect(store.commit(batchOf(1))).toEqual({
      ok: false,
      detail: expect.stringMatching(/found "database is locked" \(SQLITE_BUSY\); end the other program/),
    });
    store.acknowledge([{ stream: 'events', sequence: 1 }]);
    store.trimJournal(1);
    intruder.close();
    expect(store.commit(batchOf(1, [EVENT]))).toMatchObject({ ok: true, sequences: [1] });
    store.close();
  });
});

function openTables() {
  const opened = openDatabase(temporaryDirectory());
  if (!opened.ok) throw new Error(opened.detail);
  return { ...opened, tables: new RecordTables(opened.database, opened.identity) };
}
