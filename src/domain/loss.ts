import type { UtcMs } from './instant.ts';

/** Why a record of a stream will never come, or why there was nothing to record; one sentence each, for people. */
export const LOSS_CAUSES = {
  thinned: 'there was no room to keep it until the broker came back',
  consent: 'the household had withdrawn its consent before it was sent',
  erased: 'the household has erased it',
  damagedRow: 'the storage medium has damaged it',
  notRecorded: 'the storage medium took nothing while it was new',
  recordLost: 'the record of before was damaged and set aside; another outbox was begun',
  restored: 'the gateway was restored from a backup, which holds nothing of it',
  notRunning: 'the gateway was not running',
  clockUnknown: 'the gateway was not running, and no clock told for how long',
  deviceAbsent: 'the device did not answer',
} as const;

export type LossCause = keyof typeof LOSS_CAUSES;

/** An entry of the loss ledger: a gap of one stream, and its cause. */
export interface Loss {
  /** From 1 in each outbox; never given twice. */
  readonly lossId: number;
  readonly stream: string;
  readonly cause: LossCause;
  /** The sequences that will never come. Absent: none was given to what is missing. */
  readonly sequences?: { readonly from: number; readonly until: number };
  /** How many records; absent: not known, or a stretch of time without any. */
  readonly count?: number;
  /** The time that they were about. */
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** Their means, least and greatest values and counters are in the record of this sequence. */
  readonly mergedInto?: number;
  /** What it is about, such as a circuit or a load. */
  readonly subject?: string;
}
