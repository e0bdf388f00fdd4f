import type { Stage } from '../../contract/desk.ts';
import type { ReceiptMessage } from '../../contract/receipt.ts';
import type { UtcMs } from '../../domain/instant.ts';

type Ended = 'completed' | 'withdrawn' | 'cancelled' | 'superseded';

/** The receipt that a figure was taken from, in the order of the life: which of two counts. */
interface Origin {
  readonly rank: number;
  readonly atUtcMs: UtcMs;
}

interface From<T> extends Origin {
  readonly value: T;
}

/**
 * How far one gateway is with one notice. Receipts may come in any order and more than once, over several connections:
 * whatever the order, the same receipts make the same progress.
 */
export interface Progress {
  readonly stage: Stage;
  readonly rank: number;
  readonly lastReceiptUtcMs?: UtcMs;
  readonly refusal?: From<{ readonly code: string; readonly cause: string }>;
  readonly startedAtUtcMs?: UtcMs;
  readonly ended?: From<Ended>;
  readonly planned?: From<{ readonly startsAt?: string; readonly endsAt?: string }>;
  readonly beforeW?: From<number>;
  readonly duringW?: From<number>;
  readonly trimmedToSeconds?: number;
  readonly flooredLoads?: number;
  /** The gateway did not take the early end. */
  readonly hasRefusedCancel?: boolean;
}

export const NO_PROGRESS: Progress = { stage: 'asked', rank: 0 };

/** Places in the life; later ones count over earlier ones. A refusal gives way to a later acceptance. */
const RANKS: Readonly<Record<ReceiptMessage['status'], number>> = {
  refused: 1,
  received: 2,
  started: 3,
  inForce: 3,
  completed: 4,
  withdrawn: 4,
  cancelled: 4,
  superseded: 4,
  released: 5,
};

const ENDS: readonly string[] = ['completed', 'withdrawn', 'cancelled', 'superseded'] satisfies Ended[];

/** @param receipt verified, and about this notice */
export function advance(before: Progress, receipt: ReceiptMessage): Progress {
  const { status, adjustments, effect, startsAt, endsAt, code } = receipt;
  const origin: Origin = { rank: RANKS[status], atUtcMs: Date.parse(receipt.at) };
  const from = <T>(value: T): From<T> => ({ ...origin, value });
  const trims = adjustments.flatMap((each) => (each.kind === 'trimmed' ? [each.toSeconds] : []));
  const floored = adjustments.flatMap((each) => (each.kind === 'floored' ? each.loadIds : []));
  const isStart = status === 'started' || status === 'inForce';
  const planned =
    startsAt === undefined && endsAt === undefined ? undefined : from(only({ startsAt, endsAt }));
  const rank = Math.max(before.rank, origin.rank);
  const refusal =
    status === 'refused' && code !== undefined
      ? later(before.refusal, from({ code, cause: receipt.cause ?? '' }))
      : before.refusal;
  const ended = ENDS.includes(status) ? later(before.ended, from(status as Ended)) : before.ended;
  return {
    rank,
    stage: stageOf(rank, ended?.value),
    lastReceiptUtcMs: Math.max(before.lastReceiptUtcMs ?? 0, origin.atUtcMs),
    ...only({
      refusal,
      ended,
      startedAtUtcMs: isStart ? least(before.startedAtUtcMs, origin.atUtcMs) : before.startedAtUtcMs,
      planned: planned === undefined ? before.planned : later(before.planned, planned),
      beforeW:
        effect?.before === undefined ? before.beforeW : later(before.beforeW, from(effect.before.meanW)),
      duringW:
        effect?.during === undefined ? before.duringW : later(before.duringW, from(effect.during.meanW)),
      trimmedToSeconds: trims.reduce<number | undefined>(least, before.trimmedToSeconds),
      flooredLoads: floored.length === 0 ? before.flooredLoads : most(before.flooredLoads, floored.length),
      hasRefusedCancel: before.hasRefusedCancel,
    }),
  };
}

export function refuseCancel(before: Progress): Progress {
  return { ...before, hasRefusedCancel: true };
}

/** It was in force there at some time. */
export function hasObeyed(progress: Progress): boolean {
  return progress.startedAtUtcMs !== undefined || progress.ended?.value === 'completed';
}

export function hasAccepted(progress: Progress): boolean {
  return progress.rank >= RANKS.received;
}

export function isActive(progress: Progress): boolean {
  return progress.stage === 'started';
}

/** From when to when it was in force; until absent while it is. Absent: never. */
export function timeInForce(
  progress: Progress,
): { readonly fromUtcMs: UtcMs; readonly untilUtcMs?: UtcMs } | undefined {
  const { startedAtUtcMs, ended, planned } = progress;
  if (startedAtUtcMs === undefined) return undefined;
  if (ended === undefined) return { fromUtcMs: startedAtUtcMs };
  // A receipt can be written later than what it tells of, after a power cut; from its end on it says when that was.
  const isSaid = planned?.value.endsAt !== undefined && planned.rank >= RANKS.completed;
  const untilUtcMs = isSaid ? Date.parse(planned.value.endsAt ?? '') : ended.atUtcMs;
  return { fromUtcMs: startedAtUtcMs, untilUtcMs: Math.max(startedAtUtcMs, untilUtcMs) };
}

function stageOf(rank: number, ended: Ended | undefined): Stage {
  if (rank === RANKS.released) return 'released';
  if (rank === RANKS.completed) return ended ?? 'completed';
  return (['asked', 'refused', 'received', 'started'] as const)[rank] ?? 'asked';
}

/** Of two values the one further on in the life, then the later one, then by its text: never by which came first. */
function later<T>(one: From<T> | undefined, other: From<T>): From<T> {
  if (one === undefined) return other;
  if (one.rank !== other.rank) return one.rank > other.rank ? one : other;
  if (one.atUtcMs !== other.atUtcMs) return one.atUtcMs > other.atUtcMs ? one : other;
  return JSON.stringify(one.value) >= JSON.stringify(other.value) ? one : other;
}

function least(one: number | undefined, other: number): number {
  return one === undefined ? other : Math.min(one, other);
}

function most(one: number | undefined, other: number): number {
  return one === undefined ? other : Math.max(one, other);
}

/** Without the members that are undefined. */
function only<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
