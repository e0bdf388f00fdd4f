import type Database from 'better-sqlite3';
import type { LossCause } from '../../domain/loss.ts';
import type {
  CleanedStream,
  OutboxCleaning,
  OutboxDraft,
  OutboxRow,
  RecordBatch,
  StreamName,
} from '../../ports/store.ts';
import type { StreamHolding, StreamThinning } from '../../ports/streams.ts';
import type { LossTable } from './lossTable.ts';
import { DISK_BYTES, diskBytesOf, type StoredRow, toOutboxRow } from './outboxRows.ts';
import type { ReachTable } from './reachTable.ts';
import { sealText, unsealText } from './sealedJson.ts';
import type { Sequences } from './storedState.ts';
import { PLACES, STREAMS } from './streams.ts';

type Tally = Pick<StreamHolding, 'waiting' | 'waitingBytes' | 'keptBytes'>;

/** The table of what is to be sent, and of what was lately. Its functions take part in the transaction of their caller. */
export class OutboxTable {
  readonly #insert: Database.Statement<[number, number, number, number, Buffer]>;
  readonly #behind: Database.Statement<[number, number, number, number], StoredRow>;
  readonly #count: Database.Statement<[number, number], number>;
  readonly #measure: Database.Statement<[number, number, number], number | null>;
  readonly #oldest: Database.Statement<[number], number>;
  readonly #place: Database.Statement<[number, number, number], number>;
  readonly #keptEnds: Database.Statement<
    [number, number],
    { readonly sequence: number; readonly bytes: number }
  >;
  readonly #deleteKept: Database.Statement<[number, number]>;
  readonly #deleteStream: Database.Statement<[number]>;
  readonly #delete: Database.Statement<[number, number]>;
  readonly #next: Database.Statement<[number, number], StoredRow>;
  readonly #rewrite: Database.Statement<[Buffer, number, number]>;

  readonly #tallies = new Map<StreamName, Tally>();
  /** In this life. */
  readonly #inserted = new Map<StreamName, number>();
  readonly #reach: ReachTable;
  readonly #losses: LossTable;

