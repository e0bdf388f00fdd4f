import { accessSync, constants, mkdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { StoreCondition } from '../../ports/store.ts';
import { takeDirectoryLock } from './directoryLock.ts';
import { explainFailure } from './failures.ts';
import { databasePath } from './files.ts';
import { inspectDatabase } from './inspection.ts';
import { createDatabase, migrate } from './schema.ts';
import { setAside } from './setAside.ts';
import { newOutboxIdentity, type OutboxIdentity } from './storedState.ts';

/** Longest that a commit waits for another program's lock; the cycle waits with it. */
const BUSY_TIMEOUT_MS = 200;

/** Pages in the log before they are moved to the database: some two hours of commits, in which hot pages gather. */
const CHECKPOINT_PAGES = 2000;

/** Kibibytes of pages kept in memory. */
const CACHE_KIB = 2048;

export type OpenResult =
  | {
      readonly ok: true;
      readonly condition: Exclude<StoreCondition, { readonly kind: 'unavailable' }>;
      readonly database: Database.Database;
      readonly identity: OutboxIdentity;
      readonly release: () => void;
    }
  | { readonly ok: false; readonly detail: string };

/** Takes the directory, looks at the database, sets a damaged one aside, and opens it for writing. Never throws. */
export function openDatabase(directory: string): OpenResult {
  try {
    mkdirSync(directory, { recursive: true });
    // Names a read-only disk for what it is; SQLite only says that it cannot open.
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return { ok: false, detail: explainFailure(directory, error) };
  }
  const lock = takeDirectoryLock(directory);
  if (!lock.ok) return lock;
  const path = databasePath(directory);
  try {
    return openSound(path, lock.release);
  } catch (error) {
    lock.release();
    return { ok: false, detail: explainFailure(path, error) };
  }
}

function openSound(path: string, releaseLock: () => void): OpenResult {
  const finding = inspectDatabase(path);
  const condition = settle(path, finding);
  if (finding.kind !== 'sound') createDatabase(path);
  const database = openForWriting(path);
  // A backup holds no outbox: the numbers begin anew, under another name.
  const known = finding.kind === 'sound' && finding.state?.backup === undefined ? finding.state : undefined;
  return {
    ok: true,
    condition,
    database,
    identity: known ?? newOutboxIdentity(database),
    release: () => {
      database.close();
      releaseLock();
    },
  };
}

function settle(
  path: string,
  finding: ReturnType<typeof inspectDatabase>,
): Exclude<StoreCondition, { readonly kind: 'unavailable' }> {
  if (finding.kind === 'damaged') {
    return { kind: 'damaged', setAsidePath: setAside(path), detail: finding.detail };
  }
  if (finding.kind === 'missing' || finding.state === undefined) return { kind: 'fresh' };
  const { restored, backup } = finding.state;
  return backup === undefined
    ? { kind: 'restored', state: restored }
    : { kind: 'fromBackup', state: restored, backup };
}

function openForWriting(path: string): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`cache_size = -${CACHE_KIB}`);
    database.pragma('temp_store = MEMORY');
    migrate(database);
    // A file on a read-only disk opens without complaint; only this tells.
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
