import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { NOTHING_KNOWN, type SwitchState } from './switchState.ts';

/** Holds the state of one controller, says each change of its reason to the log, and lets others wait for a change. */
export class SwitchRecord {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiters = new Set<() => void>();
  #state: SwitchState = NOTHING_KNOWN;
  #isClosed = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  get state(): SwitchState {
    return this.#state;
  }

  change(state: SwitchState): void {
    const { because } = this.#state;
    this.#state = state;
    if (because !== state.because) {
      const { commanded = 'nothing', confirmed } = state;
      const position = confirmed === undefined ? 'unknown' : confirmed.isClosed ? 'closed' : 'open';
      this.#log.info({ commanded, confirmed: position, because: state.because }, 'Load switch');
    }
    for (const wake of [...this.#waiters]) wake();
  }

  /** Waits until it is so, or the time is over. */
  until(isSo: (state: SwitchState) => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        cancel();
        this.#waiters.delete(wake);
        resolve();
      };
      const wake = () => {
        if (this.#isClosed || isSo(this.#state)) settle();
      };
      const cancel = this.#clock.after(withinMs, settle);
      this.#waiters.add(wake);
      wake();
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const wake of [...this.#waiters]) wake();
  }
}
