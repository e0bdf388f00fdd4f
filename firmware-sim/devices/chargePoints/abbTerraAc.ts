import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { BY_WRITE_REGISTERS, between, bytesOf, oneOf, type Register, u16, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { Watchdog } from './watchdog.ts';

const DEFAULT_TIMEOUT_S = 60;
const FALLBACK_UNSET = 0xff;
/** Some firmware has this in its fallback limit after it has lost its supply. */
const FALLBACK_AFTER_REBOOT = 256;
const LEAST_MA = 6_000;
/** The maker names no codes; any that is not 0. */
const LINK_LOST_ERROR = 1;
/** High byte of the second word of 0x400C. */
const STATE = { a: 0, b1: 1, b2: 2, c1: 3, c2: 4, other: 5, isBelowCommand: 0x80 } as const;
const CABLE = { none: 0, carUnlocked: 0x0101, carLocked: 0x0111 } as const;
const UPLOAD = { first: 0x410a, last: 0x4118 } as const;

/**
 * ABB Terra AC, on RS485 or on TCP. Any request keeps its link alive; without one the fallback limit applies, and
 * where none is set it goes to error and ends the session. Behind its settings lies the firmware upload: a
 * write there is taken, and counted as harm.
 * Source: ABB "TAC Modbus Communication" v1.11.
 */
export class AbbTerraAc extends ChargePoint {
  readonly turnaroundMs = 20;
  readonly bootMs = 20_000;
  protected readonly bank: RegisterBank;
  readonly #watchdog: Watchdog;
  readonly #hardwareMa: number;
  #setpointMa: number;
  #fallbackA = FALLBACK_UNSET;
  #isLocked = false;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#hardwareMa = place.hardwareMaximumA * 1000;
    this.#setpointMa = this.#hardwareMa;
    this.#watchdog = new Watchdog(DEFAULT_TIMEOUT_S * 1000, place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: { ...this.#readings(), ...this.#settings(), ...this.#upload() },
      filledHolding: [{ first: 0x4000, last: 0x4024, word: 0 }],
    });
  }

  get isFailSafe(): boolean {
    return this.#watchdog.isExpired(this.nowMs);
  }

  protected override hear(): void {
    this.#watchdog.feed(this.nowMs);
  }

  protected override attend(): void {
    if (this.#isInError()) this.isSessionEnded = true;
  }

  protected forget(readyAtMs: number): void {
    this.#setpointMa = this.#hardwareMa;
    this.#fallbackA = FALLBACK_AFTER_REBOOT;
    this.#isLocked = false;
    this.#watchdog.timeoutMs = DEFAULT_TIMEOUT_S * 1000;
    this.#watchdog.feed(readyAtMs);
  }

  protected allowedA(): number {
    if (this.#isInError()) return 0;
    return Math.min(this.#hardwareMa, this.isFailSafe ? this.#fallbackA * 1000 : this.#setpointMa) / 1000;
  }

  #isInError(): boolean {
    return this.isFailSafe && this.#fallbackA === FALLBACK_UNSET;
  }

  #limitInForceMa(): number {
    const allowedMa = this.isSessionEnded ? 0 : this.allowedA() * 1000;
    return allowedMa < LEAST_MA ? 0 : allowedMa;
  }

  #state(): number {
    const { socket } = this;
    if (this.#isInError()) return STATE.other;
    if (!socket.car.isPlugged) return STATE.a;
    if (this.isSessionEnded) return STATE.b1;
    if (this.#limitInForceMa() === 0) return STATE.c1;
    if (!socket.isCharging) return STATE.b2;
    const isBelow = socket.car.drawA * 1000 < this.#limitInForceMa() - 1_000;
    return isBelow ? STATE.c2 | STATE.isBelowCommand : STATE.c2;
  }

  #cable(): number {
    if (!this.socket.car.isPlugged) return CABLE.none;
    return this.#isLocked ? CABLE.carLocked : CABLE.carUnlocked;
  }

  #readings(): RegisterTable {
    const { terminals } = this;
    const currentMa = (terminal: number) => u32(() => terminals.currentA(terminal) * 1000);
    const voltageTenths = (terminal: number) => u32(() => terminals.voltageV(terminal) * 10);
    return {
      16384: bytesOf('0016 4101 2324 0007'),
      16388: bytesOf('0102 1300'),
      16390: u32(() => this.#hardwareMa),
      16392: u32(() => (this.#isInError() ? LINK_LOST_ERROR : 0)),
      16394: u32(() => this.#cable()),
      16396: u32(() => this.#state() << 8),
      16398: u32(() => this.#limitInForceMa()),
      16400: currentMa(0),
      16402: currentMa(1),
      16404: currentMa(2),
      16406: voltageTenths(0),
      16408: voltageTenths(1),
      16410: voltageTenths(2),
      16412: u32(terminals.totalPowerW),
      16414: u32(() => this.sessionWh),
      16416: u16(() => this.#watchdog.timeoutMs / 1000),
      16418: u32(() => this.#setpointMa),
      16420: u16(() => this.#fallbackA),
    };
  }

  #settings(): RegisterTable {
    const isFallback = between(0, this.place.hardwareMaximumA);
    return {
      16640: u32(undefined, {
        by: BY_WRITE_REGISTERS,
        accepts: between(0, this.#hardwareMa),
        store: (value) => {
          this.#setpointMa = value;
          this.setpointWrites += 1;
        },
      }),
      16643: u16(undefined, {
        accepts: oneOf(0, 1),
        store: (value) => {
          this.#isLocked = value === 1;
        },
      }),
      // Here 0 starts and 1 stops.
      16645: u16(undefined, {
        accepts: oneOf(0, 1),
        store: (value) => {
          this.isSessionEnded = value === 1;
        },
      }),
      16646: u16(undefined, {
        accepts: between(10, 65_535),
        store: (value) => {
          this.#watchdog.timeoutMs = value * 1000;
        },
      }),
      16649: u16(undefined, {
        accepts: (value) => value === FALLBACK_UNSET || isFallback(value),
        store: (value) => {
          this.#fallbackA = value;
        },
      }),
    };
  }

  #upload(): RegisterTable {
    const word: Register = u16(undefined, {
      store: () => {
        this.harmfulWrites += 1;
      },
    });
    const addresses = Array.from(
      { length: UPLOAD.last - UPLOAD.first + 1 },
      (_, index) => UPLOAD.first + index,
    );
    return Object.fromEntries(addresses.map((address) => [address, word]));
  }
}
