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
  `
  -- What homes have agreed to: each entry of each ledger, as its gateway has signed it.
  CREATE TABLE consent_entry (
    gateway_id TEXT NOT NULL,
    at_utc_ms REAL NOT NULL,
    entry INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    text_version TEXT NOT NULL,
    expires_at_utc_ms REAL,
    message TEXT NOT NULL,
    jws TEXT NOT NULL,
    is_acknowledged INTEGER NOT NULL CHECK (is_acknowledged IN (0, 1)),
    -- Said before the gateway was restored from a backup: it acts upon it only when it is said anew.
    is_unconfirmed INTEGER NOT NULL CHECK (is_unconfirmed IN (0, 1)),
    PRIMARY KEY (gateway_id, at_utc_ms, entry)
  ) STRICT;
  CREATE INDEX consent_by_purpose ON consent_entry (purpose, gateway_id, person, at_utc_ms DESC, entry DESC);
  CREATE INDEX consent_unacknowledged ON consent_entry (gateway_id) WHERE is_acknowledged = 0;
  CREATE TRIGGER consent_entry_keeps_its_bytes BEFORE UPDATE OF message, jws ON consent_entry
    BEGIN SELECT RAISE(ABORT, 'what a gateway has signed is never changed'); END;
  CREATE TRIGGER consent_entry_stays BEFORE DELETE ON consent_entry
    BEGIN SELECT RAISE(ABORT, 'what was agreed to is never deleted'); END;

  -- The last word of each person about each purpose.
  CREATE VIEW consent_last AS
    SELECT gateway_id, purpose, person, action, text_version, at_utc_ms, expires_at_utc_ms, is_unconfirmed
    FROM (
      SELECT *, row_number() OVER (
        PARTITION BY purpose, gateway_id, person ORDER BY at_utc_ms DESC, entry DESC
      ) AS place
      FROM consent_entry
    )
    WHERE place = 1;

  -- What people told the back office.
  CREATE TABLE consent_request (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE,
    gateway_id TEXT NOT NULL,
    request TEXT NOT NULL,
    jws TEXT NOT NULL,
    entered_by TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'acknowledged', 'refused')),
    cause TEXT
  ) STRICT;
  CREATE INDEX consent_request_of ON consent_request (gateway_id);
  CREATE INDEX consent_request_open ON consent_request (state) WHERE state IN ('waiting', 'sent');

  CREATE TABLE consent_tombstone (
    gateway_id TEXT NOT NULL,
    at_utc_ms REAL NOT NULL,
    jws TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (gateway_id, at_utc_ms, jws)
  ) STRICT;

  -- The texts that gateways were told: the message as a whole, and text by text.
  CREATE TABLE consent_announcement (
    gateway_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    at_utc_ms REAL NOT NULL,
    jws TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    cause TEXT,
    texts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX consent_announcement_waiting ON consent_announcement (gateway_id) WHERE state = 'waiting';
  CREATE TABLE consent_text (
    gateway_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    version TEXT NOT NULL,
    applies_from_utc_ms REAL,
    PRIMARY KEY (gateway_id, purpose)
  ) STRICT, WITHOUT ROWID;

  -- It stood as one text for each home.
  INSERT OR IGNORE INTO consent_entry
    SELECT substr(home.name, 12), round(1000 * unixepoch(one.value ->> '$.message.at', 'subsec')),
      one.value ->> '$.message.entry', one.value ->> '$.message.purpose', one.value ->> '$.message.person',
      one.value ->> '$.message.action', one.value ->> '$.message.textVersion',
      round(1000 * unixepoch(one.value ->> '$.message.expiresAt', 'subsec')),
      one.value -> '$.message', one.value ->> '$.jws', one.value ->> '$.isAcknowledged', 0
    FROM remembered AS home, json_each(home.value, '$.entries') AS one
    WHERE home.name GLOB 'consent of *';
  INSERT OR IGNORE INTO consent_request (request_id, gateway_id, request, jws, state)
    SELECT one.value ->> '$.request.id', substr(home.name, 12), one.value -> '$.request', one.value ->> '$.jws',
      CASE WHEN substr(home.name, 12) IN (
        SELECT unsent.value FROM remembered AS list, json_each(list.value) AS unsent
        WHERE list.name = 'consent to be sent'
      ) THEN 'waiting' ELSE 'sent' END
    FROM remembered AS home, json_each(home.value, '$.requests') AS one
    WHERE home.name GLOB 'consent of *';
  INSERT OR IGNORE INTO consent_tombstone
    SELECT substr(home.name, 12), round(1000 * unixepoch(one.value ->> '$.message.at', 'subsec')),
      one.value ->> '$.jws', one.value -> '$.message'
    FROM remembered AS home, json_each(home.value, '$.tombstones') AS one
    WHERE home.name GLOB 'consent of *';
  DELETE FROM remembered WHERE name GLOB 'consent of *' OR name = 'consent to be sent';
  `,
  `
  -- Certificates that this desk gave to gateways: who bore which name at the broker.
  CREATE TABLE certificate (
    gateway_id TEXT NOT NULL,
    csr_sha256 TEXT NOT NULL,
    issued_at_utc_ms REAL NOT NULL,
    until_utc_ms REAL NOT NULL,
    serial TEXT NOT NULL UNIQUE,
    certificates TEXT NOT NULL,
    PRIMARY KEY (gateway_id, csr_sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER certificate_is_not_changed BEFORE UPDATE ON certificate
    BEGIN SELECT RAISE(ABORT, 'what was issued is never changed'); END;
  CREATE TRIGGER certificate_stays BEFORE DELETE ON certificate
    BEGIN SELECT RAISE(ABORT, 'what was issued is never deleted'); END;
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
