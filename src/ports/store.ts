import type { RunningMs, UtcMs } from '../domain/instant.ts';
import type { RecordKind } from '../domain/journalChain.ts';
import type { NetworkHistory } from './network.ts';
import type { OutboxRow, StreamBatch, StreamName, StreamStore } from './streams.ts';
import type { UsageBatch, UsageFinding, UsageKind, UsageStore } from './usage.ts';

export type { OutboxRow, StreamName } from './streams.ts';

export interface OutboxDraft {
  readonly stream: StreamName;
  readonly body: object;
}

/** A run of decisions with their inputs, in the order they were taken; each entry is plain JSON data. */
export interface JournalSegment {
  readonly firstRunningMs: RunningMs;
  readonly lastRunningMs: RunningMs;
  readonly firstUtcMs: UtcMs;
  readonly lastUtcMs: UtcMs;
  readonly entries: readonly unknown[];
}

/** A signed text that belongs into the journal: a command that came, a receipt that goes, a checkpoint, an erasure. */
export interface JournalNote {
  readonly kind: Exclude<RecordKind, 'decisions'>;
  /** Compact JWS. */
  readonly jws: string;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
}

/** The last record of the journal, and the hash that stands for it and all before it. */
export interface JournalHead {
  /** From 1, without gaps. */
  readonly record: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** A record of the journal as it is chained: a run of decisions, or a note. */
export interface ChainedRecord extends JournalHead {
  readonly kind: RecordKind;
  /** Whole milliseconds around the run, so that every language writes the same text of them. */
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** The very text that was hashed: JSON of the packed decisions, or the JWS. Empty: it was erased. */
  readonly content: string;
  /** Hash of the record before; of the first one of a journal 64 zeros. */
  readonly previous: string;
}

/** What a cleaning has done to one stream. */
export interface CleanedStream {
  readonly stream: StreamName;
  /** Rows that go on under their sequence with less in them. */
  readonly rewritten: number;
  /** Rows of which nothing was left. */
  readonly removed: number;
  /** First and last sequence of those; absent: there is none. */
  readonly removedFrom?: number;
  readonly removedUntil?: number;
}

/** What waits in the outbox is gone through, row by row. */
export interface OutboxCleaning {
  /** The body that may stay; undefined: the row goes. */
  readonly clean: (row: OutboxRow) => string | undefined;
  /** What is to be written of it with the same transaction. */
  readonly tell: (streams: readonly CleanedStream[]) => {
    readonly drafts: readonly OutboxDraft[];
    readonly notes: readonly JournalNote[];
  };
}

/** All that one transaction writes: the journal, the memory it led to, what is to be sent. */
export interface RecordBatch {
  readonly segment?: JournalSegment;
  /** Behind the segment, in their order. */
  readonly notes?: readonly JournalNote[];
  /** The gateway's memory, plain JSON data; replaces the one before. */
  readonly memory: unknown;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
  readonly outbox: readonly OutboxDraft[];
  /** Absent: the account of energy stays as it is. */
  readonly usage?: UsageBatch;
  /** Absent: nothing was lost or vouched for. */
  readonly streams?: StreamBatch;
  /**
   * The household wants its data erased: the account of energy and what waits of these streams go with this transaction.
   * The note of it is in the batch; the decisions that it covers follow with eraseSlice.
   */
  readonly forgets?: readonly StreamName[];
  /** Before anything of this batch is added. */
  readonly cleaning?: OutboxCleaning;
}

export interface Restored {
  readonly memory: unknown;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
}

/** What a record says of itself that came out of a backup, until something was recorded in it. */
export interface BackupMark {
  readonly madeAtUtcMs: UtcMs;
  /** The journal that goes on in it; its outbox went by the same name, and is not in the backup. */
  readonly journalId: string;
  /** For each stream since when there may be records that never reached the broker: neither they nor their number are known. */
  readonly openSinceUtcMs: Readonly<Record<StreamName, UtcMs>>;
}

export type StoreCondition =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'restored'; readonly state: Restored }
  /** What was recorded since the backup is lost. Another outbox is begun; the journal goes on under its name. */
  | { readonly kind: 'fromBackup'; readonly state: Restored; readonly backup: BackupMark }
  /** The damaged database was moved to setAsidePath; a new one was begun. */
  | { readonly kind: 'damaged'; readonly setAsidePath: string; readonly detail: string }
  /** No database can be written: the gateway runs without widening. */
  | { readonly kind: 'unavailable'; readonly detail: string };

