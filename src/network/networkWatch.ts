import type { RunningMs } from '../domain/instant.ts';
import type { Ladder, NetworkChange, Rung } from '../domain/network.ts';
import type { Bus } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { NetworkHistory } from '../ports/network.ts';
import type { LadderClimber } from './ladderClimber.ts';

export interface NetworkWatchParts {
  readonly climber: Pick<LadderClimber, 'climb' | 'rememberAddresses'>;
  /** Absent: there is no broker to lose. */
  readonly bus: Pick<Bus, 'isConnected' | 'onConnection'> | undefined;
  readonly clock: Clock;
  readonly history: NetworkHistory;
  readonly log: Log;
  readonly onChange: (change: RungChange) => void;
}

/** The lowest broken rung has changed. */
export interface RungChange {
  readonly from?: Rung;
  readonly to?: Rung;
  readonly cause: string;
}

/** As the way stands by the last climb that could tell. */
export interface NetworkState {
  /** Absent: none. */
  readonly broken?: Rung;
  readonly sinceUtcMs: number;
  readonly sinceMs: RunningMs;
  readonly sentence: string;
}

/** A connection that is gone for less than this comes back by itself. */
const FIRST_AFTER_MS = 60_000;
/** Pauses between climbs that nobody asked for, whatever the connection does in between; the last one repeats. */
const PAUSES_MS: readonly number[] = [600_000, 1_200_000, 2_400_000, 3_600_000];

/**
 * Climbs the ladder by itself: when the connection has been gone for a minute, then with growing pauses, and once more when
 * it is back. Keeps what changed. Apart from the control cycle, which never waits for it.
 */
export class NetworkWatch {
  readonly #parts: NetworkWatchParts;
  #state: NetworkState | undefined;
  #cancel: Cancel = () => {};
  #stopListening: () => void = () => {};
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #climbs = 0;
  #isStopped = false;

  constructor(parts: NetworkWatchParts) {
    this.#parts = parts;
    const last = parts.history.networkChanges().at(-1);
    if (last !== undefined) this.#state = stateOf(last);
  }

  start(): void {
    this.#stopListening =
      this.#parts.bus?.onConnection((isConnected) => this.#follow(isConnected)) ?? (() => {});
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopListening();
    this.#cancel();
  }

  /** Absent: nothing was ever broken. */
  state(): NetworkState | undefined {
    return this.#state;
  }

  /** When somebody asks. */
  async climb(): Promise<Ladder> {
    const ladder = await this.#parts.climber.climb();
    if (!this.#isStopped) this.#take(ladder);
    return ladder;
  }

  #follow(isConnected: boolean): void {
    this.#cancel();
    if (!isConnected) {
      this.#plan(FIRST_AFTER_MS);
      return;
    }
    this.#climbs = 0;
    void this.#parts.climber.rememberAddresses();
    void this.#confirm();
  }

  /** The connection is back: the ladder says so once, for the history. */
  async #confirm(): Promise<void> {
    // One under way may have begun before.
    if (this.#state?.broken !== undefined) await this.climb();
    if (this.#state?.broken !== undefined && this.#parts.bus?.isConnected() === true) await this.climb();
  }

  #plan(delayMs: number): void {
    const { clock, bus } = this.#parts;
    const waitMs = Math.max(delayMs, this.#notBeforeMs - clock.runningMs());
    this.#cancel();
    this.#cancel = clock.after(waitMs, () => {
      const pauseMs = PAUSES_MS[Math.min(this.#climbs, PAUSES_MS.length - 1)] ?? FIRST_AFTER_MS;
      this.#climbs += 1;
      this.#notBeforeMs = clock.runningMs() + pauseMs;
      void this.climb().then(() => {
        if (!this.#isStopped && bus?.isConnected() === false) this.#plan(0);
      });
    });
  }

  #take(ladder: Ladder): void {
    const { history, log, onChange } = this.#parts;
    const { isStanding, findings, atUtcMs, runningMs, sentence } = ladder;
    const failed = isStanding ? undefined : findings.find(({ state }) => state === 'failed');
    // Neither whole nor broken at any rung that could be told: what was known before goes on.
    if (!isStanding && failed === undefined) return;
    const from = this.#state?.broken;
    const to = failed?.rung;
    if (from === to) {
      if (this.#state !== undefined) this.#state = { ...this.#state, sentence };
      return;
    }
    const cause = failed?.cause ?? 'whole';
    const change: NetworkChange = {
      atUtcMs,
      runningMs,
      cause,
      sentence,
      ...(to === undefined ? {} : { broken: to }),
    };
    this.#state = stateOf(change);
    if (to === undefined) log.info({ from }, sentence);
    else log.warn({ from, to, cause, nextStep: failed?.nextStep }, sentence);
    if (!history.addNetworkChange(change))
      log.warn({ cause }, 'The history of the network could not be kept');
    onChange({ cause, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  }
}

function stateOf({ broken, atUtcMs, runningMs, sentence }: NetworkChange): NetworkState {
  const since = { sinceUtcMs: atUtcMs, sinceMs: runningMs, sentence };
  return broken === undefined ? since : { ...since, broken };
}
