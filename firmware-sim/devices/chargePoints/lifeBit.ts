import { oneOf, type Register, type Setting, u16, u16Setting } from '../registers.ts';
import { Watchdog } from './watchdog.ts';

const DEFAULT_TIMEOUT_S = 20;
const DEFAULT_SAFE_A = 6;

/** The master shows by writing 1 that it lives, and the device takes the 1 away again. */
export class LifeBit {
  readonly safeA: Setting = { value: DEFAULT_SAFE_A };
  readonly #watchdog: Watchdog;

  constructor(startAtMs: number) {
    this.#watchdog = new Watchdog(DEFAULT_TIMEOUT_S * 1000, startAtMs);
  }

  get timeoutMs(): number {
    return this.#watchdog.timeoutMs;
  }

  isMissed(nowMs: number): boolean {
    return this.#watchdog.isExpired(nowMs);
  }

  reset(nowMs: number): void {
    this.safeA.value = DEFAULT_SAFE_A;
    this.#watchdog.timeoutMs = DEFAULT_TIMEOUT_S * 1000;
    this.#watchdog.feed(nowMs);
  }

  /** 2000 safe current, 2002 time-out, 6000 the bit: as Vestel and Webasto place them. */
  registers(mostA: number): Readonly<Record<number, Register>> {
    return {
      2000: u16Setting(this.safeA, (value) => value === 0 || (value >= 6 && value <= mostA)),
      2002: u16(() => this.#watchdog.timeoutMs / 1000, {
        accepts: (value) => value > 0,
        store: (value) => {
          this.#watchdog.timeoutMs = value * 1000;
        },
      }),
      6000: u16(() => 0, { accepts: oneOf(1), store: (_value, nowMs) => this.#watchdog.feed(nowMs) }),
    };
  }
}
