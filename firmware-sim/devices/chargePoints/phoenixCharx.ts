import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable, shifted } from '../registerBank.ts';
import { between, i32, oneOf, type Setting, text, u16, u16Setting, u32, u64 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { Watchdog } from './watchdog.ts';

/** The first charging point of a station begins here. */
const POINT = 1_000;
const RELEASED_BY_MODBUS = 5;
const WATCHDOG_OFF_S = 65_535;
const DEFAULT_FALLBACK_A = 16;
const LEAST_A = 6;
const isCurrent = between(LEAST_A, 80);

/**
 * Phoenix Contact CHARX SEC-3xxx with one charging point, its release mode set to Modbus: nothing charges before it
 * is released. Only writes feed its watchdog; on expiry the fallback current applies and the release is
 * withdrawn. A current outside of 6 to 80 A withdraws the release for as long as it stands.
 * Source: Phoenix Contact UM EN CHARX SEC, revision 08, appendix B3.
 */
export class PhoenixCharx extends ChargePoint {
  readonly turnaroundMs = 15;
  readonly bootMs = 40_000;
  protected readonly bank: RegisterBank;
  readonly #watchdog: Watchdog;
  readonly #availability: Setting = { value: 1 };
  readonly #groupMaximumA: Setting;
  readonly #fallbackA: Setting = { value: DEFAULT_FALLBACK_A };
  #isReleased = false;
  #currentA: number;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#currentA = place.hardwareMaximumA;
    this.#groupMaximumA = { value: place.hardwareMaximumA };
    this.#watchdog = new Watchdog(Number.POSITIVE_INFINITY, place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: {
        ...this.#station(),
        ...shifted(this.#measures(), POINT),
        ...shifted(this.#control(), POINT),
      },
    });
  }

  get isFailSafe(): boolean {
    return this.#watchdog.isExpired(this.nowMs);
  }

  protected override hear(functionCode: number): void {
    const isWrite = functionCode === FUNCTION.writeRegister || functionCode === FUNCTION.writeRegisters;
    if (isWrite) this.#watchdog.feed(this.nowMs);
  }

  protected override attend(): void {
    if (this.isFailSafe) this.#isReleased = false;
    if (this.#availability.value === 0) this.isSessionEnded = true;
  }

  protected forget(readyAtMs: number): void {
    this.#isReleased = false;
    this.#currentA = this.place.hardwareMaximumA;
    this.#availability.value = 1;
    this.#groupMaximumA.value = this.place.hardwareMaximumA;
    this.#fallbackA.value = DEFAULT_FALLBACK_A;
    this.#watchdog.timeoutMs = Number.POSITIVE_INFINITY;
    this.#watchdog.feed(readyAtMs);
  }

  protected allowedA(): number {
    return this.#hasRelease() ? this.#inForceA() : 0;
  }

  #hasRelease(): boolean {
    return this.#isReleased && isCurrent(this.#currentA) && this.#availability.value === 1;
  }

  #inForceA(): number {
    const wantedA = this.isFailSafe ? this.#fallbackA.value : this.#currentA;
    return Math.min(this.place.hardwareMaximumA, this.#groupMaximumA.value, wantedA);
  }

  #state(): string {
    const { socket } = this;
    if (this.#availability.value === 0) return 'F0';
    const index = this.allowedA() >= LEAST_A && !this.isSessionEnded ? 2 : 1;
    const letter = !socket.car.isPlugged ? 'A' : socket.isCharging ? 'C' : 'B';
    return `${letter}${index}`;
  }

  #station(): RegisterTable {
    const { terminals } = this;
    const currentMa = (terminal: number) =>
      i32(() => (terminals.isWired(terminal) ? terminals.currentA(terminal) * 1000 : -1));
    return {
      100: text(10, () => 'CHARX SEC-3100'),
      110: text(4, () => '1.6.1'),
      114: u16(() => 1),
      152: u32(() => terminals.totalPowerW() * 1000),
      158: currentMa(0),
      160: currentMa(1),
      162: currentMa(2),
      164: u16(() => this.#availability.value),
      167: u16Setting(this.#groupMaximumA, () => true),
    };
  }

  #measures(): RegisterTable {
    const { terminals, socket } = this;
    const voltageMv = (terminal: number) => i32(() => terminals.voltageV(terminal) * 1000);
    const currentMa = (terminal: number) => i32(() => terminals.currentA(terminal) * 1000);
    return {
      101: u16(() => this.place.hardwareMaximumA),
      102: u16(() => LEAST_A),
      112: u16(() => 1),
      120: u16(() => RELEASED_BY_MODBUS),
      232: voltageMv(0),
      234: voltageMv(1),
      236: voltageMv(2),
      238: currentMa(0),
      240: currentMa(1),
      242: currentMa(2),
      244: i32(() => terminals.totalPowerW() * 1000),
      250: u64(() => socket.flow.totalImportWh()),
      264: u16(() => 0),
      265: text(10, () => ''),
      275: text(10, () => ''),
      285: u32(() => this.pluggedS),
      287: u32(() => this.chargedS),
      289: u64(() => this.sessionWh),
      293: u32(() => 0),
    };
  }

  #control(): RegisterTable {
    const lock = u16(undefined, { accepts: oneOf(0, 1), store: () => undefined });
    return {
      297: u16(() => this.#inForceA()),
      298: u16(() => (this.socket.car.isPlugged ? 32 : 0)),
      299: text(1, () => this.#state()),
      300: u16(() => (this.#hasRelease() ? 1 : 0), {
        accepts: oneOf(0, 1),
        store: (value) => {
          this.#isReleased = value === 1;
        },
      }),
      301: u16(() => this.#currentA, {
        store: (value) => {
          this.#currentA = value;
          this.setpointWrites += 1;
        },
      }),
      303: lock,
      304: u16Setting(this.#availability, oneOf(0, 1)),
      305: lock,
      306: u16Setting(this.#fallbackA, isCurrent),
      307: u16(() => this.#watchdogS(), {
        store: (value) => {
          this.#watchdog.timeoutMs = value === WATCHDOG_OFF_S ? Number.POSITIVE_INFINITY : value * 1000;
        },
      }),
    };
  }

  #watchdogS(): number {
    return Number.isFinite(this.#watchdog.timeoutMs) ? this.#watchdog.timeoutMs / 1000 : WATCHDOG_OFF_S;
  }
}
