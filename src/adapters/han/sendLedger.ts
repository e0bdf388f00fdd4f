import type { Clock } from '../../ports/clock.ts';

/** What became of a message: a status octet of the module, silence, or the link to the module was lost. */
export type Confirmation = number | 'silence' | 'linkLost';

/** End-to-end retries of the stack take some seconds. */
const CONFIRM_TIMEOUT_MS = 6_000;
/** Fewer than there are transaction numbers, so that none is used twice at a time. */
export const MOST_UNCONFIRMED = 32;

interface Entry {
  readonly transaction: number;
  readonly confirmed: Promise<Confirmation>;
}

/** Messages that wait for their confirmation, by transaction number. */
export class SendLedger {
  readonly #clock: Clock;
  readonly #settles = new Map<number, (confirmation: Confirmation) => void>();
  #transaction = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#settles.size >= MOST_UNCONFIRMED;
  }

  /** A free number, and what becomes of the message that is sent under it. */
  open(): Entry {
    do this.#transaction = (this.#transaction + 1) & 0xff;
    while (this.#settles.has(this.#transaction));
    const transaction = this.#transaction;
    const confirmed = new Promise<Confirmation>((resolve) => {
      const cancel = this.#clock.after(CONFIRM_TIMEOUT_MS, () => this.settle(transaction, 'silence'));
      this.#settles.set(transaction, (confirmation) => {
        cancel();
        this.#settles.delete(transaction);
        resolve(confirmation);
      });
    });
    return { transaction, confirmed };
  }

  settle(transaction: number, confirmation: Confirmation): void {
    this.#settles.get(transaction)?.(confirmation);
  }

  loseAll(): void {
    for (const settle of [...this.#settles.values()]) settle('linkLost');
  }
}
