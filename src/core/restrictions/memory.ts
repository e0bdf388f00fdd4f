import type { RunningMs, UtcMs } from '../../domain/instant.ts';
import type { Adjustment, ReceiptStatus, RefusalCode, RestrictionNotice } from '../../domain/restriction.ts';

/** A sum over time, from which a mean is made. */
export interface PowerSum {
  /** Watts times milliseconds, import positive. */
  readonly wattMs: number;
  readonly coveredMs: number;
}

/** How a notice ended. */
export type NoticeEnd = Extract<ReceiptStatus, 'completed' | 'withdrawn' | 'cancelled' | 'superseded'>;

/** A notice that was taken and is not yet done with. */
export interface HeldNotice {
  readonly notice: RestrictionNotice;
  readonly sha256: string;
  readonly receivedAtMs: RunningMs;
  /** On running time: no step of the wall clock moves them. */
  readonly startsAtMs: RunningMs;
  readonly endsAtMs: RunningMs;
  readonly adjustments: readonly Adjustment[];
  /** Present from its start on. */
  readonly startedAtMs?: RunningMs;
  /** Full hours in force that were receipted. */
  readonly hoursTold: number;
  readonly ended?: { readonly how: NoticeEnd; readonly atMs: RunningMs };
  /** When every load was back, the release being spread over ten minutes. */
  readonly backAtMs?: RunningMs;
  readonly before?: PowerSum;
  /** From when the home was first seen inside of it; from its start as long as that was not seen. */
  readonly during: PowerSum;
  readonly after: PowerSum;
  /** When the home was first seen inside of it. */
  readonly effectAtMs?: RunningMs;
  readonly excursions: number;
}

/** A command that was answered: it is not answered again. */
export interface AnsweredCommand {
  readonly kind: 'notice' | 'cancel';
  /** Of the notice, or of the one that is cancelled. */
  readonly noticeId: string;
  readonly issuer: string;
  readonly sha256: string;
  readonly outcome: 'taken' | RefusalCode;
}

/** Time in which this home was restricted, on the running clock. */
export interface Stretch {
  readonly fromMs: RunningMs;
  readonly untilMs: RunningMs;
}

/** All that is kept of restriction notices from one cycle, and one life, to the next. Plain JSON data. */
export interface RestrictionMemory {
  /** Oldest first. */
  readonly held: readonly HeldNotice[];
  /** The highest sequence that was seen, by issuer and area. Never goes down. */
  readonly highWaterMarks: Readonly<Record<string, number>>;
  /** Oldest first. */
  readonly answered: readonly AnsweredCommand[];
  /** Of the last 24 hours. */
  readonly used: readonly Stretch[];
  /** The last instant at which the wall clock was synced, in this life of the gateway. */
  readonly syncedAt?: Instants;
  /** The same of the life before, until it is known how long the time between the two was. */
  readonly lifeBefore?: Instants;
}

export interface Instants {
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
}

export const NO_RESTRICTIONS: RestrictionMemory = { held: [], highWaterMarks: {}, answered: [], used: [] };

export const NO_POWER: PowerSum = { wattMs: 0, coveredMs: 0 };

/** As many as a gateway sees in years; a forgotten one is refused by its sequence. */
const MOST_ANSWERED = 256;

export function withAnswer(memory: RestrictionMemory, answer: AnsweredCommand): RestrictionMemory {
  return { ...memory, answered: [...memory.answered, answer].slice(-MOST_ANSWERED) };
}
