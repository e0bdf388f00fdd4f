import type Database from 'better-sqlite3';
import { isRung, type NetworkChange } from '../../domain/network.ts';
import { seal, unseal } from './sealedJson.ts';

/** At one change in ten minutes, which is the most, it is half a week of nothing but trouble; as a rule it is years. */
const MOST_ENTRIES = 500;

/** Adds one and lets the oldest go. Throws what SQLite throws. */
export function insertNetworkChange(database: Database.Database, change: NetworkChange): void {
  const write = database.transaction(() => {
    database.prepare<[Buffer]>('INSERT INTO network_history (sealed) VALUES (?)').run(seal(change));
    database
      .prepare<[number]>(
        'DELETE FROM network_history WHERE entry <= (SELECT max(entry) FROM network_history) - ?',
      )
      .run(MOST_ENTRIES);
  });
  write.immediate();
}

/** Oldest first. An entry whose check sum or form is wrong is left out: it explains the past and steers nothing. */
export function readNetworkChanges(database: Database.Database): readonly NetworkChange[] {
  const rows = database
    .prepare<[], Buffer>('SELECT sealed FROM network_history ORDER BY entry')
    .pluck()
    .all();
  return rows.flatMap((sealed) => {
    const value = unseal(sealed)?.value;
    return isNetworkChange(value) ? [value] : [];
  });
}

function isNetworkChange(value: unknown): value is NetworkChange {
  if (typeof value !== 'object' || value === null) return false;
  const { atUtcMs, runningMs, broken, cause, sentence } = value as Partial<
    Record<keyof NetworkChange, unknown>
  >;
  const isRungOrNone = broken === undefined || (typeof broken === 'string' && isRung(broken));
  const areNumbers = typeof atUtcMs === 'number' && typeof runningMs === 'number';
  return isRungOrNone && areNumbers && typeof cause === 'string' && typeof sentence === 'string';
}
