import type Database from 'better-sqlite3';
import type { OutboxDraft, OutboxRow, RecordBatch, StreamName } from '../../ports/store.ts';
import { sealText, unsealText } from './sealedJson.ts';
import type { Sequences } from './storedState.ts';

/** In the order of sending; the place in this list is what the table holds. */
const STREAMS: readonly StreamName[] = ['events', 'status', 'telemetry'];

interface StoredRow {
  readonly stream: number;
  readonly sequence: number;
  readonly recorded_at_utc_ms: number;
  readonly running_ms: number;
  readonly sealed: Buffer;
}

/** The table of what is to be sent. Its functions take part in the transaction of their caller. */
export class OutboxTable {
  readonly #insert: Database.Statement<[number, number, number, number, Buffer]>;
  readonly #oldest: Database.Statement<[number], StoredRow>;
  readonly #oldestOfStream: Database.Statement<[number, number], StoredRow>;
  readonly #count: Database.Statement<[], number>;
  readonly #delete: Database.Statement<[number, number]>;

  constructor(database: Database.Database) {
    this.#insert = database.prepare('INSERT INTO outbox VALUES (?, ?, ?, ?, ?)');
    this.#oldest = database.prepare('SELECT * FROM outbox ORDER BY stream, sequence LIMIT ?');
    this.#oldestOfStream = database.prepare(
      'SELECT * FROM outbox WHERE stream = ? ORDER BY sequence LIMIT ?',
    );
    this.#count = database.prepare<[], number>('SELECT count(*) FROM outbox').pluck();
    this.#delete = database.prepare('DELETE FROM outbox WHERE stream = ? AND sequence = ?');
  }

  /** Gives each draft the next number of its stream. */
  insert(
    drafts: readonly OutboxDraft[],
    instant: Pick<RecordBatch, 'runningMs' | 'utcMs'>,
    before: Sequences,
  ): { readonly sequences: readonly number[]; readonly after: Sequences } {
    const after = { ...before };
    const sequences = drafts.map((draft) => {
      after[draft.stream] += 1;
      const sequence = after[draft.stream];
      const sealed = sealText(JSON.stringify(draft.body));
      this.#insert.run(STREAMS.indexOf(draft.stream), sequence, instant.utcMs, instant.runningMs, sealed);
      return sequence;
    });
    return { sequences, after };
  }

  /** The oldest rows, of all streams or of one, and apart from them those that are damaged and can never be sent. */
  oldest(limit: number, of?: StreamName): OldestRows {
    const found =
      of === undefined ? this.#oldest.all(limit) : this.#oldestOfStream.all(STREAMS.indexOf(of), limit);
    const rows: OutboxRow[] = [];
    const damaged: RowKey[] = [];
    for (const stored of found) {
      const stream = STREAMS[stored.stream];
      const body = unsealText(stored.sealed);
      if (stream === undefined) continue;
      if (body === undefined) damaged.push({ stream, sequence: stored.sequence });
      else rows.push(toOutboxRow(stream, stored, body));
    }
    return { rows, damaged };
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  delete(keys: readonly RowKey[]): void {
    for (const key of keys) this.#delete.run(STREAMS.indexOf(key.stream), key.sequence);
  }
}

export type RowKey = Pick<OutboxRow, 'stream' | 'sequence'>;

export interface OldestRows {
  readonly rows: readonly OutboxRow[];
  readonly damaged: readonly RowKey[];
}

function toOutboxRow(stream: StreamName, stored: StoredRow, body: string): OutboxRow {
  return {
    stream,
    sequence: stored.sequence,
    recordedAtUtcMs: stored.recorded_at_utc_ms,
    runningMs: stored.running_ms,
    body,
  };
}
