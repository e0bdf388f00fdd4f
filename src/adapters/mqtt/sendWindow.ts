/** As many as the outbox ever sends at once: an ordinary line is not held back. */
const MOST = 20;
/** Enough to see what the line is like; an ordinary one has the whole window after as many acknowledgements more. */
const FIRST = 4;
/** What is urgent, and the sign of life, must not wait longer than this behind what was sent before. */
const LONG_MS = 10_000;
const SHORT_MS = 5_000;

/**
 * How many messages the line bears at once. Halved when acknowledgements take long, grown by one with each that comes soon;
 * a slow line so has a short queue in place of many messages that all come too late.
 */
export class SendWindow {
  #size = FIRST;
  #shrunkAtMs = Number.NEGATIVE_INFINITY;

  size(): number {
    return this.#size;
  }

  acknowledged(sentAtMs: number, nowMs: number): void {
    const tookMs = nowMs - sentAtMs;
    if (tookMs > LONG_MS) this.#shrink(sentAtMs, nowMs);
    else if (tookMs < SHORT_MS) this.#size = Math.min(MOST, this.#size + 1);
  }

  missed(sentAtMs: number, nowMs: number): void {
    this.#shrink(sentAtMs, nowMs);
  }

  #shrink(sentAtMs: number, nowMs: number): void {
    // What was sent into the longer queue of before says nothing about the shorter one.
    if (sentAtMs < this.#shrunkAtMs) return;
    this.#shrunkAtMs = nowMs;
    this.#size = Math.max(1, Math.floor(this.#size / 2));
  }
}
