import type Database from 'better-sqlite3';
import type { GatewayRecord } from '../../backoffice/registry/rules.ts';
import type { RegistryStore } from '../../backoffice/registry/store.ts';

/** Set aside messages beyond these go, the oldest first. */
const MOST_SET_ASIDE = 10_000;

interface SetAsideRow {
  readonly at_utc_ms: number;
  readonly topic: string;
  readonly gateway_id: string | null;
  readonly cause: string;
  readonly payload: string;
}

const SHOWN_CHARACTERS = 2_000;

export function registryTables(database: Database.Database): RegistryStore {
  const all = database.prepare<[], string>('SELECT record FROM gateway ORDER BY gateway_id').pluck();
  const save = database.prepare(
    'INSERT INTO gateway VALUES (?, ?) ON CONFLICT (gateway_id) DO UPDATE SET record = excluded.record',
  );
  const setAside = database.prepare(
    'INSERT INTO set_aside (at_utc_ms, topic, gateway_id, cause, payload, waits_for_key) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const trim = database.prepare('DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ?');
  const count = database.prepare<[], number>('SELECT count(*) FROM set_aside').pluck();
  const newest = database.prepare<[number], SetAsideRow>('SELECT * FROM set_aside ORDER BY id DESC LIMIT ?');
  const waiting = database.prepare<[string], SetAsideRow>(
    'SELECT * FROM set_aside WHERE waits_for_key = 1 AND gateway_id = ? ORDER BY id',
  );
  const forget = database.prepare('DELETE FROM set_aside WHERE waits_for_key = 1 AND gateway_id = ?');
  return {
    gateways: () => all.all().map((record) => JSON.parse(record) as GatewayRecord),
    saveGateways: database.transaction((records: readonly GatewayRecord[]) => {
      for (const record of records) save.run(record.gatewayId, JSON.stringify(record));
    }),
    setAside: database.transaction((messages) => {
      for (const { atUtcMs, topic, gatewayId, cause, payload, isWaitingForKey } of messages) {
        setAside.run(atUtcMs, topic, gatewayId ?? null, cause, payload, isWaitingForKey ? 1 : 0);
      }
      trim.run(MOST_SET_ASIDE);
    }) as RegistryStore['setAside'],
    setAsideCount: () => count.get() ?? 0,
    newestSetAside: (limit) =>
      newest.all(limit).map(({ at_utc_ms, topic, gateway_id, cause, payload }) => ({
        at: new Date(at_utc_ms).toISOString(),
        topic,
        ...(gateway_id === null ? {} : { gatewayId: gateway_id }),
        cause,
        payload: payload.slice(0, SHOWN_CHARACTERS),
      })),
    takeWaitingForKey: database.transaction((gatewayId: string) => {
      const found = waiting.all(gatewayId);
      forget.run(gatewayId);
      return found.map(({ at_utc_ms, topic, cause, payload }) => ({
        atUtcMs: at_utc_ms,
        topic,
        gatewayId,
        cause,
        payload,
        isWaitingForKey: true,
      }));
    }),
  };
}
