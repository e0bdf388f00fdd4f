import type { Clock } from '../ports/clock.ts';
import type { ScanProgress } from './findings.ts';

/** The share from which on the pace so far says more than the reckoning. */
const TRUSTED_SHARE = 0.05;

/** Reckons how long a scan will still take: the expected cost of what is left, at the pace seen so far. */
export class Workload {
  readonly #clock: Clock;
  readonly #beganAtMs: number;
  #plannedMs = 0;
  #doneMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganAtMs = clock.runningMs();
  }

  plan(expectedMs: number): void {
    this.#plannedMs += expectedMs;
  }

  finish(expectedMs: number): void {
    this.#doneMs += expectedMs;
  }

  progress(): ScanProgress {
    const share = this.#plannedMs === 0 ? 1 : Math.min(1, this.#doneMs / this.#plannedMs);
    const elapsedMs = this.#clock.runningMs() - this.#beganAtMs;
    const pace = share < TRUSTED_SHARE ? 1 : elapsedMs / this.#doneMs;
    return { triedShare: share, remainingMs: Math.max(0, (this.#plannedMs - this.#doneMs) * pace) };
  }
}
