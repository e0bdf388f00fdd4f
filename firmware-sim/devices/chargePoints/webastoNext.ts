import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { BY_WRITE_REGISTERS, between, oneOf, text, u16, u32 } from '../registers.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { LifeBit } from './lifeBit.ts';

const STATE = { noCar: 0, preparing: 1, charging: 3, paused: 4 } as const;
const CABLE = { none: 0, carLocked: 3 } as const;
const START = 1;
const CANCEL = 2;
const LEAST_A = 6;
const MOST_W = 22_080;
const NOMINAL_V = 230;

/**
 * Webasto Next with "HEMS activated". A life bit feeds its watchdog; missed, the safe current applies. A limit in
 * watts and one in amps stand side by side: the narrower applies.
 * Source: evcc "webasto-next.go"; OpenEMS "evcs.webasto.next".
 */
export class WebastoNext extends ChargePoint {
  readonly turnaroundMs = 20;
  readonly bootMs = 30_000;
  protected readonly bank: RegisterBank;
  readonly #life: LifeBit;
  #setpointA: number;
  #limitW = MOST_W;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#setpointA = place.hardwareMaximumA;
    this.#life = new LifeBit(place.startAtMs);
    const currents = this.#currents();
    this.bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.readInput, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      input: currents,
      holding: {
        ...currents,
        ...this.#readings(),
        ...this.#control(),
        ...this.#life.registers(place.hardwareMaximumA),
      },
      filledHolding: [
        { first: 1000, last: 1037, word: 0 },
        { first: 1100, last: 1108, word: 0 },
      ],
      filledInput: [{ first: 1008, last: 1013, word: 0 }],
    });
  }

  get isFailSafe(): boolean {
    return this.#life.isMissed(this.nowMs);
  }

  protected forget(readyAtMs: number): void {
    this.#setpointA = this.place.hardwareMaximumA;
    this.#limitW = MOST_W;
    this.#life.reset(readyAtMs);
  }

  protected allowedA(): number {
    const { hardwareMaximumA } = this.place;
    if (this.isFailSafe) return Math.min(hardwareMaximumA, this.#life.safeA.value);
    const limitA = this.#limitW / NOMINAL_V / this.socket.phasesInUse;
    return Math.min(hardwareMaximumA, this.#setpointA, limitA);
  }

  #state(): number {
    const { car, isCharging } = this.socket;
    if (!car.isPlugged) return STATE.noCar;
    if (isCharging) return STATE.charging;
    return this.allowedA() < LEAST_A || this.isSessionEnded ? STATE.paused : STATE.preparing;
  }

  #currents(): RegisterTable {
    const { terminals } = this;
    const currentMa = (terminal: number) => u16(() => terminals.currentA(terminal) * 1000);
    return { 1008: currentMa(0), 1010: currentMa(1), 1012: currentMa(2) };
  }

  #readings(): RegisterTable {
    const { terminals, socket, place } = this;
    const maximumA = u16(() => place.hardwareMaximumA);
    return {
      1000: u16(() => this.#state()),
      1001: u16(() => (socket.isCharging ? 1 : 0)),
      1002: u16(() => 0),
      1004: u16(() => (socket.car.isPlugged ? CABLE.carLocked : CABLE.none)),
      1006: u16(() => 0),
      1020: u32(terminals.totalPowerW),
      1036: u32(() => socket.flow.totalImportWh()),
      1100: maximumA,
      1102: u16(() => LEAST_A),
      1104: maximumA,
      1106: maximumA,
      1108: maximumA,
      1508: u32(() => this.pluggedS),
      1600: text(10, () => ''),
      1620: u16(() => 0),
    };
  }

  #control(): RegisterTable {
    return {
      5000: u32(() => this.#limitW, {
        by: BY_WRITE_REGISTERS,
        accepts: between(0, MOST_W),
        store: (value) => {
          this.#limitW = value;
          this.setpointWrites += 1;
        },
      }),
      5004: u16(undefined, {
        accepts: (value) => value === 0 || between(LEAST_A, this.place.hardwareMaximumA)(value),
        store: (value) => {
          this.#setpointA = value;
          this.setpointWrites += 1;
        },
      }),
      5006: u16(undefined, {
        accepts: oneOf(START, CANCEL),
        store: (value) => {
          this.isSessionEnded = value === CANCEL;
        },
      }),
    };
  }
}
