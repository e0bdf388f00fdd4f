import type Database from 'better-sqlite3';
import type { AuditRecord, AuditStore } from '../../backoffice/audit/trail.ts';

interface StoredEntry {
  readonly entry: number;
  readonly at_utc_ms: number;
  readonly user: string | null;
  readonly action: string;
  readonly subject: string;
  readonly source: string;
  readonly sentence: string;
  readonly hash: string;
}

export function auditTable(database: Database.Database): AuditStore {
  const append = database.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const newest = database.prepare<[number, number], StoredEntry>(
    'SELECT * FROM audit WHERE entry < ? ORDER BY entry DESC LIMIT ?',
  );
  const all = database.prepare<[], StoredEntry>('SELECT * FROM audit ORDER BY entry');
  return {
    append: ({ entry, atUtcMs, user, action, subject, from, sentence, hash }) => {
      append.run(entry, atUtcMs, user ?? null, action, subject, from, sentence, hash);
    },
    newest: (limit, before) => newest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(recordOf),
    *all() {
      for (const row of all.iterate()) yield recordOf(row);
    },
  };
}

function recordOf({
  entry,
  at_utc_ms,
  user,
  action,
  subject,
  source,
  sentence,
  hash,
}: StoredEntry): AuditRecord {
  return {
    entry,
    atUtcMs: at_utc_ms,
    ...(user === null ? {} : { user }),
    action,
    subject,
    from: source,
    sentence,
    hash,
  };
}
