/** Simulated time that runs with the real clock, `speed` times as fast. Line time and device time scale alike. */
export class ScaledTime {
  readonly speed: number;
  readonly #startAtMs: number;
  readonly #realStartMs = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(startAtMs: number, speed: number) {
    this.#startAtMs = startAtMs;
    this.speed = speed;
  }

  nowMs(): number {
    return this.#startAtMs + (performance.now() - this.#realStartMs) * this.speed;
  }

  /** Runs once when simulated time has reached the instant, never before. */
  at(instantMs: number, run: () => void): void {
    const realDelayMs = Math.max(0, Math.ceil((instantMs - this.nowMs()) / this.speed));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.nowMs() < instantMs) this.at(instantMs, run);
      else run();
    }, realDelayMs);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
