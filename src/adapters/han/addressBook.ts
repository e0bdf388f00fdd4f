import type { Cancel, Clock } from '../../ports/clock.ts';
import type { IeeeAddress } from './ieeeAddress.ts';

interface Waiter {
  readonly cancel: Cancel;
  readonly settle: (shortAddress: number | undefined) => void;
}

const LOOKUP_TIMEOUT_MS = 3_000;
const MOST_HELD = 8;

/**
 * Which short address belongs to which device. A device may change its short address when it joins again; the one learned
 * last counts, in both directions.
 */
export class AddressBook {
  readonly #clock: Clock;
  readonly #shortByAddress = new Map<IeeeAddress, number>();
  readonly #addressByShort = new Map<number, IeeeAddress>();
  readonly #waiters = new Map<IeeeAddress, Set<Waiter>>();
  /** Deliveries that wait for the address of their sender. */
  #held: {
    readonly shortAddress: number;
    readonly deliver: (address: IeeeAddress) => void;
    readonly untilMs: number;
  }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addressOf(shortAddress: number): IeeeAddress | undefined {
    return this.#addressByShort.get(shortAddress);
  }

  shortOf(address: IeeeAddress): number | undefined {
    return this.#shortByAddress.get(address);
  }

  /** Waits until the address is learned; nothing when that takes too long. */
  untilLearned(address: IeeeAddress): Promise<number | undefined> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(address) ?? new Set();
      this.#waiters.set(address, waiters);
      const settle = (shortAddress: number | undefined) => {
        waiter.cancel();
        waiters.delete(waiter);
        resolve(shortAddress);
      };
      const waiter: Waiter = {
        cancel: this.#clock.after(LOOKUP_TIMEOUT_MS, () => settle(undefined)),
        settle,
      };
      waiters.add(waiter);
    });
  }

  /** Keeps a delivery until its sender is known, a few seconds at most. False when too many wait. */
  hold(shortAddress: number, deliver: (address: IeeeAddress) => void): boolean {
    const nowMs = this.#clock.runningMs();
    this.#held = this.#held.filter(({ untilMs }) => untilMs > nowMs);
    if (this.#held.length >= MOST_HELD) return false;
    this.#held.push({ shortAddress, deliver, untilMs: nowMs + LOOKUP_TIMEOUT_MS });
    return true;
  }

  learn(shortAddress: number, address: IeeeAddress): void {
    this.forget(address);
    const former = this.#addressByShort.get(shortAddress);
    if (former !== undefined) this.#shortByAddress.delete(former);
    this.#shortByAddress.set(address, shortAddress);
    this.#addressByShort.set(shortAddress, address);
    for (const { settle } of [...(this.#waiters.get(address) ?? [])]) settle(shortAddress);
    const nowMs = this.#clock.runningMs();
    const due = this.#held.filter((entry) => entry.shortAddress === shortAddress && entry.untilMs > nowMs);
    this.#held = this.#held.filter((entry) => entry.shortAddress !== shortAddress);
    for (const { deliver } of due) deliver(address);
  }

  forget(address: IeeeAddress): void {
    const shortAddress = this.#shortByAddress.get(address);
    if (shortAddress === undefined) return;
    this.#shortByAddress.delete(address);
    this.#addressByShort.delete(shortAddress);
  }

  close(): void {
    this.#held = [];
    for (const waiters of this.#waiters.values()) for (const { settle } of [...waiters]) settle(undefined);
  }
}
