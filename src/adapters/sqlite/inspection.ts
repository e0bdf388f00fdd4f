import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isDamage } from './failures.ts';
import { COMPANIONS } from './files.ts';
import { readJournalHead } from './journal.ts';
import { APPLICATION_ID, describeSchema, describeSchemaOf, MIGRATIONS, readSchemaVersion } from './schema.ts';
import { readState, type StoredState } from './storedState.ts';

export type Finding =
  | { readonly kind: 'missing' }
  | { readonly kind: 'sound'; readonly state?: StoredState }
  | { readonly kind: 'damaged'; readonly detail: string };

/**
 * Looks whether a database can be trusted: its pages, its schema, its memory. Reads alone, so that a damaged
 * file is set aside as it was found.
 * Throws when the disk does not let it look.
 */
export function inspectDatabase(path: string): Finding {
  if (!existsSync(path)) {
    const orphan = COMPANIONS.map((suffix) => `${path}${suffix}`).find((companion) => existsSync(companion));
    if (orphan === undefined) return { kind: 'missing' };
    return damaged(path, 'a database beside its write-ahead log', `only ${orphan}`);
  }
  const writeVersion = readWriteVersion(path);
  if (writeVersion !== 1 && writeVersion !== 2) {
    return damaged(path, 'a database file', `a header with write version ${writeVersion}`);
  }
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return inspect(path, database);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return damaged(path, 'a sound database', String(error instanceof Error ? error.message : error));
  } finally {
    database.close();
  }
}

/**
 * SQLite opens a file of a later write version for reading alone and says no more than "readonly".
 * Source: SQLite database file format, 1.3.3.
 */
function readWriteVersion(path: string): number | undefined {
  const header = Buffer.alloc(100);
  const descriptor = openSync(path, 'r');
  try {
    return readSync(descriptor, header) === header.length ? header[18] : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function inspect(path: string, database: Database.Database): Finding {
  const applicationId = database.pragma('application_id', { simple: true });
  if (applicationId !== APPLICATION_ID) {
    return damaged(path, 'a database of Loadgate', `application id ${applicationId}`);
  }
  const version = readSchemaVersion(database);
  if (version < 1 || version > MIGRATIONS.length) {
    return damaged(path, `schema version 1 to ${MIGRATIONS.length}`, `version ${version}`);
  }
  const check = database.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok') return damaged(path, 'whole pages', String(check));
  if (describeSchema(database) !== describeSchemaOf(version)) {
    return damaged(path, `the tables of schema version ${version}`, 'other ones');
  }
  return inspectState(path, database);
}

function inspectState(path: string, database: Database.Database): Finding {
  const reading = readState(database);
  if (reading.kind === 'undecodable') {
    return damaged(path, 'a memory that can be read', 'one whose check sum or form is wrong');
  }
  if (reading.kind === 'read') return inspectHead(path, database, reading.state);
  // Every transaction writes the memory, so rows without one have lost it.
  const hasRows = database
    .prepare('SELECT EXISTS (SELECT 1 FROM journal) OR EXISTS (SELECT 1 FROM outbox)')
    .pluck()
    .get();
  return hasRows === 1 ? damaged(path, 'a memory beside the records', 'records alone') : { kind: 'sound' };
}

/** A page that was half written reads as one of zeros, which SQLite takes for whole: the newest rows would be gone. */
function inspectHead(path: string, database: Database.Database, state: StoredState): Finding {
  const { head } = state;
  if (head === undefined) return { kind: 'sound', state };
  const found = readJournalHead(database);
  if (found?.record === head.record && found.hash === head.hash) return { kind: 'sound', state };
  const last = found === undefined ? 'none' : `record ${found.record}`;
  return damaged(path, `record ${head.record} as the last one of the journal, which the memory names`, last);
}

function damaged(path: string, expected: string, found: string): Finding {
  return { kind: 'damaged', detail: `${path}: expected ${expected}, found ${found}` };
}
