import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, i16, oneOf, type Setting, u16, u16Setting } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { Watchdog } from './watchdog.ts';

const CONTROL = { user: 0, remote: 1 } as const;
const SETPOINT_IN_WATTS = 1;
const ACTION = { start: 1, stop: 2 } as const;
const POWER_W = { least: 1_380, most: 7_400 } as const;
const DEFAULT_IDLE_S = 1_800;
const STATE = { noCar: 0, charging: 1, waitsForCar: 2, paused: 4, locked: 6, discharging: 11 } as const;

/**
 * Wallbox Quasar, a DC charge point that also empties the car into the house: its power is positive into the car.
 * Under its user it charges as soon as a car is there; under remote control it does what was started, and
 * stops when nothing is written for the idle time.
 * Source: V2G Liberty, charger client with excerpts of the maker's register guide.
 */
export class WallboxQuasar extends ChargePoint {
  readonly turnaroundMs = 20;
  readonly bootMs = 40_000;
  protected readonly bank: RegisterBank;
  readonly #idle: Watchdog;
  readonly #setpointType: Setting = { value: 0 };
  readonly #startsOnConnect: Setting = { value: 1 };
  readonly #isLocked: Setting = { value: 0 };
  #control: number = CONTROL.user;
  #setpointW = 0;
  #isStarted = false;

  constructor(place: ChargePointPlace) {
    super(place);
    // It has one phase, whatever the house has.
    place.socket.useOnePhase(true);
    this.#idle = new Watchdog(DEFAULT_IDLE_S * 1000, place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: { ...this.#settings(), ...this.#orders(), ...this.#readings() },
    });
  }

  get isFailSafe(): boolean {
    return this.#control === CONTROL.remote && this.#idle.isExpired(this.nowMs);
  }

  protected override hear(functionCode: number): void {
    if (functionCode !== FUNCTION.readHolding) this.#idle.feed(this.nowMs);
  }

  protected override attend(): void {
    if (this.isFailSafe) this.#isStarted = false;
  }

  protected override startSession(): void {
    super.startSession();
    if (this.#startsOnConnect.value === 1) this.#isStarted = true;
  }

  protected forget(readyAtMs: number): void {
    this.#control = CONTROL.user;
    this.#startsOnConnect.value = 1;
    this.#setpointType.value = 0;
    this.#setpointW = 0;
    this.#isStarted = this.socket.car.isPlugged;
    this.#idle.timeoutMs = DEFAULT_IDLE_S * 1000;
    this.#idle.feed(readyAtMs);
  }

  protected allowedA(): number {
    const orderW = this.#orderW();
    const mostA = this.place.hardwareMaximumA;
    const volts = this.place.voltageV[this.socket.wiredPhases[0] ?? 0] ?? 230;
    return Math.abs(orderW) < POWER_W.least ? 0 : Math.max(-mostA, Math.min(mostA, orderW / volts));
  }

  /** Positive into the car. */
  #orderW(): number {
    if (!this.#isStarted || this.#isLocked.value === 1) return 0;
    if (this.#control === CONTROL.user) return POWER_W.most;
    return this.#setpointType.value === SETPOINT_IN_WATTS ? this.#setpointW : 0;
  }

  #state(): number {
    const { socket } = this;
    if (this.#isLocked.value === 1) return STATE.locked;
    if (!socket.car.isPlugged) return STATE.noCar;
    if (socket.isCharging) return STATE.charging;
    if (socket.isDischarging) return STATE.discharging;
    return this.allowedA() === 0 ? STATE.paused : STATE.waitsForCar;
  }

  #settings(): RegisterTable {
    return {
      81: u16(() => this.#control, {
        accepts: oneOf(CONTROL.user, CONTROL.remote),
        store: (value) => {
          this.#control = value;
          if (value === CONTROL.user) this.#startsOnConnect.value = 1;
        },
      }),
      82: u16Setting(this.#startsOnConnect, oneOf(0, 1)),
      83: u16Setting(this.#setpointType, oneOf(0, 1)),
      88: u16(() => this.#idle.timeoutMs / 1000, {
        accepts: (value) => value > 0,
        store: (value) => {
          this.#idle.timeoutMs = value * 1000;
        },
      }),
      256: u16Setting(this.#isLocked, oneOf(0, 1)),
    };
  }

  #orders(): RegisterTable {
    return {
      257: u16(undefined, {
        accepts: oneOf(ACTION.start, ACTION.stop),
        store: (value) => {
          this.#isStarted = value === ACTION.start;
        },
      }),
      260: i16(() => this.#setpointW, {
        accepts: between(-POWER_W.most, POWER_W.most),
        store: (value) => {
          this.#setpointW = value;
          this.setpointWrites += 1;
        },
      }),
    };
  }

  #readings(): RegisterTable {
    const noError = u16(() => 0);
    return {
      514: u16(() => POWER_W.most),
      526: i16(this.terminals.totalPowerW),
      537: u16(() => this.#state()),
      538: u16(() => (this.socket.car.isPlugged ? this.socket.car.socPercent : 0)),
      539: noError,
      540: noError,
      541: noError,
      542: noError,
    };
  }
}
