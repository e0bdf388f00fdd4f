import { encodeUpward, labelOf } from '../contract/envelope.ts';
import { expiryOf, TOPICS, topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Bus, PublishResult } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { OutboxRow, Store, StreamName } from '../ports/store.ts';
import { backoffMs, RESEND_SCHEDULE } from './backoff.ts';
import {
  countSendable,
  countWaiting,
  type Lane,
  lastSent,
  markAnswered,
  markSent,
  mayRewind,
  NEW_LANE,
  rewind,
} from './lane.ts';
import { markPaced, type PaceMark, paceWaitMs, UPLOAD_PACE } from './pace.ts';
import { Repeats } from './repeats.ts';

/** Most messages without an acknowledgement, whatever the broker allows. */
const WINDOW = 20;
/** Confirmed rows are removed in batches: each removal is a write to flash that waits for the disk. */
const REMOVAL_BATCH = 20;
/** When rows cannot be removed nothing more is sent behind this many, or the next start would repeat them all. */
const MOST_UNREMOVED = 200;
const STORE_RETRY_MS = 10_000;
/** After an outage that many gateways share, each begins at its own moment within this. */
const RECONNECT_SPREAD_MS = 1_000;

/** What must not wait behind a month of telemetry comes first. */
const STREAMS: readonly StreamName[] = ['receipts', 'events', 'status', 'telemetry'];

export interface PostmanOptions {
  readonly gatewayId: string;
  readonly store: Pick<Store, 'outboxId' | 'pending' | 'pendingCount' | 'acknowledge'>;
  readonly bus: Pick<Bus, 'isConnected' | 'publish' | 'onConnection'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** The row as consent lets it leave at this moment; undefined: nothing of it may, and it counts as acknowledged. */
  readonly cut: (row: OutboxRow) => OutboxRow | undefined;
  /** The broker's receive maximum; at most 20 are used. */
  readonly inFlightMaximum: () => number;
  /** A row that was taken and is kept; absent: nothing is repeated. */
  readonly kept?: (stream: StreamName, sequence: number) => OutboxRow | undefined;
  /** Something to be recorded: that a stream is refused, and that it is taken again. */
  readonly onEvent: (event: DomainEvent) => void;
}

export interface PostmanStatistics {
  /** Messages handed to the broker since the start, repetitions included. */
  readonly sent: number;
  /** Rows whose acknowledgement has come since the start; each counts once. */
  readonly acknowledged: number;
  /** Rows that still wait for theirs. */
  readonly depth: number;
}

/**
 * Brings the outbox to the broker: oldest first, in order within a stream. A row is removed only after its
 * acknowledgement, so a crash may repeat a message, always with the same sequence, and never loses one.
 */
