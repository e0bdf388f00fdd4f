import {
  lossMessageOf,
  type ManifestMessage,
  MOST_LOSSES_TOLD,
  MOST_REQUESTED,
  type RangeAnswer,
  type RangeRequest,
  runsOf,
} from '../../contract/streams.ts';
import type { TelemetryBody } from '../../contract/telemetry.ts';
import { iso, type Now } from '../../domain/instant.ts';
import type { OwnSigner } from '../../ports/signature.ts';
import type { OutboxDraft, Store, StreamName } from '../../ports/store.ts';
import type { LossDraft, StreamBatch } from '../../ports/streams.ts';
import { AbsenceWatch } from './absenceWatch.ts';
import { type Room, RoomKeeper, type RoomSettings } from './room.ts';

interface StreamKeeperOptions extends RoomSettings {
  readonly gatewayId: string;
  readonly store: Pick<Store, 'outboxId' | 'streams' | 'condition'>;
  readonly signer: OwnSigner;
  readonly isConnected: () => boolean;
}

/** What goes with the next record. */
export interface StreamsDue {
  readonly drafts: readonly OutboxDraft[];
  readonly batch: StreamBatch;
}

const DAY_MS = 86_400_000;
const STREAMS: readonly StreamName[] = ['receipts', 'events', 'status', 'telemetry'];
/** After so many records a stream is vouched for before its day is over: the receiver need not remember each of them for long. */
const MOST_UNVOUCHED = 5_000;
/** While nobody is there gaps are left to grow together; once a day they are told all the same. */
const TELL_EVERY_MS = DAY_MS;
/** A look at what is due costs two reads. */
const LOOK_EVERY_MS = 60_000;

/**
 * Streams that lose nothing without saying so: what is missing is told from the loss ledger, what was taken is vouched for by
 * a manifest, and what the back office misses is sent again as long as it is there. Every one of these is signed.
 */
