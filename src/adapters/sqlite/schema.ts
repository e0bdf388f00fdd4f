import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { COMPANIONS } from './files.ts';

/** "LGAT" in the file's header: tells our database from any other. */
export const APPLICATION_ID = 0x4c474154;

/**
 * Small pages, since a commit rewrites whole ones. A day of 2880 commits with half a minute of decisions (50 kB of
 * JSON) each and 400 of single events, all acknowledged, wrote 49 MB with these; 49 MB with 512, 69 MB with 2048
 * and 119 MB with 4096. Can only be chosen when a database is begun.
 */
const PAGE_SIZE_BYTES = 1024;

/** Each step leads from the version of its place to the next. Steps that were released are never changed. */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row: memory, instants, the name of the outbox and the last sequence of each of its streams, sealed as one so
  -- that they cannot disagree.
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
  ) STRICT;

  -- The columns stand before the body, so that a search never reads the bodies.
  CREATE TABLE journal (
    segment INTEGER PRIMARY KEY,
    first_running_ms REAL NOT NULL,
    last_running_ms REAL NOT NULL,
    first_utc_ms REAL NOT NULL,
    last_utc_ms REAL NOT NULL,
    sealed_entries BLOB NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_end ON journal (last_utc_ms);

  -- stream is its place in the order of sending: 0 events, 1 status, 2 telemetry.
  CREATE TABLE outbox (
    stream INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    recorded_at_utc_ms REAL NOT NULL,
    running_ms REAL NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (stream, sequence)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The journal becomes a chain of records: runs of decisions, and notes between them. A row without a record number is
  -- from before; the chain begins behind it. previous is kept, so that a row can be checked when the one before is gone.
  -- kind: 0 decisions, 1 command, 2 receipt, 3 checkpoint. The outbox got the stream -1, receipts, before all others.
  ALTER TABLE journal ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE journal ADD COLUMN record INTEGER;
  ALTER TABLE journal ADD COLUMN previous BLOB;
  ALTER TABLE journal ADD COLUMN hash BLOB;
  CREATE INDEX journal_notes ON journal (segment) WHERE kind > 0;
  `,
  `
  -- The account of energy. kind: -1 what is not finished (id 0), 0 seconds, 1 minutes, 2 half-hour, 3 session, 4 gap; 9 fills
  -- free pages with zeros and is gone again. bytes is the length of the sealed value, so that sums need not read it.
  CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    first_utc_ms REAL NOT NULL,
    last_utc_ms REAL NOT NULL,
    bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX usage_by_age ON usage (kind, last_utc_ms, first_utc_ms, bytes);
  `,
  `
  -- When the lowest broken rung of the way to the back office changed; the newest entries only.
  CREATE TABLE network_history (
    entry INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- How far each stream was taken by the broker. Rows of the outbox up to there are only kept, to be repeated on request.
  CREATE TABLE stream (
    stream INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
  ) STRICT;

  -- The loss ledger: gaps of the streams, and their causes.
  CREATE TABLE loss (
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    first_sequence INTEGER,
    last_sequence INTEGER,
    is_told INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX loss_untold ON loss (id) WHERE is_told = 0;
  CREATE INDEX loss_by_sequence ON loss (stream, last_sequence);
  `,
];

export function readSchemaVersion(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** Leads the schema from its version to the newest, each step in one transaction. */
export function migrate(database: Database.Database, migrations: readonly string[] = MIGRATIONS): void {
  for (let version = readSchemaVersion(database); version < migrations.length; version += 1) {
    database
      .transaction(() => {
        database.exec(migrations[version] ?? '');
        database.pragma(`user_version = ${version + 1}`);
      })
      .immediate();
  }
}

/** The tables and indexes as they stand, in words that can be compared. */
export function describeSchema(database: Database.Database): string {
  const rows = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all();
  return JSON.stringify(rows);
}

/** What describeSchema says of a whole database of this version. */
export function describeSchemaOf(version: number): string {
  const database = new Database(':memory:');
  try {
    migrate(database, MIGRATIONS.slice(0, version));
    return describeSchema(database);
  } finally {
    database.close();
  }
}

/**
 * Begins an empty database. It gets its name only when it is whole: a file of that name that is
 * not whole has been damaged, it was never half made.
 */
export function createDatabase(path: string): void {
  const draft = `${path}.new`;
  for (const suffix of ['', ...COMPANIONS]) rmSync(`${draft}${suffix}`, { force: true });
  const database = new Database(draft);
  try {
    database.pragma(`page_size = ${PAGE_SIZE_BYTES}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(database);
  } finally {
    database.close();
  }
  renameSync(draft, path);
  syncDirectory(dirname(path));
}

/** A rename is on the disk only when its directory is. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
