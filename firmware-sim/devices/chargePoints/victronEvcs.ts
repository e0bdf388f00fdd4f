import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, bytesSwapped, oneOf, type Setting, text, u16, u16Setting, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';

const MODE = { manual: 0, automatic: 1, scheduled: 2 } as const;
const STATUS = {
  disconnected: 0,
  charging: 2,
  charged: 3,
  waitsForStart: 6,
  starting: 21,
  toThreePhases: 22,
  toOnePhase: 23,
  stopping: 24,
} as const;
const LEAST_A = 6;

/**
 * Victron EV Charging Station, read directly. Only in manual mode do current and start belong to the master; in
 * the others it charges as it thinks fit, which here is at its maximum. No watchdog: the last current stays.
 * Source: victronenergy/dbus-modbus-client "ev_charger.py".
 */
export class VictronEvcs extends ChargePoint {
  readonly turnaroundMs = 15;
  readonly bootMs = 15_000;
  readonly isFailSafe = false;
  protected readonly bank: RegisterBank;
  readonly #mode: Setting = { value: MODE.automatic };
  readonly #maximumA: Setting;
  readonly #minimumA: Setting = { value: LEAST_A };
  readonly #position: Setting = { value: 0 };
  readonly #autostart: Setting = { value: 1 };
  readonly #display: Setting = { value: 1 };
  #isStarted = true;
  #setA: number;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#setA = place.hardwareMaximumA;
    this.#maximumA = { value: place.hardwareMaximumA };
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: { ...this.#readings(), ...this.#control(), ...this.#settings() },
    });
  }

  protected override startSession(): void {
    super.startSession();
    this.#isStarted = this.#autostart.value === 1;
  }

  /** All of its settings outlive the supply. */
  protected forget(): void {}

  protected allowedA(): number {
    if (this.#mode.value !== MODE.manual) return this.#maximumA.value;
    return this.#isStarted ? Math.min(this.#maximumA.value, this.#setA) : 0;
  }

  #status(): number {
    const { car, isCharging } = this.socket;
    if (!car.isPlugged) return STATUS.disconnected;
    if (this.isChangingOver) return this.isMeantForOnePhase ? STATUS.toOnePhase : STATUS.toThreePhases;
    const isAllowed = this.allowedA() > 0;
    if (isCharging) return isAllowed ? STATUS.charging : STATUS.stopping;
    if (!isAllowed) return STATUS.waitsForStart;
    return car.isFull ? STATUS.charged : STATUS.starting;
  }

  #readings(): RegisterTable {
    const { terminals, socket } = this;
    const power = (terminal: number) => u16(() => terminals.powerW(terminal));
    const hundredthsKwh = (energyWh: number) => energyWh / 10;
    return {
      5000: u16(() => 0xc025),
      5001: bytesSwapped(text(6, () => 'HQ2304ABCDEF')),
      5007: u32(() => 0x012400),
      5011: power(0),
      5012: power(1),
      5013: power(2),
      5014: u16(terminals.totalPowerW),
      5015: u16(() => this.#status()),
      5018: u16(() => socket.car.drawA * 10),
      5019: u32(() => this.pluggedS),
      5021: u16(() => hundredthsKwh(this.sessionWh)),
      5022: u16(() => 0),
      5023: u32(() => hundredthsKwh(socket.flow.totalImportWh())),
      5027: bytesSwapped(text(22, () => 'EV Charging Station')),
      5100: u16(() => (socket.wiredPhases.length === 3 ? 1 : 0)),
    };
  }

  #control(): RegisterTable {
    return {
      5010: u16(() => (this.#isStarted ? 1 : 0), {
        accepts: oneOf(0, 1),
        store: (value) => {
          this.#isStarted = value === 1;
        },
      }),
      5016: u16(() => this.#setA, {
        accepts: (value) => between(this.#minimumA.value, this.#maximumA.value)(value),
        store: (value) => {
          this.#setA = value;
          this.setpointWrites += 1;
        },
      }),
      5055: u16(() => (this.isMeantForOnePhase ? 1 : 0), {
        accepts: oneOf(0, 1),
        store: (value) => this.changeOver(value === 1),
      }),
    };
  }

  #settings(): RegisterTable {
    const isCurrent = between(LEAST_A, this.place.hardwareMaximumA);
    return {
      5009: u16Setting(this.#mode, between(MODE.manual, MODE.scheduled)),
      5017: u16Setting(this.#maximumA, isCurrent),
      5026: u16Setting(this.#position, oneOf(0, 1)),
      5049: u16Setting(this.#autostart, oneOf(0, 1)),
      5050: u16Setting(this.#display, oneOf(0, 1)),
      5062: u16Setting(this.#minimumA, isCurrent),
    };
  }
}
