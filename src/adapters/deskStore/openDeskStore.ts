import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DeskStore } from '../../backoffice/store.ts';
import { auditTable } from './auditTable.ts';
import { certificateTable } from './certificateTable.ts';
import { consentTables } from './consentTables.ts';
import { noticeTables } from './noticeTables.ts';
import { registryTables } from './registryTables.ts';
import { migrate } from './schema.ts';
import { usageTables } from './usageTables.ts';

export type OpenDeskStore =
  | { readonly ok: true; readonly store: DeskStore }
  /** inUse: another desk runs on it. */
  | { readonly ok: false; readonly cause: 'inUse' | 'unusable'; readonly detail: string };

const CHECKPOINT_PAGES = 2_000;
const CACHE_KIB = 8_192;

/**
 * Opens, or begins, the database of the desk in its state directory, for this process alone. Unlike a gateway the desk never
 * sets a damaged database aside by itself: evidence lies in it, and a person has to decide.
 */
export function openDeskStore(directory: string): OpenDeskStore {
  const path = join(directory, 'desk.sqlite');
  let database: Database.Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    database = new Database(path, { timeout: 0 });
    // Held until the process ends, however it ends: two desks would both count sequences.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('trusted_schema = OFF');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`cache_size = -${CACHE_KIB}`);
    migrate(database);
    database.exec('BEGIN IMMEDIATE; COMMIT');
    const check = database.pragma('quick_check(1)', { simple: true });
    if (check !== 'ok') throw new Error(`whole pages expected, found: ${String(check)}`);
    return { ok: true, store: deskStoreOn(database) };
  } catch (error) {
    database?.close();
    return refusal(path, error);
  }
}

function deskStoreOn(database: Database.Database): DeskStore {
  const recall = database.prepare('SELECT value FROM remembered WHERE name = ?').pluck();
  const remember = database.prepare(
    'INSERT INTO remembered VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const transaction = <T>(work: () => T): T => database.transaction(work).immediate();
  return {
    ...registryTables(database),
    ...noticeTables(database),
    ...auditTable(database),
    ...usageTables(database),
    ...consentTables(database),
    ...certificateTable(database),
    transaction,
    remembered: (name) => {
      const value = recall.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    remember: (name, value) => {
      remember.run(name, value);
    },
    close: () => {
      database.close();
    },
  };
}

function refusal(path: string, error: unknown): OpenDeskStore {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const found = error instanceof Error ? error.message : String(error);
  if (code.startsWith('SQLITE_BUSY')) {
    const detail = `${path}: expected a state directory of this desk alone, found another desk running on it; end that one or choose another stateDirectory.`;
    return { ok: false, cause: 'inUse', detail };
  }
  const detail = `${path}: expected a database of the desk that can be written, found "${found}"; check the folder, its rights and the disk, or put back a copy.`;
  return { ok: false, cause: 'unusable', detail };
}
