import type { RunningMs, UtcMs } from '../domain/instant.ts';
import type { Loss } from '../domain/loss.ts';

/** Ordered stream of the outbox; each has its own sequence numbers, from 1, without gaps. */
export type StreamName = 'receipts' | 'events' | 'telemetry' | 'status';

export interface OutboxRow {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly recordedAtUtcMs: UtcMs;
  readonly runningMs: RunningMs;
  /** JSON of the draft's body. */
  readonly body: string;
}

/** An entry of the loss ledger before it has a number. */
export type LossDraft = Omit<Loss, 'lossId' | 'stream'> & { readonly stream: StreamName };

/** How much of one stream lies on the disk, in the pages of the database. */
export interface StreamHolding {
  readonly stream: StreamName;
  readonly waiting: number;
  readonly waitingBytes: number;
  /** What the broker has taken and is kept for a while, to be repeated. */
  readonly keptBytes: number;
  /** What was recorded since the record was opened. */
  readonly insertedBytes: number;
  /** When the oldest of what waits or is kept was recorded. */
  readonly oldestUtcMs?: UtcMs;
}

/** How far a stream was taken by the broker, and what proves it. */
export interface StreamReach {
  /** The last sequence that was taken; 0 before the first. */
  readonly until: number;
  /** How many were taken in all. */
  readonly delivered: number;
  /**
   * SHA-256, hexadecimal, of the hash before, a line feed, the sequence, a line feed and the SHA-256 of the body, over all
   * that were taken, in their order. Before the first it is 64 zeros.
   */
  readonly hash: string;
}

export const NOTHING_REACHED: StreamReach = { until: 0, delivered: 0, hash: '0'.repeat(64) };

/** What one transaction changes beside the rows themselves. */
export interface StreamBatch {
  /** New entries of the loss ledger. */
  readonly losses: readonly LossDraft[];
  /** Entries that the drafts of this batch tell the back office. */
  readonly toldLossIds: readonly number[];
  /** The drafts of this batch vouch for the streams up to here. */
  readonly vouched: readonly (StreamReach & { readonly stream: StreamName })[];
}

export interface StreamThinning {
  readonly stream: StreamName;
  readonly from: number;
  readonly until: number;
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** JSON that goes on under `until` in place of all of them. Absent: nothing does. */
  readonly body?: string;
}

/** The streams of the outbox beside what waits of them. Nothing here throws: a disk that fails is named in the log. */
export interface StreamStore {
  holdings(): readonly StreamHolding[];
  reach(stream: StreamName): StreamReach;
  /** As the last manifest has told it. */
  vouched(stream: StreamName): StreamReach;
  /** Entries of the ledger that the back office was not told yet, oldest first. */
  untoldLosses(limit: number): readonly Loss[];
  /** Entries with a sequence in [from, until], oldest first. */
  lossesOf(stream: StreamName, from: number, until: number): readonly Loss[];
  /** Waiting rows behind a sequence, oldest first. */
  waiting(stream: StreamName, behind: number, limit: number): readonly OutboxRow[];
  /** Sequence of the last of the oldest so many waiting rows; undefined while there are not that many. */
  oldestBut(stream: StreamName, rows: number): number | undefined;
  /** Rows that were taken and are still kept, with a sequence in [from, until]. */
  kept(stream: StreamName, from: number, until: number, limit: number): readonly OutboxRow[];
  /** Waiting rows give way to fewer; the entry of the ledger is written with the same transaction. */
  thin(orders: readonly StreamThinning[]): void;
  /** Rows that were taken go: those that were vouched for before an instant, and the oldest until so many bytes are free. */
  trimKept(order: { readonly vouchedBeforeUtcMs: UtcMs; readonly freeBytes: number }): void;
}
