import type { Clock } from '../../ports/clock.ts';

/** As many as one transaction takes. */
const MOST_AT_ONCE = 500;

interface Waiting<T> {
  readonly item: T;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers what comes over several connections in the same moment, so that it goes to the disk in one transaction. Each
 * sender waits until its own is there; how many wait is bounded by how many the connections leave unacknowledged.
 */
export class Batcher<T> {
  readonly #clock: Clock;
  readonly #write: (items: readonly T[]) => void;
  #waiting: Waiting<T>[] = [];
  #isDue = false;

  constructor(clock: Clock, write: (items: readonly T[]) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Resolves when it is written; rejects when it could not be, and nothing of it was. */
  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (this.#isDue) return;
      this.#isDue = true;
      this.#clock.after(0, () => this.#flush());
    });
  }

  #flush(): void {
    this.#isDue = false;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      try {
        this.#write(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
  }
}