export class StreamKeeper {
  readonly #options: StreamKeeperOptions;
  readonly #room: RoomKeeper;
  readonly #absences = new AbsenceWatch();
  #losses: LossDraft[] = [];
  #taken: { readonly day: number | undefined; readonly losses: number } | undefined;
  #vouchedDay: number | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: StreamKeeperOptions) {
    this.#options = options;
    this.#room = new RoomKeeper(options.store.streams, options);
  }

  room(): Room | undefined {
    return this.#room.room();
  }

  /** Something is missing that never had a sequence. */
  lose(loss: LossDraft): void {
    const last = this.#losses.at(-1);
    // A disk that fails for days must not fill the memory with what is missing because of it.
    const isSame = last?.cause === 'notRecorded' && last.cause === loss.cause && last.stream === loss.stream;
    if (!isSame) this.#losses.push(loss);
    else {
      const count = (last.count ?? 0) + (loss.count ?? 0);
      this.#losses = [...this.#losses.slice(0, -1), { ...last, count, untilUtcMs: loss.untilUtcMs }];
    }
  }

  /** A record of telemetry, before it is written: it may say that it knows nothing. */
  observe(body: TelemetryBody): void {
    for (const loss of this.#absences.observe(body)) this.lose(loss);
  }

  /** What the time without this gateway has left in its streams, at the start. */
  noteStart(now: Now): void {
    const { condition } = this.#options.store;
    if (condition.kind === 'damaged') {
      const at = { fromUtcMs: now.utcMs, untilUtcMs: now.utcMs };
      for (const stream of STREAMS) this.lose({ stream, cause: 'recordLost', ...at });
    }
    if (condition.kind === 'fromBackup') {
      const { madeAtUtcMs, openSinceUtcMs } = condition.backup;
      const untilUtcMs = Math.max(now.utcMs, madeAtUtcMs);
      for (const stream of STREAMS) {
        this.lose({ stream, cause: 'restored', fromUtcMs: openSinceUtcMs[stream], untilUtcMs });
      }
    }
    if (condition.kind !== 'restored') return;
    const fromUtcMs = condition.state.utcMs;
    const isTold = now.clockLevel !== 'none' && now.utcMs >= fromUtcMs;
    this.lose({
      stream: 'telemetry',
      cause: isTold ? 'notRunning' : 'clockUnknown',
      fromUtcMs,
      untilUtcMs: isTold ? now.utcMs : fromUtcMs,
    });
  }

  /** Drafts and marks for the record that is about to be written. */
  takeDue(now: Now): StreamsDue | undefined {
    const drafts: OutboxDraft[] = [];
    const losses = this.#losses;
    const isLooking = now.runningMs - this.#lookedAtMs >= LOOK_EVERY_MS;
    if (!isLooking && losses.length === 0) return undefined;
    const { streams, outboxId } = this.#options.store;
    const isTelling =
      isLooking && (this.#options.isConnected() || now.runningMs - this.#toldAtMs >= TELL_EVERY_MS);
    const untold = isTelling ? streams.untoldLosses(MOST_LOSSES_TOLD) : [];
    if (untold.length > 0)
      drafts.push(this.#signed(lossMessageOf(this.#options.gatewayId, outboxId, untold)));
    // A manifest speaks of gaps that were told; the next record tells the rest.
    const isDone = isLooking && untold.length < MOST_LOSSES_TOLD;
    const vouched = isDone ? this.#vouch(now, drafts) : [];
    if (isDone) this.#lookedAtMs = now.runningMs;
    if (isDone && isTelling) this.#toldAtMs = now.runningMs;
    this.#taken = { day: isDone ? dayOf(now) : undefined, losses: losses.length };
    if (drafts.length === 0 && losses.length === 0) return undefined;
    return { drafts, batch: { losses, toldLossIds: untold.map(({ lossId }) => lossId), vouched } };
  }

  /** @param isWritten whether what was taken last is on the disk */
  settle(isWritten: boolean): void {
    const taken = this.#taken;
    this.#taken = undefined;
    if (taken === undefined) return;
    if (!isWritten) {
      this.#lookedAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    this.#losses = this.#losses.slice(taken.losses);
    this.#vouchedDay = taken.day ?? this.#vouchedDay;
  }

  /** After each cycle. */
  upkeep(now: Now): void {
    this.#room.upkeep(now);
  }

  /** What becomes of a request of the back office; those that are still kept are to be repeated. */
  answer(
    request: RangeRequest,
    now: Now,
  ): { readonly draft: OutboxDraft; readonly repeats: readonly number[] } {
    const { gatewayId, store } = this.#options;
    const { id, stream, from } = request;
    const until = Math.min(request.until, from + MOST_REQUESTED - 1);
    const isOurs = request.outboxId === store.outboxId;
    const kept = isOurs ? store.streams.kept(stream, from, until, MOST_REQUESTED) : [];
    const waiting = isOurs
      ? store.streams.waiting(stream, from - 1, MOST_REQUESTED).filter(({ sequence }) => sequence <= until)
      : [];
    const losses = isOurs ? store.streams.lossesOf(stream, from, until) : [];
    const repeats = kept.map(({ sequence }) => sequence);
    const there = [...repeats, ...waiting.map(({ sequence }) => sequence)];
    const explained = [...runsOf(there), ...losses.flatMap(({ sequences }) => sequences ?? [])].toSorted(
      (one, other) => one.from - other.from,
    );
    const { until: reached } = store.streams.reach(stream);
    const last = Math.max(reached, waiting.at(-1)?.sequence ?? 0);
    const gone = complement(from, until, explained).flatMap((run): RangeAnswer['gone'] => {
      if (!isOurs) return [{ ...run, cause: 'otherOutbox' }];
      const past: RangeAnswer['gone'] =
        run.from > last ? [] : [{ from: run.from, until: Math.min(run.until, last), cause: 'noLongerKept' }];
      return run.until > last
        ? [...past, { from: Math.max(run.from, last + 1), until: run.until, cause: 'neverGiven' }]
        : past;
    });
    const draft = this.#signed({
      schema: 'loadgate.range-answer/1',
      gatewayId,
      id,
      outboxId: request.outboxId,
      stream,
      from,
      until,
      repeated: repeats.length,
      waiting: waiting.length,
      gone,
      losses: runsOf(losses.map(({ lossId }) => lossId)),
      at: iso(now.utcMs),
    } satisfies RangeAnswer);
    return { draft, repeats };
  }

  #vouch(now: Now, drafts: OutboxDraft[]): StreamBatch['vouched'] {
    const { gatewayId, store } = this.#options;
    const isNewDay = this.#vouchedDay !== dayOf(now);
    return STREAMS.flatMap((stream) => {
      const reach = store.streams.reach(stream);
      const before = store.streams.vouched(stream);
      const count = reach.delivered - before.delivered;
      if (count === 0 || (!isNewDay && count < MOST_UNVOUCHED)) return [];
      const from = before.until + 1;
      const losses = store.streams.lossesOf(stream, from, reach.until).map(({ lossId }) => lossId);
      drafts.push(
        this.#signed({
          schema: 'loadgate.manifest/1',
          gatewayId,
          outboxId: store.outboxId,
          stream,
          from,
          until: reach.until,
          count,
          previous: before.hash,
          hash: reach.hash,
          losses: runsOf(losses),
          at: iso(now.utcMs),
        } satisfies ManifestMessage),
      );
      return [{ stream, ...reach }];
    });
  }

  #signed(payload: object): OutboxDraft {
    return { stream: 'receipts', body: { jws: this.#options.signer.sign(payload) } };
  }
}

/** What of [from, until] no run covers. @param runs by their beginning */
function complement(
  from: number,
  until: number,
  runs: readonly { readonly from: number; readonly until: number }[],
): { readonly from: number; readonly until: number }[] {
  const open: { from: number; until: number }[] = [];
  let next = from;
  for (const run of runs) {
    if (run.from > next) open.push({ from: next, until: Math.min(run.from - 1, until) });
    next = Math.max(next, run.until + 1);
  }
  if (next <= until) open.push({ from: next, until });
  return open.filter((run) => run.from <= run.until);
}

function dayOf({ utcMs }: Now): number {
  return Math.floor(utcMs / DAY_MS);
}
