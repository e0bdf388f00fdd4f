import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, f64, type Setting, u16, u16Setting, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';

const CAR = { idle: 1, charging: 2, waitsForCar: 3, finished: 4 } as const;
const FORCE = { neutral: 0, off: 1, on: 2 } as const;
const ONE_PHASE = 1;
const LEAST_A = 6;
const CABLE_RATING_A = 32;

/**
 * A go-e Charger. FC3 and FC4 read all registers, FC16 writes them, FC6 is not there. One set-point (299) lives in
 * memory, the other (300) in an EEPROM of about 100,000 writes and is back after the supply. No watchdog: the
 * last force state and current stay.
 * Source: go-e "modbus-en.md", API version 2.
 */
export class GoECharger extends ChargePoint {
  readonly turnaroundMs = 15;
  readonly bootMs = 10_000;
  readonly isFailSafe = false;
  protected readonly bank: RegisterBank;
  #currentA: number;
  #storedCurrentA: number;
  readonly #absoluteMaximumA: Setting;
  readonly #access: Setting = { value: 0 };
  readonly #cableLock: Setting = { value: 0 };
  #phaseMode = 0;
  #energyLimitWh = Number.POSITIVE_INFINITY;
  readonly #force: Setting = { value: FORCE.neutral };

  constructor(place: ChargePointPlace) {
    super(place);
    this.#currentA = place.hardwareMaximumA;
    this.#storedCurrentA = place.hardwareMaximumA;
    this.#absoluteMaximumA = { value: place.hardwareMaximumA };
    const registers = { ...this.#readings(), ...this.#settings(), ...this.#setpoints() };
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.readInput, FUNCTION.writeRegisters],
      holding: registers,
      input: registers,
    });
  }

  protected forget(): void {
    this.#currentA = this.#storedCurrentA;
    this.#force.value = FORCE.neutral;
  }

  protected override attend(): void {
    if (this.sessionWh >= this.#energyLimitWh) this.isSessionEnded = true;
  }

  protected allowedA(): number {
    if (this.#force.value === FORCE.off) return 0;
    return Math.min(this.place.hardwareMaximumA, this.#absoluteMaximumA.value, this.#currentA);
  }

  #isAllowed(): boolean {
    return this.allowedA() > 0 && !this.isSessionEnded;
  }

  #carState(): number {
    const { car, isCharging } = this.socket;
    if (!car.isPlugged) return CAR.idle;
    if (isCharging) return CAR.charging;
    return this.#isAllowed() && !car.isFull ? CAR.waitsForCar : CAR.finished;
  }

  /** Bits 3 to 5 before the contactor, 0 to 2 behind it. */
  #phaseBits(): number {
    const bits = (count: number) => (1 << count) - 1;
    const { socket } = this;
    return (bits(socket.wiredPhases.length) << 3) | (socket.isCharging ? bits(socket.phasesInUse) : 0);
  }

  #readings(): RegisterTable {
    const { terminals, socket } = this;
    const voltage = (terminal: number) => u32(() => terminals.voltageV(terminal));
    const currentTenths = (terminal: number) => u32(() => terminals.currentA(terminal) * 10);
    const powerTenthsKw = (terminal: number) => u32(() => terminals.powerW(terminal) / 100);
    return {
      100: u16(() => this.#carState()),
      101: u16(() => (socket.car.isPlugged ? CABLE_RATING_A : 0)),
      107: u16(() => 0),
      108: voltage(0),
      110: voltage(1),
      112: voltage(2),
      114: currentTenths(0),
      116: currentTenths(1),
      118: currentTenths(2),
      120: u32(() => terminals.totalPowerW() * 100),
      128: u32(() => socket.flow.totalImportWh() / 100),
      132: u32(() => this.sessionWh * 360),
      146: powerTenthsKw(0),
      148: powerTenthsKw(1),
      150: powerTenthsKw(2),
      205: u16(() => this.#phaseBits()),
    };
  }

  #settings(): RegisterTable {
    return {
      200: u16(() => (this.#isAllowed() ? 1 : 0)),
      201: u16Setting(this.#access, between(0, 3)),
      204: u16Setting(this.#cableLock, between(0, 2)),
      211: u16Setting(this.#absoluteMaximumA, between(LEAST_A, 32)),
      332: u16(() => this.#phaseMode, {
        accepts: between(0, 2),
        store: (value) => {
          this.#phaseMode = value;
          this.changeOver(value === ONE_PHASE);
        },
      }),
      333: f64(() => this.#energyLimitWh, {
        accepts: (value) => value >= 0,
        store: (value) => {
          this.#energyLimitWh = value;
        },
      }),
      337: u16Setting(this.#force, between(FORCE.neutral, FORCE.on)),
    };
  }

  #setpoints(): RegisterTable {
    return {
      299: u16(() => this.#currentA, {
        accepts: between(LEAST_A, 32),
        store: (value) => {
          this.#currentA = value;
          this.setpointWrites += 1;
        },
      }),
      300: u16(() => this.#storedCurrentA, {
        accepts: between(LEAST_A, 32),
        store: (value) => {
          this.#currentA = value;
          this.#storedCurrentA = value;
          this.setpointWrites += 1;
          this.wearWrites += 1;
        },
      }),
    };
  }
}
