import type { Clock } from '../../ports/clock.ts';
import type { Notification } from './mtCommands.ts';

/** Lets others wait for what the module says by itself. */
export class Notices {
  readonly #clock: Clock;
  readonly #listeners = new Set<(notice: Notification) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  tell(notice: Notification): void {
    for (const listen of [...this.#listeners]) listen(notice);
  }

  /** Begins something and waits for the notice that ends it; false when the time is over or the link is lost. */
  until(begin: () => void, isIt: (notice: Notification) => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (hasCome: boolean) => {
        cancel();
        this.#listeners.delete(listen);
        resolve(hasCome);
      };
      const listen = (notice: Notification) => {
        if (notice.kind === 'linkLost') settle(false);
        else if (isIt(notice)) settle(true);
      };
      const cancel = this.#clock.after(timeoutMs, () => settle(false));
      this.#listeners.add(listen);
      begin();
    });
  }
}
