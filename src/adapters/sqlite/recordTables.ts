import type Database from 'better-sqlite3';
import type { JournalSegment, RecordBatch, StreamName } from '../../ports/store.ts';
import { type Interval, readSegments, sealEntries } from './journal.ts';
import { type OldestRows, OutboxTable, type RowKey } from './outbox.ts';
import { seal } from './sealedJson.ts';
import type { OutboxIdentity, Sequences, StoredState } from './storedState.ts';

/** The open database of the gateway. Everything here may throw what SQLite throws. */
export class RecordTables {
  readonly outboxId: string;
  readonly #database: Database.Database;
  readonly #outbox: OutboxTable;
  readonly #insertSegment: Database.Statement<[number, number, number, number, Buffer]>;
  readonly #replaceState: Database.Statement<[Buffer]>;
  readonly #deleteSegments: Database.Statement<[number]>;
  #sequences: Sequences;

  constructor(database: Database.Database, { outboxId, sequences }: OutboxIdentity) {
    this.outboxId = outboxId;
    this.#database = database;
    this.#sequences = sequences;
    this.#outbox = new OutboxTable(database);
    this.#insertSegment = database.prepare(
      `INSERT INTO journal (first_running_ms, last_running_ms, first_utc_ms, last_utc_ms, sealed_entries)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#replaceState = database.prepare('INSERT OR REPLACE INTO state VALUES (1, ?)');
    this.#deleteSegments = database.prepare('DELETE FROM journal WHERE last_utc_ms < ?');
  }

  /** @returns the sequences of the drafts, in their order */
  write(batch: RecordBatch): readonly number[] {
    const writeAll = this.#database.transaction(() => {
      if (batch.segment !== undefined) this.#writeSegment(batch.segment);
      const { sequences, after } = this.#outbox.insert(batch.outbox, batch, this.#sequences);
      const { memory, runningMs, utcMs } = batch;
      const state: StoredState = {
        restored: { memory, runningMs, utcMs },
        outboxId: this.outboxId,
        sequences: after,
      };
      this.#replaceState.run(seal(state));
      return { sequences, after };
    });
    const { sequences, after } = writeAll.immediate();
    this.#sequences = after;
    return sequences;
  }

  pending(limit: number, stream?: StreamName): OldestRows {
    return this.#outbox.oldest(limit, stream);
  }

  pendingCount(): number {
    return this.#outbox.count();
  }

  deleteRows(keys: readonly RowKey[]): void {
    this.#inRelaxedTransaction(() => this.#outbox.delete(keys));
  }

  deleteSegments(beforeUtcMs: number): void {
    this.#inRelaxedTransaction(() => this.#deleteSegments.run(beforeUtcMs));
  }

  segments(interval?: Interval): Iterable<JournalSegment> {
    return readSegments(this.#database, this.#database.name, interval);
  }

  #writeSegment(segment: JournalSegment): void {
    this.#insertSegment.run(
      segment.firstRunningMs,
      segment.lastRunningMs,
      segment.firstUtcMs,
      segment.lastUtcMs,
      sealEntries(segment.entries),
    );
  }

  /**
   * For deletions: survives a kill at once and a power cut with the next commit. A row that comes back is sent
   * again under its number, which is cheaper than a flush of the disk for each acknowledgement.
   */
  #inRelaxedTransaction(run: () => void): void {
    this.#database.pragma('synchronous = NORMAL');
    try {
      this.#database.transaction(run).immediate();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }
}