export class Postman {
  readonly #options: PostmanOptions;
  readonly #lanes: Record<StreamName, Lane> = {
    receipts: NEW_LANE,
    events: NEW_LANE,
    telemetry: NEW_LANE,
    status: NEW_LANE,
  };
  readonly #refusedSinceMs = new Map<StreamName, number>();
  readonly #stopListening: Cancel;
  readonly #repeats = new Repeats();
  #unremoved: Pick<OutboxRow, 'stream' | 'sequence'>[] = [];
  #removalNotBeforeMs = 0;
  #notBeforeMs = 0;
  #paceMark: PaceMark = 0;
  #cancelWake: Cancel = () => {};
  #isStopped = false;
  #onIdle: (() => void) | undefined;
  #sent = 0;
  #acknowledged = 0;

  constructor(options: PostmanOptions) {
    this.#options = options;
    this.#stopListening = options.bus.onConnection((isConnected) => this.#connectionChanged(isConnected));
  }

  /** To be called when rows have been added. */
  nudge(): void {
    this.#pump();
  }

  /** The back office misses these: they go once more, behind everything that waits. */
  repeat(stream: StreamName, sequences: readonly number[]): void {
    this.#repeats.add(stream, sequences);
    this.#pump();
  }

  statistics(): PostmanStatistics {
    const depth = this.#options.store.pendingCount() - this.#unremoved.length;
    return { sent: this.#sent, acknowledged: this.#acknowledged, depth };
  }

  /** Goes on for at most graceMs while there is something to send and somebody to take it, then stops for good. */
  async stop(graceMs: number): Promise<void> {
    if (this.#isStopped) return;
    this.#notBeforeMs = 0;
    this.#pump();
    if (this.#options.bus.isConnected() && this.statistics().depth > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(graceMs, resolve);
        this.#onIdle = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#removeConfirmed();
    this.#isStopped = true;
    this.#cancelWake();
    this.#stopListening();
  }

  #connectionChanged(isConnected: boolean): void {
    if (!isConnected) {
      this.#onIdle?.();
      return;
    }
    const { clock, entropy } = this.#options;
    this.#notBeforeMs = clock.runningMs() + entropy.wholeUpTo(RECONNECT_SPREAD_MS);
    for (const stream of STREAMS) this.#lanes[stream] = { ...this.#lanes[stream], notBeforeMs: 0 };
    this.#pump();
  }

  #pump(): void {
    if (this.#isStopped) return;
    // One moment for all: what has to wait at it is what the timer is set for.
    const nowMs = this.#options.clock.runningMs();
    this.#retryRemoval(nowMs);
    if (this.#options.bus.isConnected()) {
      for (const stream of STREAMS) this.#sendFrom(stream, nowMs);
      this.#sendRepeats(nowMs);
    }
    this.#wakeLater(nowMs);
  }

  #sendFrom(stream: StreamName, nowMs: number): void {
    if (nowMs < this.#notBeforeMs) return;
    const lane = this.#lanes[stream];
    const count = countSendable(lane, this.#room(), nowMs);
    if (count === 0) return;
    for (const row of this.#takeRows(stream, count, nowMs)) {
      if (paceWaitMs(this.#paceMark, nowMs, UPLOAD_PACE) > 0) return;
      this.#paceMark = markPaced(this.#paceMark, nowMs, UPLOAD_PACE);
      this.#send(row);
    }
  }

  #sendRepeats(nowMs: number): void {
    const { kept, cut } = this.#options;
    if (kept === undefined || nowMs < this.#notBeforeMs) return;
    while (this.#room() > 0 && paceWaitMs(this.#paceMark, nowMs, UPLOAD_PACE) === 0) {
      const next = this.#repeats.take(nowMs);
      if (next === undefined) return;
      const row = kept(next.stream, next.sequence);
      // Under a number that was sent before there is nothing but what was sent.
      if (row === undefined || cut(row) !== row) {
        this.#repeats.answered(next, true, nowMs);
        continue;
      }
      this.#paceMark = markPaced(this.#paceMark, nowMs, UPLOAD_PACE);
      // What the broker retains is the newest, not what is repeated.
      this.#publish(row, false).then(({ ok }) => {
        this.#repeats.answered(next, ok, this.#options.clock.runningMs());
        this.#pump();
      });
    }
  }

  /** The next rows to send, behind those that are on the wire or only wait for their removal. */
  #takeRows(stream: StreamName, count: number, nowMs: number): readonly OutboxRow[] {
    const lane = this.#lanes[stream];
    const isUnremoved = (row: OutboxRow): boolean =>
      this.#unremoved.some((other) => other.stream === stream && other.sequence === row.sequence);
    while (this.#unremoved.length < MOST_UNREMOVED) {
      const unremoved = this.#unremoved.filter((row) => row.stream === stream).length;
      const rows = this.#readPending(unremoved + lane.flights.length + count, stream);
      const lingering = rows.filter((row) => row.sequence <= lane.confirmed && !isUnremoved(row));
      if (lingering.length === 0) {
        return rows.filter((row) => row.sequence > lastSent(lane)).slice(0, count);
      }
      // The store keeps its failures to itself: what is still there after its removal has to be removed again.
      this.#unremoved.push(...lingering);
      this.#removalNotBeforeMs = nowMs + STORE_RETRY_MS;
    }
    return [];
  }

  /** An outbox that cannot be read is a matter of the record, which raises its own fault; it must not end the gateway. */
  #readPending(limit: number, stream: StreamName): readonly OutboxRow[] {
    const { clock, log, store } = this.#options;
    try {
      return store.pending(limit, stream).filter((row) => row.stream === stream);
    } catch (error) {
      this.#notBeforeMs = clock.runningMs() + STORE_RETRY_MS;
      log.warn({ stream, detail: String(error) }, 'The outbox could not be read; it is tried again');
      return [];
    }
  }

  #send(row: OutboxRow): void {
    this.#lanes[row.stream] = markSent(this.#lanes[row.stream], row.sequence);
    const allowed = this.#options.cut(row);
    if (allowed === undefined) {
      Promise.resolve().then(() => this.#answered(row, { ok: true }));
      return;
    }
    this.#publish(allowed, TOPICS[row.stream].isRetained).then((result) => this.#answered(row, result));
  }

  async #publish(row: OutboxRow, retain: boolean): Promise<PublishResult> {
    const { bus, gatewayId, store } = this.#options;
    this.#sent += 1;
    const payload = encodeUpward({ gatewayId, outboxId: store.outboxId, ...row });
    const expiryS = expiryOf(row.stream);
    const options = { retain, label: labelOf(row.stream), ...(expiryS !== undefined && { expiryS }) };
    try {
      return await bus.publish(topicOf(gatewayId, row.stream), payload, options);
    } catch (defect) {
      return { ok: false, cause: 'refused', detail: String(defect) };
    }
  }

  #answered(row: OutboxRow, result: PublishResult): void {
    const { stream } = row;
    const before = this.#lanes[stream];
    const lane = markAnswered(before, row.sequence, result.ok);
    this.#lanes[stream] = lane;
    for (const flight of before.flights) {
      if (flight.sequence <= lane.confirmed) this.#unremoved.push({ stream, sequence: flight.sequence });
    }
    this.#acknowledged += before.flights.length - lane.flights.length;
    if (!result.ok) this.#noteFailure(row, result);
    else if (lane.confirmed > before.confirmed) this.#noteTaken(stream);
    if (mayRewind(lane)) this.#rewind(stream, lane);
    if (this.#unremoved.length >= REMOVAL_BATCH || this.#countWaiting() === 0) this.#removeConfirmed();
    this.#pump();
    if (this.#onIdle !== undefined && this.statistics().depth === 0) this.#onIdle();
  }

  #rewind(stream: StreamName, lane: Lane): void {
    const { clock, entropy } = this.#options;
    const pauseMs = backoffMs(lane.failures + 1, RESEND_SCHEDULE, entropy);
    this.#lanes[stream] = rewind(lane, clock.runningMs() + pauseMs);
  }

  #noteFailure(row: OutboxRow, failure: Extract<PublishResult, { ok: false }>): void {
    const { stream, sequence } = row;
    const { clock, log, onEvent } = this.#options;
    const fields = { stream, sequence, cause: failure.cause, detail: failure.detail };
    if (failure.cause === 'offline') {
      log.debug(fields, 'The connection went before the acknowledgement; the message will be sent again');
      return;
    }
    log.warn(fields, 'The broker did not take the message; it stays in the outbox and will be sent again');
    if (failure.cause !== 'refused' || this.#refusedSinceMs.has(stream)) return;
    this.#refusedSinceMs.set(stream, clock.runningMs());
    onEvent({ kind: 'faultRaised', code: 'upload-refused', subject: stream });
  }

  #noteTaken(stream: StreamName): void {
    const sinceMs = this.#refusedSinceMs.get(stream);
    if (sinceMs === undefined) return;
    this.#refusedSinceMs.delete(stream);
    const durationMs = this.#options.clock.runningMs() - sinceMs;
    this.#options.onEvent({ kind: 'faultCleared', code: 'upload-refused', subject: stream, durationMs });
  }

  #removeConfirmed(): void {
    if (this.#unremoved.length === 0) return;
    const { clock, log, store } = this.#options;
    try {
      store.acknowledge(this.#unremoved);
      this.#unremoved = [];
    } catch (error) {
      this.#removalNotBeforeMs = clock.runningMs() + STORE_RETRY_MS;
      log.warn(
        { rows: this.#unremoved.length, detail: String(error) },
        'Messages that the broker has taken could not be removed from the outbox; the removal is tried again',
      );
    }
  }

  #retryRemoval(nowMs: number): void {
    if (this.#removalNotBeforeMs === 0 || nowMs < this.#removalNotBeforeMs) return;
    this.#removalNotBeforeMs = 0;
    this.#removeConfirmed();
  }

  #countWaiting(): number {
    return STREAMS.reduce((sum, stream) => sum + countWaiting(this.#lanes[stream]), 0);
  }

  #room(): number {
    const window = Math.min(WINDOW, Math.max(1, this.#options.inFlightMaximum()));
    // The window may have shrunk below what is under way.
    return Math.max(0, window - this.#countWaiting() - this.#repeats.underWay());
  }

  /** One timer for all that waits for a moment; answers and new rows come by themselves. */
  #wakeLater(nowMs: number): void {
    this.#cancelWake();
    const moments = [
      this.#notBeforeMs,
      this.#removalNotBeforeMs,
      this.#repeats.notBeforeMs(),
      nowMs + paceWaitMs(this.#paceMark, nowMs, UPLOAD_PACE),
      ...STREAMS.map((stream) => this.#lanes[stream].notBeforeMs),
    ].filter((momentMs) => momentMs > nowMs);
    if (moments.length === 0) {
      this.#cancelWake = () => {};
      return;
    }
    this.#cancelWake = this.#options.clock.after(Math.min(...moments) - nowMs, () => this.#pump());
  }
}
