import { existsSync, truncateSync } from 'node:fs';
import Database from 'better-sqlite3';
import { explainFailure, isBusy, isDamage } from './failures.ts';
import { lockPath } from './files.ts';

export type LockResult =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly detail: string };

/**
 * Takes the state directory for this process alone. The lock is an exclusive one of the operating system on an
 * empty file, so it goes with its process, however that ends; no number of a dead process is left behind.
 */
export function takeDirectoryLock(directory: string): LockResult {
  const path = lockPath(directory);
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    holdExclusively(database, path);
    const held = database;
    return { ok: true, release: () => held.close() };
  } catch (error) {
    database?.close();
    const detail = isBusy(error)
      ? `${directory}: expected a state directory of this gateway alone, found another gateway running on it; ` +
        'end that one or choose another state directory.'
      : explainFailure(path, error);
    return { ok: false, detail };
  }
}

/** Whether a gateway runs on this directory. Changes nothing. */
export function isDirectoryLocked(directory: string): boolean {
  const path = lockPath(directory);
  if (!existsSync(path)) return false;
  const database = new Database(path, { readonly: true, timeout: 0 });
  try {
    database.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

function holdExclusively(database: Database.Database, path: string): void {
  try {
    begin(database);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Whoever held it would have been noticed before the content was: nobody does, and the content means nothing.
    truncateSync(path);
    begin(database);
  }
}

function begin(database: Database.Database): void {
  database.pragma('journal_mode = MEMORY');
  database.exec('BEGIN EXCLUSIVE');
}
