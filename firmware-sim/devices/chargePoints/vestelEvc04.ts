import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { between, oneOf, spreadText, u16, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { LifeBit } from './lifeBit.ts';

const STATE = { available: 0, preparing: 1, charging: 2, suspendedByStation: 3, suspendedByCar: 4 } as const;
const CABLE = { none: 0, carLocked: 3 } as const;
const LEAST_A = 6;

/**
 * Vestel EVC04, also sold as Webasto Unite. A life bit feeds its watchdog; missed, the fail-safe current applies. The
 * set-point does not read back as written: a pause reads as 6. It has one client, and after a connection has
 * ended it turns new ones away until the fail-safe time has passed.
 * Source: evcc "vestel.go" and its field reports; OpenEMS "evcs.webasto.unite".
 */
export class VestelEvc04 extends ChargePoint {
  readonly turnaroundMs = 20;
  readonly bootMs = 30_000;
  readonly tcpManners = { mostClients: 1, refusesAfterEndMs: () => this.#life.timeoutMs };
  protected readonly bank: RegisterBank;
  readonly #life: LifeBit;
  #setpointA: number;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#setpointA = place.hardwareMaximumA;
    this.#life = new LifeBit(place.startAtMs);
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.readInput, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      input: { ...this.#identity(), ...this.#states(), ...this.#measures() },
      holding: { ...this.#control(), ...this.#life.registers(place.hardwareMaximumA) },
      filledInput: [
        { first: 1000, last: 1037, word: 0 },
        { first: 1100, last: 1106, word: 0 },
      ],
    });
  }

  get isFailSafe(): boolean {
    return this.#life.isMissed(this.nowMs);
  }

  protected forget(readyAtMs: number): void {
    this.#setpointA = this.place.hardwareMaximumA;
    this.#life.reset(readyAtMs);
  }

  protected allowedA(): number {
    return Math.min(this.place.hardwareMaximumA, this.isFailSafe ? this.#life.safeA.value : this.#setpointA);
  }

  #state(): number {
    const { car, isCharging } = this.socket;
    if (!car.isPlugged) return STATE.available;
    if (isCharging) return STATE.charging;
    if (this.allowedA() < LEAST_A) return STATE.suspendedByStation;
    return car.isFull ? STATE.suspendedByCar : STATE.preparing;
  }

  #identity(): RegisterTable {
    return {
      100: spreadText(25, () => '7101020304'),
      190: spreadText(10, () => 'Vestel'),
      210: spreadText(5, () => 'EVC04'),
      230: spreadText(50, () => 'v3.187.0'),
      1516: spreadText(15, () => ''),
    };
  }

  #states(): RegisterTable {
    const { socket, place } = this;
    return {
      404: u16(() => (socket.wiredPhases.length === 3 ? 1 : 0)),
      1000: u16(() => this.#state()),
      1001: u16(() => (socket.isCharging ? 1 : 0)),
      1002: u16(() => 0),
      1004: u16(() => (socket.car.isPlugged ? CABLE.carLocked : CABLE.none)),
      1006: u32(() => 0),
      1100: u16(() => place.hardwareMaximumA),
      1102: u16(() => LEAST_A),
      1104: u16(() => place.hardwareMaximumA),
      1106: u16(() => 32),
    };
  }

  #measures(): RegisterTable {
    const { terminals, socket } = this;
    const currentMa = (terminal: number) => u16(() => terminals.currentA(terminal) * 1000);
    const voltage = (terminal: number) => u16(() => terminals.voltageV(terminal));
    return {
      1008: currentMa(0),
      1010: currentMa(1),
      1012: currentMa(2),
      1014: voltage(0),
      1016: voltage(1),
      1018: voltage(2),
      1020: u32(terminals.totalPowerW),
      1024: u32(() => terminals.powerW(0)),
      1028: u32(() => terminals.powerW(1)),
      1032: u32(() => terminals.powerW(2)),
      1036: u32(() => socket.flow.totalImportWh() / 100),
      1502: u32(() => this.sessionWh),
      1508: u32(() => this.pluggedS),
    };
  }

  #control(): RegisterTable {
    return {
      405: u16(() => (this.isMeantForOnePhase ? 0 : 1), {
        accepts: oneOf(0, 1),
        store: (value) => this.changeOver(value === 0),
      }),
      5004: u16(() => Math.max(LEAST_A, this.#setpointA), {
        accepts: (value) => value === 0 || between(LEAST_A, this.place.hardwareMaximumA)(value),
        store: (value) => {
          this.#setpointA = value;
          this.setpointWrites += 1;
        },
      }),
    };
  }
}
