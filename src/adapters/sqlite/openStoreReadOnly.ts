import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RecordReader, RecordReaderResult } from '../../ports/store.ts';
import { isDirectoryLocked } from './directoryLock.ts';
import { explainFailure } from './failures.ts';
import { databasePath } from './files.ts';
import { readLastRecord, readNotes, readRecords, readSegments, readUnchained } from './journalReading.ts';
import { readNetworkChanges } from './networkHistory.ts';
import { countWaiting, readOutbox } from './outboxRows.ts';
import { APPLICATION_ID, MIGRATIONS, readSchemaVersion } from './schema.ts';
import { readState } from './storedState.ts';
import { readUsage, readUsageState } from './usageTable.ts';

/**
 * Opens the record of a state directory for reading alone.
 * While the gateway runs, its database is read in place. While it does not, a copy is read: SQLite would put its
 * log and index back beside a database that was closed or killed, and a command of another user would own them.
 */
export function openStoreReadOnly(directory: string): RecordReaderResult {
  const path = databasePath(directory);
  if (!existsSync(path)) {
    const detail = `${path}: expected the record of a gateway, found no such file; check the state directory.`;
    return { ok: false, detail };
  }
  let source: Source | undefined;
  try {
    source = openSource(directory);
    return { ok: true, record: read(path, source) };
  } catch (error) {
    source?.close();
    return { ok: false, detail: explainFailure(path, error) };
  }
}

interface Source {
  readonly database: Database.Database;
  readonly close: () => void;
}

/** Throws what SQLite throws. */
export function openSource(directory: string): Source {
  const path = databasePath(directory);
  return isDirectoryLocked(directory) ? openInPlace(path) : openCopy(path);
}

function openInPlace(path: string): Source {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  return { database, close: () => database.close() };
}

function openCopy(path: string): Source {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (const suffix of ['', '-wal']) {
      if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, join(directory, `copy${suffix}`));
    }
    const { database } = openInPlace(join(directory, 'copy'));
    const close = () => {
      database.close();
      remove();
    };
    return { database, close };
  } catch (error) {
    remove();
    throw error;
  }
}

function read(path: string, { database, close }: Source): RecordReader {
  const version = readSchemaVersion(database);
  const isOurs = database.pragma('application_id', { simple: true }) === APPLICATION_ID;
  if (!isOurs || version !== MIGRATIONS.length) {
    throw new Error(`schema version ${version} where this program reads ${MIGRATIONS.length}`);
  }
  const state = readState(database);
  if (state.kind === 'undecodable') throw new Error('a memory whose check sum or form is wrong');
  const unchained = readUnchained(database);
  return {
    ...(state.kind === 'read' ? { restored: state.state.restored } : {}),
    ...(unchained === undefined ? {} : { unchained }),
    journalId: state.kind === 'read' ? state.state.outboxId : '',
    pendingCount: () => countWaiting(database),
    segments: (interval) => readSegments(database, path, interval),
    records: (interval) => readRecords(database, path, interval),
    lastRecord: (interval) => readLastRecord(database, interval),
    notes: () => readNotes(database, path),
    networkChanges: () => readNetworkChanges(database),
    outbox: () => readOutbox(database),
    usage: (kind, interval) => readUsage(database, kind, interval),
    usageState: () => readUsageState(database),
    close,
  };
}
