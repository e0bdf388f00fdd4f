import type { Now, RunningMs } from '../../domain/instant.ts';
import type { StreamHolding, StreamStore } from '../../ports/streams.ts';
import { Thinner } from './thinning.ts';

export interface RoomSettings {
  /** The most that the streams may take on the disk, in bytes. */
  readonly mostBytes: number;
  /** For how long what the broker has taken is kept, to be repeated. */
  readonly keepDays: number;
}

/** Thirty days without a broker, and some more; see docs/streams.md for what a day takes. */
export const DEFAULT_ROOM: RoomSettings = { mostBytes: 128_000_000, keepDays: 7 };

/** How full the outbox is. */
export interface Room {
  /** What waits, in the pages of the database. */
  readonly waitingBytes: number;
  readonly mostBytes: number;
  /** Until the finest telemetry has to give way, at the rate of the last day. Absent: not known yet. */
  readonly hoursLeft?: number;
}

/** The account is made up this often; in between the bound may be passed by what comes in an hour. */
const MEASURE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A shorter stretch says little of a day. */
const LEAST_RATED_MS = 600_000;
/** Of the bound; so that not every hour has to be thinned. */
const THIN_TO = 0.95;
/** The rate is that of this many hours. */
const RATED_HOURS = 24;

/** Keeps the streams within their room. */
export class RoomKeeper {
  readonly #store: StreamStore;
  readonly #settings: RoomSettings;
  readonly #thinner: Thinner;
  #measuredAtMs: RunningMs | undefined;
  #room: Room | undefined;
  /** Still to be freed. */
  #excessBytes = 0;
  #rowBytes = 1;
  /** What was recorded in this life up to a moment, hour by hour. */
  #grown: readonly { readonly atMs: RunningMs; readonly bytes: number }[] = [];

  constructor(store: StreamStore, settings: RoomSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#thinner = new Thinner(store);
  }

  room(): Room | undefined {
    return this.#room;
  }

  /** After each cycle: a little, if anything. */
  upkeep(now: Now): void {
    const isDue = this.#measuredAtMs === undefined || now.runningMs - this.#measuredAtMs >= MEASURE_EVERY_MS;
    if (isDue) this.#measure(now);
    if (this.#excessBytes <= 0) return;
    const rows = this.#thinner.runSlice();
    this.#excessBytes = rows === 0 ? 0 : this.#excessBytes - rows * this.#rowBytes;
    // What was freed is only about right: the account is made up anew when it seems done.
    if (rows > 0 && this.#excessBytes <= 0) this.#measure(now);
  }

  #measure(now: Now): void {
    this.#measuredAtMs = now.runningMs;
    const { mostBytes, keepDays } = this.#settings;
    const holdings = this.#store.holdings();
    const waitingBytes = sum(holdings, 'waitingBytes');
    const keptBytes = sum(holdings, 'keptBytes');
    this.#store.trimKept({
      vouchedBeforeUtcMs: now.utcMs - keepDays * DAY_MS,
      freeBytes: Math.max(0, waitingBytes + keptBytes - mostBytes),
    });
    const rows = holdings.reduce((all, { waiting }) => all + waiting, 0);
    this.#rowBytes = Math.max(1, waitingBytes / Math.max(1, rows));
    this.#excessBytes = waitingBytes > mostBytes ? waitingBytes - mostBytes * THIN_TO : 0;
    const bytesPerHour = this.#bytesPerHour(now, holdings);
    const hoursLeft =
      bytesPerHour === undefined
        ? {}
        : { hoursLeft: Math.max(0, Math.round((mostBytes - waitingBytes) / bytesPerHour)) };
    this.#room = { waitingBytes, mostBytes, ...hoursLeft };
  }

  /** Of the last day; in the first hour of a life that of all that is there. */
  #bytesPerHour({ runningMs, utcMs }: Now, holdings: readonly StreamHolding[]): number | undefined {
    const bytes = sum(holdings, 'insertedBytes');
    const [first] = this.#grown;
    const isSame = this.#grown.at(-1)?.atMs === runningMs;
    if (!isSame) this.#grown = [...this.#grown, { atMs: runningMs, bytes }].slice(-RATED_HOURS - 1);
    if (first !== undefined && runningMs - first.atMs >= LEAST_RATED_MS) {
      return rateOf(bytes - first.bytes, runningMs - first.atMs);
    }
    const oldestUtcMs = Math.min(...holdings.flatMap((holding) => holding.oldestUtcMs ?? []));
    if (!(utcMs - oldestUtcMs >= LEAST_RATED_MS)) return undefined;
    return rateOf(sum(holdings, 'waitingBytes') + sum(holdings, 'keptBytes'), utcMs - oldestUtcMs);
  }
}

function rateOf(bytes: number, durationMs: number): number | undefined {
  return bytes > 0 ? bytes / (durationMs / 3_600_000) : undefined;
}

function sum(
  holdings: readonly StreamHolding[],
  name: 'waitingBytes' | 'keptBytes' | 'insertedBytes',
): number {
  return holdings.reduce((all, holding) => all + holding[name], 0);
}