  constructor(database: Database.Database, reach: ReachTable, losses: LossTable) {
    this.#reach = reach;
    this.#losses = losses;
    this.#insert = database.prepare('INSERT INTO outbox VALUES (?, ?, ?, ?, ?)');
    this.#behind = database.prepare(
      'SELECT * FROM outbox WHERE stream = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?',
    );
    this.#count = database
      .prepare<[number, number], number>('SELECT count(*) FROM outbox WHERE stream = ? AND sequence > ?')
      .pluck();
    this.#measure = database
      .prepare<[number, number, number], number | null>(
        `SELECT sum(${DISK_BYTES}) FROM outbox WHERE stream = ? AND sequence > ? AND sequence <= ?`,
      )
      .pluck();
    this.#oldest = database
      .prepare<[number], number>(
        'SELECT recorded_at_utc_ms FROM outbox WHERE stream = ? ORDER BY sequence LIMIT 1',
      )
      .pluck();
    this.#place = database
      .prepare<[number, number, number], number>(
        'SELECT sequence FROM outbox WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT 1 OFFSET ?',
      )
      .pluck();
    this.#keptEnds = database.prepare(
      `SELECT sequence, ${DISK_BYTES} AS bytes FROM outbox WHERE stream = ? AND sequence <= ? ORDER BY sequence`,
    );
    this.#deleteKept = database.prepare('DELETE FROM outbox WHERE stream = ? AND sequence <= ?');
    this.#deleteStream = database.prepare('DELETE FROM outbox WHERE stream = ?');
    this.#next = database.prepare(
      'SELECT * FROM outbox WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT 1',
    );
    this.#rewrite = database.prepare('UPDATE outbox SET sealed = ? WHERE stream = ? AND sequence = ?');
    this.#delete = database.prepare('DELETE FROM outbox WHERE stream = ? AND sequence = ?');
  }

  /** What was counted is not known any more: a transaction was taken back. */
  forgetTally(): void {
    this.#tallies.clear();
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
      this.#countIn(draft.stream, diskBytesOf(sealed.length));
      this.#insert.run(PLACES[draft.stream], sequence, instant.utcMs, instant.runningMs, sealed);
      return sequence;
    });
    return { sequences, after };
  }

  /** The oldest that wait, of all streams or of one, and apart from them those that are damaged and can never be sent. */
  oldest(limit: number, of?: StreamName): OldestRows {
    const rows: OutboxRow[] = [];
    const damaged: OutboxRow[] = [];
    for (const stream of of === undefined ? STREAMS.values() : [of]) {
      const room = limit - rows.length - damaged.length;
      if (room <= 0) break;
      const found = this.between(stream, this.#confirmed(stream), Number.MAX_SAFE_INTEGER, room);
      rows.push(...found.rows);
      damaged.push(...found.damaged);
    }
    return { rows, damaged };
  }

  /** Rows whose sequence lies in (behind, until], oldest first. */
  between(stream: StreamName, behind: number, until: number, limit: number): OldestRows {
    const rows: OutboxRow[] = [];
    const damaged: OutboxRow[] = [];
    for (const stored of this.#behind.all(PLACES[stream], behind, until, limit)) {
      const body = unsealText(stored.sealed);
      if (body === undefined) damaged.push(toOutboxRow(stream, stored, ''));
      else rows.push(toOutboxRow(stream, stored, body));
    }
    return { rows, damaged };
  }

  count(stream?: StreamName): number {
    const streams = stream === undefined ? [...STREAMS.values()] : [stream];
    return streams.reduce((sum, of) => sum + this.#tallyOf(of).waiting, 0);
  }

  /** What lies in the pages of the database. */
  measure(stream: StreamName): Omit<StreamHolding, 'stream'> {
    const oldestUtcMs = this.#oldest.get(PLACES[stream]);
    const insertedBytes = this.#inserted.get(stream) ?? 0;
    return { ...this.#tallyOf(stream), insertedBytes, ...(oldestUtcMs === undefined ? {} : { oldestUtcMs }) };
  }

  oldestBut(stream: StreamName, rows: number): number | undefined {
    return this.#place.get(PLACES[stream], this.#confirmed(stream), rows - 1);
  }

  /**
   * The broker has taken these. They stay for a while, to be repeated. Only the oldest that wait count: what comes behind
   * one that was not taken is sent again.
   */
  confirm(keys: readonly RowKey[]): void {
    for (const stream of STREAMS.values()) {
      const taken = new Set(keys.filter((key) => key.stream === stream).map(({ sequence }) => sequence));
      if (taken.size === 0) continue;
      const { rows, damaged } = this.between(
        stream,
        this.#confirmed(stream),
        Number.MAX_SAFE_INTEGER,
        taken.size,
      );
      if (damaged.length > 0) this.lose(damaged, 'damagedRow');
      const open = rows.findIndex(({ sequence }) => !taken.has(sequence));
      const prefix = open === -1 ? rows : rows.slice(0, open);
      const last = prefix.at(-1)?.sequence;
      if (last === undefined) continue;
      const bytes = this.#measure.get(PLACES[stream], this.#confirmed(stream), last) ?? 0;
      this.#reach.advance(stream, prefix);
      const tally = this.#tallies.get(stream);
      if (tally === undefined) continue;
      this.#tallies.set(stream, {
        waiting: tally.waiting - prefix.length,
        waitingBytes: tally.waitingBytes - bytes,
        keptBytes: tally.keptBytes + bytes,
      });
    }
  }

  /** Waiting rows go for good; the ledger says so. */
  lose(rows: readonly OutboxRow[], cause: LossCause): void {
    for (const { stream, sequence, recordedAtUtcMs } of rows) {
      this.#delete.run(PLACES[stream], sequence);
      this.#tallies.delete(stream);
      if (sequence <= this.#confirmed(stream)) continue;
      const at = { fromUtcMs: recordedAtUtcMs, untilUtcMs: recordedAtUtcMs };
      this.#losses.add({ stream, cause, sequences: { from: sequence, until: sequence }, count: 1, ...at });
    }
  }

  /** All between give way to one under the last number, or to nothing. */
  thin({ stream, from, until, fromUtcMs, untilUtcMs, body }: StreamThinning): void {
    const lastLost = body === undefined ? until : until - 1;
    this.#tallies.delete(stream);
    const { rows, damaged } = this.between(stream, from - 1, lastLost, lastLost - from + 1);
    for (const { sequence } of [...rows, ...damaged]) this.#delete.run(PLACES[stream], sequence);
    if (body !== undefined) this.#rewrite.run(sealText(body), PLACES[stream], until);
    const count = rows.length + damaged.length;
    if (count === 0) return;
    const merged = body === undefined ? {} : { mergedInto: until };
    const sequences = { from, until: lastLost };
    this.#losses.add({ stream, cause: 'thinned', sequences, count, fromUtcMs, untilUtcMs, ...merged });
  }

  /** @param through what was taken up to here goes in any case. @returns the bytes that became free */
  trimKept(stream: StreamName, through: number, freeBytes: number): number {
    const confirmed = this.#confirmed(stream);
    let last = 0;
    let freed = 0;
    for (const { sequence, bytes } of this.#keptEnds.iterate(PLACES[stream], confirmed)) {
      if (sequence > through && freed >= freeBytes) break;
      freed += bytes;
      last = sequence;
    }
    if (last > 0) this.#deleteKept.run(PLACES[stream], last);
    const tally = this.#tallies.get(stream);
    if (tally !== undefined) this.#tallies.set(stream, { ...tally, keptBytes: tally.keptBytes - freed });
    return freed;
  }

  /** What is kept goes silently, what waits with an entry in the ledger. */
  eraseStream(stream: StreamName): void {
    const { rows, damaged } = this.between(
      stream,
      this.#confirmed(stream),
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    );
    this.lose(rows, 'erased');
    this.lose(damaged, 'damagedRow');
    this.#deleteStream.run(PLACES[stream]);
    this.#tallies.delete(stream);
  }

  /**
   * Goes through every row; a damaged one, which can never be sent, goes with those of which nothing is left. What the broker
   * has taken already is never rewritten: it is repeated as it was, as a manifest vouches for it, or not at all.
   */
  clean(clean: OutboxCleaning['clean']): readonly CleanedStream[] {
    return [...STREAMS].map(([place, stream]) => {
      let rewritten = 0;
      const removed: number[] = [];
      let stored = this.#next.get(place, 0);
      while (stored !== undefined) {
        const { sequence } = stored;
        const before = unsealText(stored.sealed);
        const cut = before === undefined ? undefined : clean(toOutboxRow(stream, stored, before));
        const isSent = sequence <= this.#confirmed(stream);
        const after = isSent && cut !== before ? undefined : cut;
        if (after === undefined) {
          this.lose([toOutboxRow(stream, stored, '')], before === undefined ? 'damagedRow' : 'consent');
          removed.push(sequence);
        } else if (after !== before) {
          this.#rewrite.run(sealText(after), place, sequence);
          this.#tallies.delete(stream);
          rewritten += 1;
        }
        stored = this.#next.get(place, sequence);
      }
      const [removedFrom, removedUntil] = [removed[0], removed.at(-1)];
      return {
        stream,
        rewritten,
        removed: removed.length,
        ...(removedFrom !== undefined && removedUntil !== undefined && { removedFrom, removedUntil }),
      };
    });
  }

  #countIn(stream: StreamName, bytes: number): void {
    this.#inserted.set(stream, (this.#inserted.get(stream) ?? 0) + bytes);
    const tally = this.#tallies.get(stream);
    if (tally === undefined) return;
    const { waiting, waitingBytes, keptBytes } = tally;
    this.#tallies.set(stream, { waiting: waiting + 1, waitingBytes: waitingBytes + bytes, keptBytes });
  }

  /** Counted once and then kept up: a month of rows takes a good part of a cycle to go through. */
  #tallyOf(stream: StreamName): Tally {
    const known = this.#tallies.get(stream);
    if (known !== undefined) return known;
    const place = PLACES[stream];
    const confirmed = this.#confirmed(stream);
    const tally = {
      waiting: this.#count.get(place, confirmed) ?? 0,
      waitingBytes: this.#measure.get(place, confirmed, Number.MAX_SAFE_INTEGER) ?? 0,
      keptBytes: this.#measure.get(place, -1, confirmed) ?? 0,
    };
    this.#tallies.set(stream, tally);
    return tally;
  }

  #confirmed(stream: StreamName): number {
    return this.#reach.of(stream).reach.until;
  }
}

export type RowKey = Pick<OutboxRow, 'stream' | 'sequence'>;

export interface OldestRows {
  readonly rows: readonly OutboxRow[];
  /** Without their bodies. */
  readonly damaged: readonly OutboxRow[];
}
