import type Database from 'better-sqlite3';

/** "LGDK" in the file's header: tells the desk's database from any other. */
const APPLICATION_ID = 0x4c47444b;

/** Each step leads from the version of its place to the next. Steps that were released are never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- What is asked for stands in columns; all of it in the record.
  CREATE TABLE gateway (
    gateway_id TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE set_aside (
    id INTEGER PRIMARY KEY,
    at_utc_ms REAL NOT NULL,
    topic TEXT NOT NULL,
    gateway_id TEXT,
    cause TEXT NOT NULL,
    payload TEXT NOT NULL,
    waits_for_key INTEGER NOT NULL CHECK (waits_for_key IN (0, 1))
  ) STRICT;
  CREATE INDEX set_aside_waiting ON set_aside (gateway_id) WHERE waits_for_key = 1;

  -- Two people stand behind every command, whatever the program above says.
  CREATE TABLE notice (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    notice_id TEXT NOT NULL UNIQUE,
    drafted_by TEXT NOT NULL,
    authorised_by TEXT CHECK (authorised_by <> drafted_by),
    jws TEXT CHECK (jws IS NULL OR authorised_by IS NOT NULL),
    cancel_asked_by TEXT,
    cancel_authorised_by TEXT CHECK (cancel_authorised_by <> cancel_asked_by),
    cancel_jws TEXT CHECK (cancel_jws IS NULL OR (cancel_authorised_by IS NOT NULL AND jws IS NOT NULL)),
    record TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER notice_keeps_its_drafter BEFORE UPDATE OF drafted_by ON notice
    WHEN OLD.drafted_by <> NEW.drafted_by
    BEGIN SELECT RAISE(ABORT, 'who drafted a notice is never changed'); END;
  CREATE TRIGGER notice_keeps_its_authoriser BEFORE UPDATE OF authorised_by ON notice
    WHEN OLD.authorised_by IS NOT NULL AND OLD.authorised_by IS NOT NEW.authorised_by
    BEGIN SELECT RAISE(ABORT, 'who authorised a notice is never changed'); END;
  CREATE TRIGGER notice_keeps_its_bytes BEFORE UPDATE OF jws, cancel_jws ON notice
    WHEN (OLD.jws IS NOT NULL AND OLD.jws IS NOT NEW.jws)
      OR (OLD.cancel_jws IS NOT NULL AND OLD.cancel_jws IS NOT NEW.cancel_jws)
    BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END;
  CREATE TRIGGER notice_stays BEFORE DELETE ON notice
    BEGIN SELECT RAISE(ABORT, 'a notice is never deleted'); END;

  CREATE TABLE sequence (
    issuer TEXT NOT NULL,
    area TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (issuer, area)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER sequence_rises BEFORE UPDATE ON sequence WHEN NEW.last <= OLD.last
    BEGIN SELECT RAISE(ABORT, 'a sequence only rises'); END;

  CREATE TABLE target (
    notice_id TEXT NOT NULL,
    gateway_id TEXT NOT NULL,
    target TEXT NOT NULL,
    progress TEXT NOT NULL,
    watched TEXT,
    PRIMARY KEY (notice_id, gateway_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE series (notice_id TEXT PRIMARY KEY, points TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE receipt (
    gateway_id TEXT NOT NULL,
    outbox_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    notice_id TEXT,
    received_at_utc_ms REAL NOT NULL,
    jws TEXT NOT NULL,
    PRIMARY KEY (gateway_id, outbox_id, stream, sequence)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    entry INTEGER PRIMARY KEY,
    at_utc_ms REAL NOT NULL,
    user TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    sentence TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
  `,
  `
  -- How whole each stream of each gateway is, and the hashes of what no manifest has vouched for yet.
  CREATE TABLE stream_stand (
    gateway_id TEXT NOT NULL,
    outbox_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    stand TEXT NOT NULL,
    PRIMARY KEY (gateway_id, outbox_id, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE received (
    gateway_id TEXT NOT NULL,
    outbox_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    body_sha256 BLOB NOT NULL,
    PRIMARY KEY (gateway_id, outbox_id, stream, sequence)
  ) STRICT, WITHOUT ROWID;
  `,
];

/**
 * Leads the schema from its version to the newest, each step in one transaction.
 * Throws for a database of something else, or of a later version of the desk.
 */
export function migrate(database: Database.Database): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  const applicationId = Number(database.pragma('application_id', { simple: true }));
  if (version > 0 && applicationId !== APPLICATION_ID) {
    throw new Error(`expected a database of the desk, found one with the application id ${applicationId}`);
  }
  if (version > MIGRATIONS.length) {
    throw new Error(
      `expected schema version ${MIGRATIONS.length} or lower, found ${version}: use a newer Loadgate`,
    );
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database
      .transaction(() => {
        database.exec(step);
        database.pragma(`application_id = ${APPLICATION_ID}`);
        database.pragma(`user_version = ${index + 1}`);
      })
      .immediate();
  }
}
