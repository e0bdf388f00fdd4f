/** What is to happen at which instant; moved on from outside, so that a test can step it. */
export class Agenda {
  #nowMs: number;
  #entries: { readonly dueMs: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): void {
    this.#entries.push({ dueMs: this.#nowMs + delayMs, order: this.#order++, run });
    this.#entries.sort((one, other) => one.dueMs - other.dueMs || one.order - other.order);
  }

  advanceTo(untilMs: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.dueMs <= untilMs; next = this.#entries[0]) {
      this.#entries.shift();
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}
