import type { Now } from '../../src/domain/instant.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that jumps from timer to timer, without letting promises settle in between: a million steps take seconds. */
export class FuzzClock implements Clock {
  #nowMs = 0;
  /** In the order they fall due; those of one instant in the order they were set. */
  #timers: Timer[] = [];

  now(): Now {
    return { runningMs: this.#nowMs, utcMs: this.#nowMs, clockLevel: 'synced' };
  }

  runningMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), run };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1]?.dueMs ?? 0) > timer.dueMs) at--;
    this.#timers.splice(at, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }

  /** Runs the next timer. False when there is none. */
  step(): boolean {
    const timer = this.#timers.shift();
    if (timer === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.run();
    return true;
  }
}
