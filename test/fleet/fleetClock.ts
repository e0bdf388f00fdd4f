import type { Now } from '../../src/domain/instant.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

export interface FleetClockOptions {
  /** Of the wall clock against this machine's. */
  readonly offsetMs: number;
  /** How much faster than real time, > 0. */
  readonly speed: number;
}

/** The clock of one light gateway. A wrong one does not know that it is; a right one is synced. */
export class FleetClock implements Clock {
  readonly #options: FleetClockOptions;
  readonly #startedAtMs = performance.now();
  readonly #startUtcMs = Date.now();

  constructor(options: FleetClockOptions) {
    this.#options = options;
  }

  now(): Now {
    const runningMs = this.runningMs();
    const { offsetMs } = this.#options;
    const clockLevel = offsetMs === 0 ? 'synced' : 'coarse';
    return { runningMs, utcMs: Math.round(this.#startUtcMs + runningMs + offsetMs), clockLevel };
  }

  runningMs(): number {
    return (performance.now() - this.#startedAtMs) * this.#options.speed;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = setTimeout(run, Math.max(0, delayMs / this.#options.speed));
    return () => clearTimeout(timer);
  }
}
