import type Database from 'better-sqlite3';
import type {
  ConsentStore,
  KeptRequest,
  ProvenEntry,
  ProvenTombstone,
} from '../../backoffice/consent/store.ts';
import { announcementTables } from './announcementTables.ts';

interface StoredEntry {
  readonly message: string;
  readonly jws: string;
  readonly is_acknowledged: number;
  readonly is_unconfirmed: number;
}

interface StoredRequest {
  readonly request: string;
  readonly jws: string;
  readonly entered_by: string | null;
  readonly state: KeptRequest['state'];
  readonly cause: string | null;
}

interface StoredStand {
  readonly gateway_id: string;
  readonly person: string;
  readonly purpose: StandRow['purpose'];
  readonly state: StandRow['state'];
  readonly text_version: string;
  readonly at_utc_ms: number;
  readonly total: number;
}

type StandRow = ReturnType<ConsentStore['consentStands']>['rows'][number];

/** Where a person stands: by the last word, the date, and the text that was announced to the home. */
const STANDS = `
  SELECT gateway_id, person, purpose, last.text_version, last.at_utc_ms,
    CASE
      WHEN last.action <> 'given' THEN last.action
      WHEN last.is_unconfirmed THEN 'unconfirmed'
      WHEN last.expires_at_utc_ms <= :now THEN 'expired'
      WHEN text.version <> last.text_version AND coalesce(text.applies_from_utc_ms, :now) <= :now THEN 'superseded'
      ELSE 'given'
    END AS state
  FROM consent_last AS last LEFT JOIN consent_text AS text USING (gateway_id, purpose)
  WHERE purpose = :purpose`;

export function consentTables(database: Database.Database): ConsentStore {
  const entries = database.prepare<[string], StoredEntry>(
    'SELECT message, jws, is_acknowledged, is_unconfirmed FROM consent_entry WHERE gateway_id = ? ORDER BY at_utc_ms, entry',
  );
  const saveEntry = database.prepare(`
    INSERT INTO consent_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
    ON CONFLICT (gateway_id, at_utc_ms, entry) DO UPDATE SET is_acknowledged = 0`);
  const acknowledge = database.prepare(
    'UPDATE consent_entry SET is_acknowledged = 1 WHERE gateway_id = ? AND at_utc_ms = ? AND entry = ?',
  );
  const unconfirm = database.prepare(
    `UPDATE consent_entry SET is_unconfirmed = 1 WHERE gateway_id = ? AND at_utc_ms <= ? AND action = 'given'`,
  );
  const unacknowledged = database
    .prepare<[], string>('SELECT DISTINCT gateway_id FROM consent_entry WHERE is_acknowledged = 0')
    .pluck();
  const requests = database.prepare<[string], StoredRequest>(
    'SELECT request, jws, entered_by, state, cause FROM consent_request WHERE gateway_id = ? ORDER BY place',
  );
  const saveRequest = database.prepare(`
    INSERT INTO consent_request (request_id, gateway_id, request, jws, entered_by, state, cause)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (request_id) DO UPDATE SET state = excluded.state, cause = excluded.cause`);
  const unsent = database
    .prepare<[], string>(
      `SELECT gateway_id FROM consent_request WHERE state = 'waiting'
       UNION SELECT gateway_id FROM consent_announcement WHERE state = 'waiting'`,
    )
    .pluck();
  const unanswered = database
    .prepare<[], string>(`SELECT DISTINCT gateway_id FROM consent_request WHERE state = 'sent'`)
    .pluck();
  const tombstones = database.prepare<[string], { readonly message: string; readonly jws: string }>(
    'SELECT message, jws FROM consent_tombstone WHERE gateway_id = ? ORDER BY at_utc_ms',
  );
  const saveTombstone = database.prepare('INSERT OR IGNORE INTO consent_tombstone VALUES (?, ?, ?, ?)');
  const stands = database.prepare<[object], StoredStand>(`
    SELECT *, count(*) OVER () AS total FROM (${STANDS}) WHERE :state IS NULL OR state = :state
    ORDER BY gateway_id, person LIMIT :limit OFFSET :offset`);
  const otherText = database.prepare<
    [string, string],
    { readonly gatewayId: string; readonly person: string; readonly textVersion: string }
  >(
    `SELECT gateway_id AS gatewayId, person, text_version AS textVersion FROM consent_last
     WHERE purpose = ? AND action = 'given' AND text_version <> ? ORDER BY gateway_id, person`,
  );
  return {
    ...announcementTables(database),
    consentEntries: (gatewayId) =>
      entries.all(gatewayId).map(({ message, jws, is_acknowledged, is_unconfirmed }) => ({
        message: JSON.parse(message) as ProvenEntry['message'],
        jws,
        isAcknowledged: is_acknowledged === 1,
        isUnconfirmed: is_unconfirmed === 1,
      })),
    saveConsentEntry: (message, jws) => {
      const { gatewayId, entry, at, purpose, person, action, textVersion, expiresAt } = message;
      const expiresAtUtcMs = expiresAt === undefined ? null : Date.parse(expiresAt);
      const said = [purpose, person, action, textVersion, expiresAtUtcMs];
      saveEntry.run(gatewayId, Date.parse(at), entry, ...said, JSON.stringify(message), jws);
    },
    acknowledgeConsent: database.transaction((gatewayId, keys) => {
      for (const { entry, at } of keys) acknowledge.run(gatewayId, Date.parse(at), entry);
    }) as ConsentStore['acknowledgeConsent'],
    unconfirmConsent: (gatewayId, untilUtcMs) => {
      unconfirm.run(gatewayId, untilUtcMs);
    },
    unacknowledgedConsent: () => unacknowledged.all(),
    consentRequests: (gatewayId) =>
      requests.all(gatewayId).map(({ request, jws, entered_by, state, cause }) => ({
        request: JSON.parse(request) as KeptRequest['request'],
        jws,
        state,
        ...(entered_by === null ? {} : { by: entered_by }),
        ...(cause === null ? {} : { cause }),
      })),
    saveConsentRequest: ({ request, jws, by, state, cause }) => {
      const { id, gatewayId } = request;
      saveRequest.run(id, gatewayId, JSON.stringify(request), jws, by ?? null, state, cause ?? null);
    },
    unsentConsent: () => unsent.all(),
    unansweredConsent: () => unanswered.all(),
    tombstones: (gatewayId) =>
      tombstones.all(gatewayId).map(({ message, jws }) => ({
        message: JSON.parse(message) as ProvenTombstone['message'],
        jws,
      })),
    saveTombstone: ({ message, jws }) => {
      saveTombstone.run(message.gatewayId, Date.parse(message.at), jws, JSON.stringify(message));
    },
    consentStands: ({ purpose, state, nowUtcMs, page, pageSize }) => {
      const offset = (page - 1) * pageSize;
      const found = stands.all({ purpose, state: state ?? null, now: nowUtcMs, limit: pageSize, offset });
      return { total: found[0]?.total ?? 0, rows: found.map(standOf) };
    },
    agreedToOtherText: (purpose, textVersion) => otherText.all(purpose, textVersion),
  };
}

function standOf({ gateway_id, person, purpose, state, text_version, at_utc_ms }: StoredStand): StandRow {
  const at = new Date(at_utc_ms).toISOString();
  return { gatewayId: gateway_id, person, purpose, state, textVersion: text_version, at };
}
