import type { ClockLevel, Now } from '../../src/domain/instant.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when it is told to. Timers run in the order they fall due. */
export class SteppedClock implements Clock {
  #runningMs: number;
  readonly #utcAtZeroMs: number;
  #timers: Timer[] = [];
  #order = 0;
  clockLevel: ClockLevel = 'synced';

  constructor(start: { runningMs?: number; utcMs?: number } = {}) {
    this.#runningMs = start.runningMs ?? 0;
    this.#utcAtZeroMs = (start.utcMs ?? Date.UTC(2026, 0, 5)) - this.#runningMs;
  }

  runningMs(): number {
    return this.#runningMs;
  }

  now(): Now {
    return {
      runningMs: this.#runningMs,
      utcMs: this.#utcAtZeroMs + this.#runningMs,
      clockLevel: this.clockLevel,
    };
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer: Timer = { dueMs: this.#runningMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on by delayMs; promises settle after every timer that runs. */
  async advance(delayMs: number): Promise<void> {
    const untilMs = this.#runningMs + delayMs;
    await settle();
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#runningMs = Math.max(this.#runningMs, next.dueMs);
      next.run();
      await settle();
    }
    this.#runningMs = Math.max(this.#runningMs, untilMs);
  }

  /** As a program that does nothing else for a while: time passes, and no timer runs until it is done. */
  block(delayMs: number): void {
    this.#runningMs += delayMs;
  }

  #nextDue(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue;
      if (
        next === undefined ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    if (next !== undefined) this.#timers = this.#timers.filter((other) => other !== next);
    return next;
  }
}

/** Lets all promises that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
