import type { RunningMs, UtcMs } from '../domain/instant.ts';

/** Ordered stream of the outbox; each has its own sequence numbers, from 1, without gaps. */
export type StreamName = 'events' | 'telemetry' | 'status';

export interface OutboxDraft {
  readonly stream: StreamName;
  readonly body: object;
}

export interface OutboxRow {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly recordedAtUtcMs: UtcMs;
  readonly runningMs: RunningMs;
  /** JSON of the draft's body. */
  readonly body: string;
}

/** A run of decisions with their inputs, in the order they were taken; each entry is plain JSON data. */
export interface JournalSegment {
  readonly firstRunningMs: RunningMs;
  readonly lastRunningMs: RunningMs;
  readonly firstUtcMs: UtcMs;
  readonly lastUtcMs: UtcMs;
  readonly entries: readonly unknown[];
}

/** All that one transaction writes: the journal, the memory it led to, what is to be sent. */
export interface RecordBatch {
  readonly segment?: JournalSegment;
  /** The gateway's memory, plain JSON data; replaces the one before. */
  readonly memory: unknown;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
  readonly outbox: readonly OutboxDraft[];
}

export interface Restored {
  readonly memory: unknown;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
}

export type StoreCondition =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'restored'; readonly state: Restored }
  /** The damaged database was moved to setAsidePath; a new one was begun. */
  | { readonly kind: 'damaged'; readonly setAsidePath: string; readonly detail: string }
  /** No database can be written: the gateway runs without widening. */
  | { readonly kind: 'unavailable'; readonly detail: string };

export type CommitResult =
  | { readonly ok: true; readonly sequences: readonly number[] }
  | { readonly ok: false; readonly detail: string };

export interface Store {
  readonly condition: StoreCondition;
  /**
   * Which outbox the sequences count in: 8 hexadecimal digits, drawn when a database is begun and kept in it. Another
   * one says that the record was lost and the sequences begin at 1 again. Empty while there is no database.
   */
  readonly outboxId: string;
  /** One transaction, on the disk when it returns ok. Never throws. */
  commit(batch: RecordBatch): CommitResult;
  /** Oldest first within a stream; events before telemetry. With a stream, only the rows of that one. */
  pending(limit: number, stream?: StreamName): readonly OutboxRow[];
  pendingCount(): number;
  /** Removes rows that the broker has acknowledged. */
  acknowledge(rows: readonly Pick<OutboxRow, 'stream' | 'sequence'>[]): void;
  /** Segments that overlap the interval, oldest first. */
  segments(interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs }): Iterable<JournalSegment>;
  /** Deletes journal segments older than this. */
  trimJournal(beforeUtcMs: UtcMs): void;
  close(): void;
}

/** The record for reading alone: nothing on the disk is changed, also while the gateway runs. */
export interface RecordReader {
  /** Absent when nothing was recorded yet. */
  readonly restored?: Restored;
  pendingCount(): number;
  /** Segments that overlap the interval, oldest first. */
  segments(interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs }): Iterable<JournalSegment>;
  close(): void;
}

export type RecordReaderResult =
  | { readonly ok: true; readonly record: RecordReader }
  | { readonly ok: false; readonly detail: string };