export type CommitResult =
  | { readonly ok: true; readonly sequences: readonly number[]; readonly head?: JournalHead }
  | { readonly ok: false; readonly detail: string };

export interface Store {
  readonly condition: StoreCondition;
  /**
   * Which outbox the sequences count in: 8 hexadecimal digits, drawn when a database is begun and kept in it. Another
   * one says that the record was lost and the sequences begin at 1 again. Empty while there is no database. The journal
   * goes by the same name.
   */
  readonly outboxId: string;
  /** As the journal stands; absent while it is empty. */
  head(): JournalHead | undefined;
  /** One transaction, on the disk when it returns ok. Never throws. */
  commit(batch: RecordBatch): CommitResult;
  /** Oldest first within a stream; receipts before all others. With a stream, only the rows of that one. */
  pending(limit: number, stream?: StreamName): readonly OutboxRow[];
  /** With a stream, only the rows of that one. */
  pendingCount(stream?: StreamName): number;
  /** The broker has taken these, the oldest of their streams: they wait no more, and are kept for a while. */
  acknowledge(rows: readonly Pick<OutboxRow, 'stream' | 'sequence'>[]): void;
  /** Segments that overlap the interval, oldest first. */
  segments(interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs }): Iterable<JournalSegment>;
  /** Deletes journal segments older than this. */
  trimJournal(beforeUtcMs: UtcMs): void;
  readonly usage: UsageStore;
  readonly streams: StreamStore;
  /** Overwrites a little of what an erasure has left. @returns whether more is left */
  eraseSlice(): boolean;
  close(): void;
}

/** The record for reading alone: nothing on the disk is changed, also while the gateway runs. */
export interface RecordReader extends Pick<NetworkHistory, 'networkChanges'> {
  /** Absent when nothing was recorded yet. */
  readonly restored?: Restored;
  pendingCount(): number;
  /** What waits to be sent, in the order of sending. */
  outbox(): Iterable<OutboxRow>;
  /** Segments that overlap the interval, oldest first. */
  segments(interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs }): Iterable<JournalSegment>;
  /** Which journal it is; see Store.outboxId. Empty when nothing was recorded yet. */
  readonly journalId: string;
  /** What an older program recorded stands before the chain begins, and no record of the chain proves it. */
  readonly unchained?: { readonly segments: number; readonly untilUtcMs: UtcMs };
  /**
   * From the first to the last record that overlaps the interval, as they are chained: all between them as well, also where
   * the clock was set back, so that the run has no gap. With throughRecord it goes on to that one.
   */
  records(interval?: {
    readonly fromUtcMs?: UtcMs;
    readonly untilUtcMs?: UtcMs;
    readonly throughRecord?: number;
  }): Iterable<ChainedRecord>;
  /** The last record that overlaps the interval. */
  lastRecord(interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs }): number | undefined;
  /** The notes alone, in their order; found without reading the decisions. */
  notes(): Iterable<ChainedRecord>;
  /** The account of energy: entries of one kind that overlap the interval, oldest first. */
  usage(
    kind: UsageKind,
    interval?: { readonly fromUtcMs?: UtcMs; readonly untilUtcMs?: UtcMs },
  ): Iterable<UsageFinding>;
  /** What of it was not finished at the last commit; undefined: none, or not readable. */
  usageState(): unknown;
  close(): void;
}

export type RecordReaderResult =
  | { readonly ok: true; readonly record: RecordReader }
  | { readonly ok: false; readonly detail: string };
