import { existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { UtcMs } from '../../domain/instant.ts';
import type { BackupMark, JournalHead } from '../../ports/store.ts';
import { followChain } from './chainCheck.ts';
import { Erasing } from './erasing.ts';
import { explainFailure } from './failures.ts';
import { COMPANIONS, databasePath } from './files.ts';
import { inspectDatabase } from './inspection.ts';
import { openSource } from './openStoreReadOnly.ts';
import { waitingSince } from './outboxRows.ts';
import { createDatabase, MIGRATIONS, readSchemaVersion } from './schema.ts';
import { seal } from './sealedJson.ts';
import { readState, type StoredState } from './storedState.ts';
import { PLACES } from './streams.ts';

/** What a backup takes with it; what waits to be sent stays behind. */
const KEPT_TABLES = ['journal', 'usage', 'network_history'] as const;

/** A record that came out of a backup, or is about to go into one. */
export interface BackedUp {
  readonly backup: BackupMark;
  /** When the last commit in it was. */
  readonly recordedUntilUtcMs: UtcMs;
  readonly head?: JournalHead;
}

export type BackedUpResult =
  | ({ readonly ok: true } & BackedUp)
  | { readonly ok: false; readonly detail: string };

/**
 * Writes the record of a state directory into a database of its own, as it stands at one moment. A running gateway goes
 * on writing meanwhile: all is read in one transaction that only reads, and nothing ever waits for that one.
 * The copy says of itself that it is a backup, so whoever puts it in the place of a record cannot pass it for that.
 * @param target made anew; removed when anything fails
 */
export function gatherBackup(directory: string, target: string, madeAtUtcMs: UtcMs): BackedUpResult {
  const path = databasePath(directory);
  if (!existsSync(path)) {
    return { ok: false, detail: `${path}: expected the record of a gateway, found no such file.` };
  }
  try {
    removeDatabase(target);
    createDatabase(target);
    const source = openSource(directory);
    try {
      copyRecord(path, source.database, target, madeAtUtcMs);
    } finally {
      source.close();
    }
    return checkBackup(target);
  } catch (error) {
    removeDatabase(target);
    return { ok: false, detail: detailOf(path, error) };
  }
}

/** Whether a database is a whole backup: its pages, its tables, its memory, and every record of its journal. */
export function checkBackup(path: string): BackedUpResult {
  try {
    const finding = inspectDatabase(path);
    if (finding.kind === 'damaged') return { ok: false, detail: finding.detail };
    const state = finding.kind === 'sound' ? finding.state : undefined;
    if (state?.backup === undefined) {
      return { ok: false, detail: `${path}: expected the record of a backup, found another one.` };
    }
    const database = new Database(path, { readonly: true, fileMustExist: true });
    try {
      const check = database.pragma('integrity_check(1)', { simple: true });
      if (check !== 'ok') return { ok: false, detail: `${path}: expected whole pages, found ${check}` };
      const head = followChain(database, path);
      const { backup, restored } = state;
      return {
        ok: true,
        backup,
        recordedUntilUtcMs: restored.utcMs,
        ...(head === undefined ? {} : { head }),
      };
    } finally {
      database.close();
    }
  } catch (error) {
    return { ok: false, detail: detailOf(path, error) };
  }
}

export function removeDatabase(path: string): void {
  for (const suffix of ['', ...COMPANIONS, '-journal']) rmSync(`${path}${suffix}`, { force: true });
}

/** What was thrown here is a sentence already. */
function detailOf(path: string, error: unknown): string {
  const isOwn = error instanceof Error && error.message.startsWith(path);
  return isOwn ? error.message : explainFailure(path, error);
}

function copyRecord(path: string, source: Database.Database, target: string, madeAtUtcMs: UtcMs): void {
  const version = readSchemaVersion(source);
  if (version !== MIGRATIONS.length) {
    throw new Error(
      `${path}: expected schema version ${MIGRATIONS.length}, found ${version}; use the loadgate command of the same ` +
        'version as the gateway, and start a newer gateway once before.',
    );
  }
  const copy = new Database(target, { fileMustExist: true });
  try {
    // One file that needs no log beside it; it is put on the disk once, when it is whole.
    copy.pragma('journal_mode = DELETE');
    copy.pragma('synchronous = NORMAL');
    source.exec('BEGIN');
    const state = readState(source);
    if (state.kind !== 'read') throw new Error(`${path}: expected a memory, found ${state.kind}`);
    const copyAll = copy.transaction(() => {
      for (const table of KEPT_TABLES) copyTable(source, copy, table);
      const marked = markAsBackup(source, state.state, madeAtUtcMs);
      copy.prepare('INSERT INTO state VALUES (1, ?)').run(seal(marked));
    });
    copyAll.immediate();
    source.exec('COMMIT');
    // What the household wanted erased does not live on in a backup, also when the gateway is not done with it.
    const erasing = new Erasing(copy);
    while (!erasing.isDone()) erasing.runSlice();
  } finally {
    copy.close();
  }
}

function copyTable(source: Database.Database, copy: Database.Database, table: string): void {
  const rows = source.prepare(`SELECT * FROM ${table}`).raw();
  const places = rows.columns().map(() => '?');
  const insert = copy.prepare(`INSERT INTO ${table} VALUES (${places.join(', ')})`);
  for (const row of rows.iterate()) insert.run(...(row as unknown[]));
}

/** A backup of a backup in which nothing was recorded yet is as old as that one. */
function markAsBackup(source: Database.Database, state: StoredState, madeAtUtcMs: UtcMs): StoredState {
  if (state.backup !== undefined) return state;
  const openSince = Object.entries(PLACES).map(([stream, place]) => [
    stream,
    waitingSince(source, place) ?? state.restored.utcMs,
  ]);
  const openSinceUtcMs: BackupMark['openSinceUtcMs'] = Object.fromEntries(openSince);
  return { ...state, backup: { madeAtUtcMs, journalId: state.outboxId, openSinceUtcMs } };
}
