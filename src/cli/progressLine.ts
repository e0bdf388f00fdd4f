import type { Clock } from '../ports/clock.ts';
import type { Output } from './context.ts';

const ON_TERMINAL_MS = 150;
const ELSEWHERE_MS = 5_000;
const ERASE_LINE = '\r\u001b[2K';

/** What long work is at: in place on a terminal, elsewhere a line every five seconds. */
export class ProgressLine {
  readonly #output: Output;
  readonly #clock: Clock;
  #shownAtMs: number;
  #isStanding = false;

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    // Work that is over sooner needs no progress where it cannot be drawn in place.
    this.#shownAtMs = output.isTerminal ? Number.NEGATIVE_INFINITY : clock.runningMs();
  }

  show(describe: () => string): void {
    const nowMs = this.#clock.runningMs();
    if (nowMs - this.#shownAtMs < (this.#output.isTerminal ? ON_TERMINAL_MS : ELSEWHERE_MS)) return;
    this.#shownAtMs = nowMs;
    if (this.#output.isTerminal) {
      this.#output.write(`${ERASE_LINE}${describe().slice(0, this.#output.columns - 1)}`);
      this.#isStanding = true;
    } else this.#output.write(`${describe()}\n`);
  }

  /** Takes the line away before something else is written. */
  clear(): void {
    if (this.#isStanding) this.#output.write(ERASE_LINE);
    this.#isStanding = false;
  }
}
