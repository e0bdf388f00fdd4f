import type { RunningMs } from '../domain/instant.ts';

/** A write that takes longer than a cycle has stopped at least one. */
const SLOW_MS = 1_000;
/** After a slow write the next one waits for so many times its length: less than a tenth of the time is spent in writes. */
const RESTS = 10;
const LONGEST_REST_MS = 600_000;

/**
 * A write to the record stops everything else for as long as it lasts. On a card that takes seconds for it, writes are made
 * seldom: only by what somebody outside waits for, and else with long rests, in which nothing widens.
 */
export class CommitPace {
  #slow: { readonly sinceMs: RunningMs; readonly restsUntilMs: RunningMs } | undefined;
  /** A decision that narrows went out, and was left for the next cycle to be recorded. */
  #isOwed = false;

  /** To be told of each write. */
  note(startedMs: RunningMs, endedMs: RunningMs): void {
    this.#isOwed = false;
    const tookMs = endedMs - startedMs;
    if (tookMs < SLOW_MS) {
      this.#slow = undefined;
      return;
    }
    const restMs = Math.min(LONGEST_REST_MS, RESTS * tookMs);
    this.#slow = { sinceMs: this.#slow?.sinceMs ?? startedMs, restsUntilMs: endedMs + restMs };
  }

  mayWrite(nowMs: RunningMs): boolean {
    return this.#slow === undefined || nowMs >= this.#slow.restsUntilMs;
  }

  /** On a slow card what narrows must have left the box before a write stops it. @returns whether the write is put off */
  putsOff(isNarrowing: boolean): boolean {
    if (!isNarrowing || this.#slow === undefined || this.#isOwed) return false;
    this.#isOwed = true;
    return true;
  }

  isOwed(): boolean {
    return this.#isOwed;
  }

  /** Since when writes take long; absent: the last one did not. */
  slowSinceMs(): RunningMs | undefined {
    return this.#slow?.sinceMs;
  }
}
