/** A device's own timer that its master must feed in time. */
export class Watchdog {
  /** Infinite while it is off. */
  timeoutMs: number;
  #fedAtMs: number;

  constructor(timeoutMs: number, startAtMs: number) {
    this.timeoutMs = timeoutMs;
    this.#fedAtMs = startAtMs;
  }

  feed(nowMs: number): void {
    this.#fedAtMs = nowMs;
  }

  isExpired(nowMs: number): boolean {
    return nowMs - this.#fedAtMs >= this.timeoutMs;
  }

  /** Never below 0. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#fedAtMs + this.timeoutMs - nowMs);
  }
}
