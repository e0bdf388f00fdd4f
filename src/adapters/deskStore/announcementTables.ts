import type Database from 'better-sqlite3';
import type { Announcement, ConsentStore } from '../../backoffice/consent/store.ts';

interface StoredAnnouncement {
  readonly version: number;
  readonly at_utc_ms: number;
  readonly jws: string;
  readonly state: Announcement['state'];
  readonly cause: string | null;
  readonly texts: string;
}

type Kept = Pick<ConsentStore, 'announcement' | 'saveAnnouncements' | 'lastTextsVersion'>;

/** Texts that were announced: the message of each gateway as a whole, and each text in a row of its own, to be asked for. */
export function announcementTables(database: Database.Database): Kept {
  const find = database.prepare<[string], StoredAnnouncement>(
    'SELECT version, at_utc_ms, jws, state, cause, texts FROM consent_announcement WHERE gateway_id = ?',
  );
  const save = database.prepare('INSERT OR REPLACE INTO consent_announcement VALUES (?, ?, ?, ?, ?, ?, ?)');
  const saveText = database.prepare('INSERT OR REPLACE INTO consent_text VALUES (?, ?, ?, ?)');
  const last = database.prepare<[], number | null>('SELECT max(version) FROM consent_announcement').pluck();
  return {
    announcement: (gatewayId) => {
      const found = find.get(gatewayId);
      if (found === undefined) return undefined;
      const { version, at_utc_ms, jws, state, cause, texts } = found;
      return {
        gatewayId,
        version,
        atUtcMs: at_utc_ms,
        texts: JSON.parse(texts) as Announcement['texts'],
        jws,
        state,
        ...(cause === null ? {} : { cause }),
      };
    },
    saveAnnouncements: database.transaction((announcements: readonly Announcement[]) => {
      for (const { gatewayId, version, atUtcMs, jws, state, cause, texts } of announcements) {
        save.run(gatewayId, version, atUtcMs, jws, state, cause ?? null, JSON.stringify(texts));
        for (const [purpose, text] of Object.entries(texts)) {
          const { appliesFrom } = text;
          saveText.run(
            gatewayId,
            purpose,
            text.version,
            appliesFrom === undefined ? null : Date.parse(appliesFrom),
          );
        }
      }
    }),
    lastTextsVersion: () => last.get() ?? 0,
  };
}
