import type { Clock } from '../../ports/clock.ts';

/** Waits on the clock until they are over or everything is closed. */
export class ProfilePause {
  readonly #clock: Clock;
  readonly #stops = new Set<() => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  wait(delayMs: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = () => {
        cancel();
        this.#stops.delete(stop);
        resolve();
      };
      const cancel = this.#clock.after(delayMs, stop);
      this.#stops.add(stop);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of [...this.#stops]) stop();
  }
}
