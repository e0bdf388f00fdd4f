import type Database from 'better-sqlite3';
import type { BackupMark, JournalHead, Restored, StreamName } from '../../ports/store.ts';
import { unseal } from './sealedJson.ts';

/** The last number given to a row of each stream; 0 before the first. */
export type Sequences = Readonly<Record<StreamName, number>>;

const NONE_GIVEN: Sequences = { receipts: 0, events: 0, status: 0, telemetry: 0 };

/** Which outbox it is, and how far it has counted. Read together, so that a number never goes on under another name. */
export interface OutboxIdentity {
  readonly outboxId: string;
  readonly sequences: Sequences;
}

/** The one row of the table `state`. */
export interface StoredState extends OutboxIdentity {
  readonly restored: Restored;
  /** The last record of the journal; absent: there is none, or an older program wrote this. */
  readonly head?: JournalHead;
  /** It is a backup, in which nothing was recorded yet. */
  readonly backup?: BackupMark;
}

/**
 * Of a database without state. Nothing was ever numbered in it, so the name need not be kept before the first commit.
 * The randomness is SQLite's own, which the operating system seeds.
 */
export function newOutboxIdentity(database: Database.Database): OutboxIdentity {
  const outboxId = database.prepare<[], string>('SELECT lower(hex(randomblob(4)))').pluck().get() ?? '';
  return { outboxId, sequences: { ...NONE_GIVEN } };
}

export type StateReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly state: StoredState }
  | { readonly kind: 'undecodable' };

export function readState(database: Database.Database): StateReading {
  const sealed = database.prepare('SELECT sealed FROM state WHERE id = 1').pluck().get();
  if (sealed === undefined) return { kind: 'none' };
  const value = unseal(sealed)?.value;
  if (!isStoredState(value)) return { kind: 'undecodable' };
  // A stream that is newer than the record has given no number in it.
  return { kind: 'read', state: { ...value, sequences: { ...NONE_GIVEN, ...value.sequences } } };
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
    sequences.receipts ?? 0,
  ];
  return 'memory' in restored && typeof value.outboxId === 'string' && numbers.every(Number.isFinite);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
