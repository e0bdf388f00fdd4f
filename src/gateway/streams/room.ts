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

/** The account is made up this often: it goes through all rows. In between the bound may be passed by what comes in an hour. */
const MEASURE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A shorter stretch says little of a day. */
const LEAST_RATED_MS = 600_000;
/** Of the bound; so that not every hour has to be thinned. */
const THIN_TO = 0.95;
/** Of the bound, at most, is given to what the broker has taken. */
const KEPT_SHARE = 0.25;

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
    const holdings = this.#store.holdings(now.utcMs - DAY_MS);
    const waitingBytes = sum(holdings, 'waitingBytes');
    const keptBytes = sum(holdings, 'keptBytes');
    const mostKept = Math.min(mostBytes * KEPT_SHARE, Math.max(0, mostBytes - waitingBytes));
    this.#store.trimKept({
      beforeUtcMs: now.utcMs - keepDays * DAY_MS,
      freeBytes: Math.max(0, keptBytes - mostKept),
    });
    const rows = holdings.reduce((all, { waiting }) => all + waiting, 0);
    this.#rowBytes = Math.max(1, waitingBytes / Math.max(1, rows));
    this.#excessBytes = waitingBytes > mostBytes ? waitingBytes - mostBytes * THIN_TO : 0;
    const hoursLeft = hoursUntil(mostBytes - waitingBytes, holdings, now.utcMs);
    this.#room = { waitingBytes, mostBytes, ...(hoursLeft === undefined ? {} : { hoursLeft }) };
  }
}

function hoursUntil(
  freeBytes: number,
  holdings: readonly StreamHolding[],
  nowUtcMs: number,
): number | undefined {
  const firsts = holdings.flatMap(({ recentFromUtcMs }) => recentFromUtcMs ?? []);
  const ratedMs = nowUtcMs - Math.min(...firsts);
  const recentBytes = sum(holdings, 'recentBytes');
  if (!(ratedMs >= LEAST_RATED_MS) || recentBytes <= 0) return undefined;
  const bytesPerHour = recentBytes / (ratedMs / 3_600_000);
  return Math.max(0, Math.round(freeBytes / bytesPerHour));
}

function sum(holdings: readonly StreamHolding[], name: 'waitingBytes' | 'keptBytes' | 'recentBytes'): number {
  return holdings.reduce((all, holding) => all + holding[name], 0);
}
