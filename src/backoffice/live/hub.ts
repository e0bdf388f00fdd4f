import type { Board as BoardAnswer, LiveEvent } from '../../contract/desk.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WebStream } from '../../ports/web.ts';
import { boardAnswer, boardRowOf } from '../notices/board.ts';
import type { Boards } from '../notices/boards.ts';
import type { NoticeBook } from '../notices/book.ts';
import type { Watchers } from '../notices/parts.ts';
import { isReachable } from '../registry/rules.ts';
import type { Registry } from '../registry/service.ts';

/** Everything that changed within a second goes out as one event. */
const TICK_MS = 1_000;
const TICKS_PER_DESK_EVENT = 10;
const TICKS_PER_AREAS_EVENT = 5;
/** Points of the chart are on the disk at least this often. */
const TICKS_PER_SAVE = 30;
/** More rows than a page shows are not worth sending one by one. */
const MOST_ROWS = 200;
const MOST_STREAMS = 200;

interface HubOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Pick<Bus, 'isConnected' | 'onConnection'>;
  /** Called each second with the notices that are not over. */
  readonly onTick: (openIds: ReadonlySet<string>) => void;
}

interface Listener {
  readonly stream: WebStream;
  readonly noticeId: string | undefined;
}

/**
 * The heartbeat of the desk: each second it looks which notices have begun or ended, adds a point to their charts, and
 * tells those who watch what has changed, in a few events however many gateways have answered.
 */
export class LiveHub implements Watchers {
  readonly #options: HubOptions;
  #book: NoticeBook | undefined;
  #boards: Boards | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #changedRows = new Map<string, Set<string>>();
  readonly #changedNotices = new Set<string>();
  readonly #lastStates = new Map<string, string>();
  #ticks = 0;
  #cancelTick: Cancel = () => {};

  constructor(options: HubOptions) {
    this.#options = options;
  }

  start(book: NoticeBook, boards: Boards): void {
    this.#book = book;
    this.#boards = boards;
    this.#options.bus.onConnection(() => this.#toAll(this.#deskEvent()));
    this.#schedule();
  }

  stop(): void {
    this.#cancelTick();
    for (const { stream } of this.#listeners) stream.end();
  }

  /** @returns how to stop, or nothing when too many listen already */
  listen(stream: WebStream, noticeId: string | undefined): (() => void) | undefined {
    if (this.#listeners.size >= MOST_STREAMS) return undefined;
    const listener = { stream, noticeId };
    this.#listeners.add(listener);
    send(listener, this.#deskEvent());
    return () => this.#listeners.delete(listener);
  }

  noticeChanged(noticeId: string): void {
    this.#changedNotices.add(noticeId);
  }

  rowChanged(noticeId: string, gatewayId: string): void {
    const rows = this.#changedRows.get(noticeId);
    if (rows === undefined) this.#changedRows.set(noticeId, new Set([gatewayId]));
    else rows.add(gatewayId);
  }

  #schedule(): void {
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => {
      try {
        this.#tick();
      } catch (error) {
        // A full disk must not end what tells of it.
        this.#options.log.error(
          { error: String(error) },
          'What is live could not be written; it is tried again',
        );
      }
      this.#schedule();
    });
  }

  #tick(): void {
    const [book, boards] = [this.#book, this.#boards];
    if (book === undefined || boards === undefined) return;
    this.#ticks += 1;
    const nowUtcMs = this.#options.clock.now().utcMs;
    const open = book.open(nowUtcMs);
    const openIds = new Set(open.map(({ noticeId }) => noticeId));
    for (const noticeId of openIds) this.#noteState(noticeId, nowUtcMs);
    for (const noticeId of this.#lastStates.keys()) {
      if (openIds.has(noticeId)) continue;
      // It has ended since the last look.
      this.#noteState(noticeId, nowUtcMs);
      this.#lastStates.delete(noticeId);
      boards.saveSeries(noticeId);
    }
    for (const noticeId of new Set([...openIds, ...this.#changedRows.keys()]))
      this.#tellBoard(noticeId, nowUtcMs);
    this.#changedRows.clear();
    if (this.#changedNotices.size > 0) {
      this.#toAll({ event: 'notices', noticeIds: [...this.#changedNotices] });
      this.#changedNotices.clear();
    }
    if (this.#ticks % TICKS_PER_AREAS_EVENT === 0) this.#toAll({ event: 'areas' });
    if (this.#ticks % TICKS_PER_DESK_EVENT === 0) {
      this.#toAll(this.#deskEvent());
      boards.flush();
      boards.tidy(open, nowUtcMs);
    }
    if (this.#ticks % TICKS_PER_SAVE === 0) for (const noticeId of openIds) boards.saveSeries(noticeId);
    this.#options.onTick(openIds);
  }

  #noteState(noticeId: string, nowUtcMs: number): void {
    const notice = this.#book?.find(noticeId);
    if (notice === undefined) return;
    const state = this.#book?.state(notice, nowUtcMs) ?? '';
    if (this.#lastStates.get(noticeId) !== state) this.#changedNotices.add(noticeId);
    this.#lastStates.set(noticeId, state);
  }

  #tellBoard(noticeId: string, nowUtcMs: number): void {
    const notice = this.#book?.find(noticeId);
    if (notice === undefined || this.#boards === undefined) return;
    const board = this.#boards.of(noticeId);
    const state = this.#book?.state(notice, nowUtcMs) ?? 'over';
    const point = state === 'live' ? board.addPoint(notice, nowUtcMs) : undefined;
    const changed = this.#changedRows.get(noticeId) ?? new Set();
    const listeners = [...this.#listeners].filter((listener) => listener.noticeId === noticeId);
    if (listeners.length === 0 || (changed.size === 0 && point === undefined)) return;
    const answer: Omit<BoardAnswer, 'series'> = boardAnswer(notice, board, { state, nowUtcMs });
    const rows = [...changed].slice(0, MOST_ROWS).flatMap((gatewayId) => {
      const row = board.find(gatewayId);
      return row === undefined ? [] : [boardRowOf(notice, row, this.#isReachable(gatewayId, nowUtcMs))];
    });
    const events: LiveEvent[] = [
      { event: 'board', board: answer, ...(point === undefined ? {} : { point }) },
      ...(rows.length === 0 ? [] : [{ event: 'rows' as const, rows, more: changed.size - rows.length }]),
    ];
    for (const listener of listeners) for (const event of events) send(listener, event);
  }

  #isReachable(gatewayId: string, nowUtcMs: number): boolean {
    const record = this.#options.registry.find(gatewayId);
    return record !== undefined && isReachable(record, nowUtcMs);
  }

  #deskEvent(): LiveEvent {
    const { bus, clock } = this.#options;
    return {
      event: 'desk',
      at: new Date(clock.now().utcMs).toISOString(),
      isBrokerConnected: bus.isConnected(),
    };
  }

  #toAll(event: LiveEvent): void {
    for (const listener of this.#listeners) send(listener, event);
  }
}

/** Whoever reads too slowly is let go: it comes back and fetches what it has missed. */
function send({ stream }: Listener, event: LiveEvent): void {
  if (!stream.write(`data: ${JSON.stringify(event)}\n\n`)) stream.end();
}
