import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, oneOf, u16 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { inputTable, STATE } from './heidelbergReadings.ts';
import { Watchdog } from './watchdog.ts';

const STANDBY = { allowed: 0, disabled: 4 } as const;
const DEFAULT_WATCHDOG_MS = 15_000;
/** Locking shows state F for about this long. */
const LOCK_SHOWS_F_MS = 10_000;
/** The maker names no figure for the rest without a car that leads into stand-by; this is the house's own. */
const STANDBY_AFTER_MS = 12 * 60_000;

/** Registers that a relative has besides. */
export interface HeidelbergExtras {
  readonly input: RegisterTable;
  readonly holding: RegisterTable;
}

/**
 * Heidelberg Energy Control. A valid frame feeds its watchdog; without one the fail-safe current applies,
 * and a fail-safe current of zero shows as an error. In stand-by the bus is dead, and after stand-by or
 * power-on all written values are back at their defaults.
 * Source: Heidelberg "List Modbus Register, Wallbox Energy Control", 20.10.2020.
 */
export class HeidelbergEnergyControl extends ChargePoint {
  readonly turnaroundMs: number = 25;
  readonly bootMs = 5_000;
  protected readonly bank: RegisterBank;
  readonly #hardwareTenths: number;
  readonly #watchdog: Watchdog;
  #standby: number = STANDBY.allowed;
  #isFree = true;
  #currentTenths: number;
  #failSafeTenths = 0;
  #isAsleep = false;
  #lockedAtMs = Number.NEGATIVE_INFINITY;
  #carSeenAtMs: number;
  #vahAtPowerOn = 0;

  constructor(place: ChargePointPlace) {
    super(place);
    const extras = this.extras();
    this.#hardwareTenths = place.hardwareMaximumA * 10;
    this.#currentTenths = this.#hardwareTenths;
    this.#watchdog = new Watchdog(DEFAULT_WATCHDOG_MS, place.startAtMs);
    this.#carSeenAtMs = place.startAtMs;
    const inputs = inputTable({
      ...place,
      terminals: this.terminals,
      state: () => this.#state(),
      vahAtPowerOn: () => this.#vahAtPowerOn,
    });
    this.bank = new RegisterBank({
      functions: [FUNCTION.readInput, FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      input: { ...inputs, ...extras.input },
      holding: { ...this.#settings(), ...extras.holding },
    });
  }

  get isFailSafe(): boolean {
    return this.#watchdog.isExpired(this.nowMs);
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  override respond(pdu: Buffer, nowMs: number, unit = this.unit): Buffer | undefined {
    return this.#isAsleep ? undefined : super.respond(pdu, nowMs, unit);
  }

  /** Called while the station is built. */
  protected extras(): HeidelbergExtras {
    return { input: {}, holding: {} };
  }

  /** Everything that was written is gone after power-on and after stand-by. */
  protected restoreDefaults(readyAtMs: number): void {
    this.#isAsleep = false;
    this.#standby = STANDBY.allowed;
    this.#isFree = true;
    this.#currentTenths = this.#hardwareTenths;
    this.#failSafeTenths = 0;
    this.#watchdog.timeoutMs = DEFAULT_WATCHDOG_MS;
    this.#watchdog.feed(readyAtMs);
  }

  protected override hear(): void {
    this.#watchdog.feed(this.nowMs);
  }

  protected override attend(): void {
    if (this.socket.car.isPlugged) {
      if (this.#isAsleep) this.restoreDefaults(this.nowMs);
      this.#carSeenAtMs = this.nowMs;
    } else if (this.#standby === STANDBY.allowed && this.nowMs - this.#carSeenAtMs >= STANDBY_AFTER_MS) {
      this.#isAsleep = true;
    }
  }

  protected forget(readyAtMs: number): void {
    this.#vahAtPowerOn = this.socket.apparentVah;
    this.#carSeenAtMs = this.nowMs;
    this.restoreDefaults(readyAtMs);
  }

  protected allowedA(): number {
    return this.#allowedTenths() / 10;
  }

  #settings(): RegisterTable {
    const isCurrentTenths = (value: number) => value === 0 || between(60, 160)(value);
    return {
      257: u16(() => (Number.isFinite(this.#watchdog.timeoutMs) ? this.#watchdog.timeoutMs : 0), {
        store: (value) => {
          this.#watchdog.timeoutMs = value === 0 ? Number.POSITIVE_INFINITY : value;
        },
      }),
      258: u16(undefined, {
        accepts: oneOf(STANDBY.allowed, STANDBY.disabled),
        store: (value) => {
          this.#standby = value;
        },
      }),
      259: u16(() => (this.#isFree ? 1 : 0), {
        accepts: oneOf(0, 1),
        store: (value, nowMs) => {
          if (value === 0 && this.#isFree) this.#lockedAtMs = nowMs;
          this.#isFree = value === 1;
        },
      }),
      261: u16(() => this.#currentTenths, {
        accepts: isCurrentTenths,
        store: (value) => {
          this.#currentTenths = value;
          this.setpointWrites += 1;
        },
      }),
      262: u16(() => this.#failSafeTenths, {
        accepts: isCurrentTenths,
        store: (value) => {
          this.#failSafeTenths = value;
        },
      }),
    };
  }

  #allowedTenths(): number {
    if (this.isBooting || this.#isAsleep || !this.#isFree) return 0;
    return Math.min(this.#hardwareTenths, this.isFailSafe ? this.#failSafeTenths : this.#currentTenths);
  }

  #state(): number {
    const { socket } = this;
    if (this.isFailSafe && this.#failSafeTenths === 0) return STATE.error;
    if (!this.#isFree && this.nowMs - this.#lockedAtMs < LOCK_SHOWS_F_MS) return STATE.f;
    const isAllowed = this.#allowedTenths() > 0;
    if (!socket.car.isPlugged) return isAllowed ? STATE.a2 : STATE.a1;
    if (socket.isCharging) return isAllowed ? STATE.c2 : STATE.c1;
    return isAllowed ? STATE.b2 : STATE.b1;
  }
}
