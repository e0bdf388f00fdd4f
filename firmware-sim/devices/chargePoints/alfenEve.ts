import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { BY_WRITE_REGISTERS, f32, f64, oneOf, text, u16, u32, u64 } from '../registers.ts';
import { stationTable } from './alfenStation.ts';
import { ChargePoint, type ChargePointPlace } from './chargePoint.ts';
import { Watchdog } from './watchdog.ts';

const STATION_UNIT = 200;
/** Settings of the installer's tool; the time is the maker's default. */
const VALIDITY_MS = 60_000;
const SAFE_A = 6;
const LEAST_A = 6;
const METER_STATE = { initialised: 1, updated: 2 } as const;

/**
 * One socket of an Alfen Eve on the NG9xx platform, and its station under unit 200. A set-point is valid for a
 * while after each write, then the safe current applies; it and its validity are lost with the supply. What
 * does not exist reads as NaN. Each changed set-point goes into the event log of the station.
 * Source: Alfen "Implementation of Modbus slave TCP/IP for NG9xx" v2.3.
 */
export class AlfenEve extends ChargePoint {
  readonly turnaroundMs = 12;
  readonly bootMs = 60_000;
  readonly furtherUnits = [STATION_UNIT];
  readonly tcpManners = { mostClients: 2, idleMs: 60_000 };
  protected readonly bank: RegisterBank;
  readonly #station: RegisterBank;
  readonly #validity: Watchdog;
  #setpointA = Number.NaN;
  #phases: number;
  #poweredAtMs: number;

  constructor(place: ChargePointPlace) {
    super(place);
    this.#phases = place.socket.wiredPhases.length;
    this.#poweredAtMs = place.startAtMs;
    this.#validity = new Watchdog(0, place.startAtMs);
    const functions = [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters];
    this.bank = new RegisterBank({
      functions,
      holding: { ...this.#measures(), ...this.#control() },
      isReadWhole: true,
    });
    this.#station = new RegisterBank({
      functions,
      holding: stationTable({
        hardwareMaximumA: place.hardwareMaximumA,
        safeA: SAFE_A,
        currentA: (terminal) => this.terminals.currentA(terminal),
        nowMs: () => this.nowMs,
        uptimeMs: () => this.nowMs - this.#poweredAtMs,
      }),
      isReadWhole: true,
    });
  }

  /** Also before the first set-point, which is the same to it. */
  get isFailSafe(): boolean {
    return this.#validity.isExpired(this.nowMs);
  }

  protected override answer(pdu: Buffer, unit: number): Buffer | undefined {
    return unit === STATION_UNIT ? this.#station.respond(pdu, this.nowMs) : super.answer(pdu, unit);
  }

  protected forget(readyAtMs: number): void {
    this.#poweredAtMs = readyAtMs;
    this.#setpointA = Number.NaN;
    this.#validity.timeoutMs = 0;
  }

  protected allowedA(): number {
    return Math.min(this.place.hardwareMaximumA, this.isFailSafe ? SAFE_A : this.#setpointA);
  }

  #appliedA(): number {
    const allowedA = this.allowedA();
    return allowedA < LEAST_A ? 0 : allowedA;
  }

  #mode3State(): string {
    const { socket } = this;
    if (!socket.car.isPlugged) return 'A';
    const isGiven = this.#appliedA() > 0;
    if (socket.isCharging) return isGiven ? 'C2' : 'C1';
    return isGiven ? 'B2' : 'B1';
  }

  #measures(): RegisterTable {
    const { terminals, socket } = this;
    const wired = (terminal: number, read: (terminal: number) => number) => () =>
      terminals.isWired(terminal) ? read(terminal) : Number.NaN;
    return {
      300: u16(() => METER_STATE.initialised | METER_STATE.updated),
      301: u64(() => this.nowMs % 1000),
      305: u16(() => 0),
      306: f32(wired(0, terminals.voltageV)),
      308: f32(wired(1, terminals.voltageV)),
      310: f32(wired(2, terminals.voltageV)),
      320: f32(wired(0, terminals.currentA)),
      322: f32(wired(1, terminals.currentA)),
      324: f32(wired(2, terminals.currentA)),
      336: f32(() => 50 + 0.02 * this.place.noise.next()),
      338: f32(wired(0, terminals.powerW)),
      340: f32(wired(1, terminals.powerW)),
      342: f32(wired(2, terminals.powerW)),
      344: f32(terminals.totalPowerW),
      362: f64(wired(0, terminals.importWh)),
      366: f64(wired(1, terminals.importWh)),
      370: f64(wired(2, terminals.importWh)),
      374: f64(() => socket.flow.totalImportWh()),
      390: f64(() => 0),
    };
  }

  #control(): RegisterTable {
    return {
      1200: u16(() => 1),
      1201: text(5, () => this.#mode3State()),
      1206: f32(() => this.#appliedA()),
      1208: u32(() => Math.floor(this.#validity.remainingMs(this.nowMs) / 1000)),
      1210: f32(() => this.#setpointA, {
        by: BY_WRITE_REGISTERS,
        accepts: (value) => value >= 0,
        store: (value, nowMs) => this.#storeSetpoint(value, nowMs),
      }),
      1212: f32(() => SAFE_A),
      1214: u16(() => (this.isFailSafe ? 0 : 1)),
      1215: u16(() => this.#phases, {
        accepts: oneOf(1, 3),
        store: (value) => {
          this.#phases = value;
          this.changeOver(value === 1);
        },
      }),
    };
  }

  #storeSetpoint(valueA: number, nowMs: number): void {
    if (valueA !== this.#setpointA) this.wearWrites += 1;
    this.#setpointA = valueA;
    this.#validity.timeoutMs = VALIDITY_MS;
    this.#validity.feed(nowMs);
    this.setpointWrites += 1;
  }
}
