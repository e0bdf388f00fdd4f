import type { RunningMs } from '../../domain/instant.ts';

/** Failures that are free; each one more doubles the wait. */
const FREE_FAILURES = 3;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
/** Failures are forgotten after this long without one. */
const FORGET_MS = 3_600_000;
/** Names and addresses that are remembered; with more, the oldest are forgotten. */
const MOST_REMEMBERED = 10_000;

interface Failures {
  readonly count: number;
  readonly lastMs: RunningMs;
}

/** Makes guessing slow: for a name and for an address alike, so that neither many names nor many addresses help. */
export class SlowDown {
  readonly #failures = new Map<string, Failures>();

  /** Milliseconds to wait before the next attempt; 0 when it may be made now. */
  waitMs(keys: readonly string[], nowMs: RunningMs): number {
    return Math.max(0, ...keys.map((key) => this.#waitOf(key, nowMs)));
  }

  fail(keys: readonly string[], nowMs: RunningMs): void {
    for (const key of keys) {
      const before = this.#failures.get(key);
      const count = before === undefined || nowMs - before.lastMs > FORGET_MS ? 1 : before.count + 1;
      // Put behind all others, so that the oldest stand first.
      this.#failures.delete(key);
      this.#failures.set(key, { count, lastMs: nowMs });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= MOST_REMEMBERED) break;
      this.#failures.delete(key);
    }
  }

  succeed(key: string): void {
    this.#failures.delete(key);
  }

  #waitOf(key: string, nowMs: RunningMs): number {
    const found = this.#failures.get(key);
    if (found === undefined || found.count < FREE_FAILURES) return 0;
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (found.count - FREE_FAILURES));
    return Math.max(0, found.lastMs + waitMs - nowMs);
  }
}
