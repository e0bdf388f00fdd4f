import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, oneOf, u16 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { readingTable, STATE } from './kebaReadings.ts';
import { Watchdog } from './watchdog.ts';

/** The maker allows one read each 0.5 s and one write each 5 s. */
const PACE = { readMs: 500, writeMs: 5_000 } as const;
const WORDS_OF_A_VALUE = 2;

export interface KebaModel {
  readonly productKey: number;
  readonly firmware: number;
  readonly measuresVoltagesIdle: boolean;
  /** What 1552 reads on one phase, and on three. */
  readonly phaseStates: readonly [one: number, three: number];
}

/**
 * A KEBA KeContact. FC3 reads one value of two words, FC6 writes one word, nothing else.
 * Any command re-arms its watchdog; on expiry the fail-safe current applies until the next command.
 * Requests beyond the maker's pace are counted, not refused. A model adds the registers that only it has.
 * Source: KEBA "Modbus TCP Programmers Guide" V1.02; field reports for the P30.
 */
export abstract class KebaStation extends ChargePoint {
  readonly turnaroundMs = 8;
  readonly bootMs = 15_000;
  protected readonly bank: RegisterBank;
  protected readonly hardwareMa: number;
  protected phaseSource = 0;
  readonly #watchdog: Watchdog;
  #setpointMa: number;
  #failSafeMa = 0;
  #sessionLimitWh = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #writeAtMs = Number.NEGATIVE_INFINITY;

  constructor(place: ChargePointPlace, model: KebaModel) {
    super(place);
    this.hardwareMa = place.hardwareMaximumA * 1000;
    this.#setpointMa = this.hardwareMa;
    this.#watchdog = new Watchdog(Number.POSITIVE_INFINITY, place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister],
      holding: { ...this.#readings(model), ...this.#settings(), ...this.ownRegisters() },
      mostPerRead: WORDS_OF_A_VALUE,
      isReadWhole: true,
    });
  }

  /** Registers that not every model has. Called while the station is built. */
  protected abstract ownRegisters(): RegisterTable;

  /** False while something of the model keeps the pilot off. */
  protected abstract isEnabled(): boolean;

  /** Under fast charging a P40 heeds no current any more. */
  protected isCurrentHeeded(): boolean {
    return true;
  }

  get isFailSafe(): boolean {
    return this.#watchdog.isExpired(this.nowMs);
  }

  protected override attend(): void {
    if (this.#sessionLimitWh > 0 && this.sessionWh >= this.#sessionLimitWh) this.isSessionEnded = true;
  }

  protected override hear(functionCode: number): void {
    this.#watchdog.feed(this.nowMs);
    if (functionCode === FUNCTION.readHolding) {
      if (this.nowMs - this.#readAtMs < PACE.readMs) this.paceViolations.reads += 1;
      this.#readAtMs = this.nowMs;
    } else if (functionCode === FUNCTION.writeRegister) {
      if (this.nowMs - this.#writeAtMs < PACE.writeMs) this.paceViolations.writes += 1;
      this.#writeAtMs = this.nowMs;
    }
  }

  protected forget(readyAtMs: number): void {
    this.#setpointMa = this.hardwareMa;
    this.#failSafeMa = 0;
    this.#watchdog.timeoutMs = Number.POSITIVE_INFINITY;
    this.#watchdog.feed(readyAtMs);
    this.phaseSource = 0;
    this.socket.useOnePhase(false);
    this.#sessionLimitWh = 0;
  }

  protected allowedA(): number {
    return this.#allowedMa() / 1000;
  }

  #allowedMa(): number {
    if (this.isBooting || this.isSessionEnded || !this.isEnabled()) return 0;
    if (!this.isCurrentHeeded()) return this.hardwareMa;
    return Math.min(this.hardwareMa, this.isFailSafe ? this.#failSafeMa : this.#setpointMa);
  }

  #state(): number {
    const { socket } = this;
    if (this.isBooting) return STATE.starting;
    if (!socket.car.isPlugged || this.isSessionEnded) return STATE.notReady;
    if (this.#allowedMa() === 0) return STATE.suspended;
    return socket.isCharging ? STATE.charging : STATE.ready;
  }

  #readings({ productKey, firmware, measuresVoltagesIdle, phaseStates }: KebaModel): RegisterTable {
    const { socket, terminals, hardwareMa } = this;
    return readingTable({
      terminals,
      productKey,
      firmware,
      hardwareMa,
      measuresVoltages: () => measuresVoltagesIdle || socket.isCharging,
      isPlugged: () => socket.car.isPlugged,
      isCharging: () => socket.isCharging,
      state: () => this.#state(),
      currentInForceMa: () => this.#allowedMa(),
      totalWh: () => socket.flow.totalImportWh(),
      sessionWh: () => this.sessionWh,
      phaseSource: () => this.phaseSource,
      phaseState: () => phaseStates[socket.isOnOnePhase ? 0 : 1],
      failSafeMa: () => this.#failSafeMa,
      failSafeTimeoutS: () =>
        Number.isFinite(this.#watchdog.timeoutMs) ? this.#watchdog.timeoutMs / 1000 : 0,
    });
  }

  #settings(): RegisterTable {
    const isCurrentMa = (value: number) => value === 0 || between(6_000, 32_000)(value);
    return {
      5004: u16(undefined, {
        accepts: isCurrentMa,
        store: (value) => {
          this.#setpointMa = value;
          this.setpointWrites += 1;
        },
      }),
      5010: u16(undefined, {
        store: (value) => {
          this.#sessionLimitWh = value * 10;
        },
      }),
      5012: u16(undefined, {
        accepts: oneOf(0),
        store: () => {
          this.isSessionEnded = true;
        },
      }),
      5016: u16(undefined, {
        accepts: isCurrentMa,
        store: (value) => {
          this.#failSafeMa = value;
        },
      }),
      5018: u16(undefined, {
        accepts: (value) => value === 0 || between(5, 600)(value),
        store: (value) => this.#storeFailSafeTimeout(value),
      }),
    };
  }

  /** Zero is no time-out of zero: it turns the watchdog off, and charging goes on at the highest value. */
  #storeFailSafeTimeout(value: number): void {
    this.#watchdog.timeoutMs = value === 0 ? Number.POSITIVE_INFINITY : value * 1000;
    if (value === 0) this.#setpointMa = this.hardwareMa;
  }
}
