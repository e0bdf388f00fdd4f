import type Database from 'better-sqlite3';
import type { Restored, StreamName } from '../../ports/store.ts';
import { unseal } from './sealedJson.ts';

/** The last number given to a row of each stream; 0 before the first. */
export type Sequences = Readonly<Record<StreamName, number>>;

export const NO_SEQUENCES: Sequences = { events: 0, status: 0, telemetry: 0 };

/** The one row of the table `state`. */
export interface StoredState {
  readonly restored: Restored;
  readonly sequences: Sequences;
}

export type StateReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly state: StoredState }
  | { readonly kind: 'undecodable' };

export function readState(database: Database.Database): StateReading {
  const sealed = database.prepare('SELECT sealed FROM state WHERE id = 1').pluck().get();
  if (sealed === undefined) return { kind: 'none' };
  const value = unseal(sealed)?.value;
  return isStoredState(value) ? { kind: 'read', state: value } : { kind: 'undecodable' };
}

function isStoredState(value: unknown): value is StoredState {
  if (!isObject(value) || !isObject(value.restored) || !isObject(value.sequences)) return false;
  const { restored, sequences } = value;
  const numbers = [
    restored.runningMs,
    restored.utcMs,
    sequences.events,
    sequences.status,
    sequences.telemetry,
  ];
  return 'memory' in restored && numbers.every(Number.isFinite);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
