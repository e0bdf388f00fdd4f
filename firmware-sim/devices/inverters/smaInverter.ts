import type { Firmware } from '../firmware.ts';
import { EXCEPTION, exceptionReply, FUNCTION, readFixedRequest } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, i16, i32, oneOf, u32, u64 } from '../registers.ts';
import { InverterOutput, type InverterPlace } from './inverterOutput.ts';

const STATE = { off: 303, ok: 307 } as const;
const WATTS = { active: 802, inactive: 803 } as const;
const QUICK_STOP = { stop: 381, start: 1467, fullStop: 1749 } as const;
const MISSING_SETPOINT = { keep: 2506, fallBack: 2507 } as const;
const FREE_PERCENT = 100;
/** A block that touches one known register is answered; unknown ones in it read as not a number. */
const KNOWN_RANGE = { first: 30_001, last: 41_999 } as const;

/**
 * An SMA inverter with its native registers. The limits that may be written cyclically cannot be read back. Without
 * sun its power is not a number. Function 23 is not simulated.
 * Source: SMA "Modbus interface, Technical Information" TI-en-15; SMAModbus-ennexOS-TI-en-10 for what reads and
 * writes are refused.
 */
class SmaInverter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 30;
  readonly bootMs = 60_000;
  readonly hearsBroadcast = false;
  readonly #output: InverterOutput;
  readonly #table: RegisterTable;
  readonly #bank: RegisterBank;
  #percentOfRating: readonly [number, number, number] = [FREE_PERCENT, FREE_PERCENT, FREE_PERCENT];
  #setpointW = Number.POSITIVE_INFINITY;
  #isSetpointActive = false;
  #isStopped = false;
  #onMissing: number = MISSING_SETPOINT.keep;
  #timeoutS = 0;
  #fallbackPercent = FREE_PERCENT;
  #writtenAtMs: number;
  #nowMs: number;

  constructor(place: InverterPlace) {
    this.unit = place.unit;
    this.#writtenAtMs = place.startAtMs;
    this.#nowMs = place.startAtMs;
    this.#output = new InverterOutput(place);
    this.#table = { ...this.#measures(), ...this.#cyclicLimits(), ...this.#keptSettings() };
    const filled = [{ ...KNOWN_RANGE, word: 0xffff }];
    this.#bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.readInput, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: this.#table,
      input: this.#table,
      filledHolding: filled,
      filledInput: filled,
    });
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#output.limitToW(this.#limitW());
    this.#output.advanceTo(nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    const reply = this.#touchesNothing(pdu)
      ? exceptionReply(pdu[0] as number, EXCEPTION.noSuchAddress)
      : this.#bank.respond(pdu, nowMs);
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    this.#percentOfRating = [FREE_PERCENT, FREE_PERCENT, FREE_PERCENT];
    this.#setpointW = Number.POSITIVE_INFINITY;
    this.#isSetpointActive = false;
    this.#isStopped = false;
    this.#writtenAtMs = nowMs;
    this.#output.powerCycle(nowMs);
  }

  #measures(): RegisterTable {
    const output = this.#output;
    const whenAwake = (read: () => number) => () => (output.isAsleep(this.#nowMs) ? Number.NaN : read());
    const notFitted = (): number => Number.NaN;
    return {
      30201: u32(() => (output.isAsleep(this.#nowMs) ? STATE.off : STATE.ok)),
      30231: u32(() => output.ratedW),
      30513: u64(() => Math.floor(output.producedWh)),
      30529: u32(() => Math.floor(output.producedWh)),
      30775: i32(whenAwake(() => output.totalPowerW)),
      30845: u32(notFitted),
      30865: i32(notFitted),
      30867: i32(notFitted),
      31393: u32(notFitted),
      31395: u32(notFitted),
      31397: u64(notFitted),
      31401: u64(notFitted),
    };
  }

  #cyclicLimits(): RegisterTable {
    const taking = (accepts: (value: number) => boolean, store: (value: number) => void) => ({
      accepts,
      store: (value: number, nowMs: number) => {
        store(value);
        this.#writtenAtMs = nowMs;
      },
    });
    const percentOfRating = (index: number, step: number) =>
      i16(
        undefined,
        taking(between(0, FREE_PERCENT / step), (value) => {
          this.#percentOfRating = this.#percentOfRating.with(index, value * step) as [number, number, number];
        }),
      );
    return {
      40016: percentOfRating(0, 1),
      40018: u32(
        undefined,
        taking(oneOf(...Object.values(QUICK_STOP)), (value) => {
          this.#isStopped = value !== QUICK_STOP.start;
        }),
      ),
      40023: percentOfRating(1, 0.01),
      40149: i32(
        undefined,
        taking(between(0, this.#output.ratedW), (value) => {
          this.#setpointW = value;
        }),
      ),
      40151: u32(
        undefined,
        taking(oneOf(WATTS.active, WATTS.inactive), (value) => {
          this.#isSetpointActive = value === WATTS.active;
        }),
      ),
      40493: percentOfRating(2, 0.01),
    };
  }

  #keptSettings(): RegisterTable {
    return {
      41193: u32(() => this.#onMissing, {
        accepts: oneOf(MISSING_SETPOINT.keep, MISSING_SETPOINT.fallBack),
        store: (value) => {
          this.#onMissing = value;
        },
      }),
      41195: u32(() => this.#timeoutS, {
        store: (value) => {
          this.#timeoutS = value;
        },
      }),
      41197: u32(() => this.#fallbackPercent * 100, {
        accepts: between(0, FREE_PERCENT * 100),
        store: (value) => {
          this.#fallbackPercent = value / 100;
        },
      }),
    };
  }

  /** Infinite while nothing limits it. */
  #limitW(): number {
    if (this.#isStopped) return 0;
    const { ratedW } = this.#output;
    const watches = this.#onMissing === MISSING_SETPOINT.fallBack && this.#timeoutS > 0;
    const isMissing = watches && this.#nowMs - this.#writtenAtMs >= this.#timeoutS * 1000;
    const percent = isMissing ? this.#fallbackPercent : Math.min(...this.#percentOfRating);
    const percentW = percent >= FREE_PERCENT ? Number.POSITIVE_INFINITY : (ratedW * percent) / FREE_PERCENT;
    return this.#isSetpointActive && !isMissing ? Math.min(percentW, this.#setpointW) : percentW;
  }

  /** A read that meets no known register at all is refused. */
  #touchesNothing(pdu: Buffer): boolean {
    const isRead = pdu[0] === FUNCTION.readHolding || pdu[0] === FUNCTION.readInput;
    const request = readFixedRequest(pdu);
    if (!isRead || request === undefined) return false;
    return !Object.entries(this.#table).some(([first, { words }]) => {
      const address = Number(first);
      return address < request.address + request.word && address + words > request.address;
    });
  }
}

export function createSmaInverter(place: InverterPlace): Firmware {
  return new SmaInverter(place);
}
