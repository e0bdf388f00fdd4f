import type { ChargeSocket } from '../chargeSocket.ts';
import type { Noise } from '../random.ts';
import type { Firmware } from './firmware.ts';
import { readingTable, STATE } from './kebaReadings.ts';
import { EXCEPTION, echoReply, exceptionReply, FUNCTION, readFixedRequest, registersReply } from './pdu.ts';

/** The maker allows one read each 0.5 s and one write each 5 s. */
const PACE = { readMs: 500, writeMs: 5_000 } as const;
const LEAST_MA = 6_000;
const MOST_MA = 32_000;
const FAIL_SAFE_TIMEOUT_S = { least: 5, most: 600 } as const;
/** Pause of the station while it changes over between one and three phases. */
const PHASE_SWITCH_MS = 10_000;
const PHASE_SOURCE_MODBUS = 3;

export interface KebaPlace {
  readonly unit: number;
  /** By DIP switch, 6 to 32 A. */
  readonly hardwareMaximumA: number;
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly startAtMs: number;
}

/**
 * KEBA KeContact P30. FC3 reads one value of two words, FC6 writes one word, nothing else.
 * Any command re-arms its watchdog; on expiry the fail-safe current applies until the next command.
 * Requests beyond the maker's pace are counted, not refused.
 * Source: KEBA "Modbus TCP Programmers Guide" V1.02; field reports for the P30.
 */
export class KebaP30 implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 8;
  readonly bootMs = 15_000;
  readonly hearsBroadcast = false;
  readonly paceViolations = { reads: 0, writes: 0 };
  /** Accepted writes of the charging current. */
  setpointWrites = 0;
  readonly #place: KebaPlace;
  readonly #readings: ReadonlyMap<number, () => number>;
  readonly #hardwareMa: number;
  #setpointMa: number;
  #isEnabled = true;
  #failSafeMa = 0;
  #failSafeTimeoutS = 0;
  #isFailSafe = false;
  #phaseSource = 0;
  #phasesSwitchedAtMs = Number.NEGATIVE_INFINITY;
  #sessionLimitWh = 0;
  #sessionFromWh = 0;
  #isSessionEnded = false;
  #wasPlugged = false;
  #bootedAtMs: number;
  #commandAtMs: number;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #writeAtMs = Number.NEGATIVE_INFINITY;
  #nowMs: number;

  constructor(place: KebaPlace) {
    this.unit = place.unit;
    this.#place = place;
    this.#hardwareMa = place.hardwareMaximumA * 1000;
    this.#setpointMa = this.#hardwareMa;
    this.#nowMs = place.startAtMs;
    this.#bootedAtMs = place.startAtMs;
    this.#commandAtMs = place.startAtMs;
    this.#readings = readingTable({
      socket: place.socket,
      voltageV: place.voltageV,
      noise: place.noise,
      state: () => this.#state(),
      currentInForceMa: () => this.#allowedMa(),
      hardwareMa: this.#hardwareMa,
      sessionWh: () => this.#sessionWh(),
      phaseSource: () => this.#phaseSource,
      failSafeMa: () => this.#failSafeMa,
      failSafeTimeoutS: () => this.#failSafeTimeoutS,
    });
    this.advanceTo(place.startAtMs);
  }

  get isFailSafe(): boolean {
    return this.#isFailSafe;
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#failSafeTimeoutS > 0 && nowMs - this.#commandAtMs >= this.#failSafeTimeoutS * 1000) {
      this.#isFailSafe = true;
    }
    const { socket } = this.#place;
    if (socket.car.isPlugged && !this.#wasPlugged) {
      this.#sessionFromWh = socket.flow.totalImportWh();
      this.#isSessionEnded = false;
    }
    this.#wasPlugged = socket.car.isPlugged;
    if (this.#sessionLimitWh > 0 && this.#sessionWh() >= this.#sessionLimitWh) this.#isSessionEnded = true;
    socket.showPilot(this.#allowedMa() / 1000, nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer | undefined {
    const functionCode = pdu[0] ?? 0;
    this.#commandAtMs = nowMs;
    this.#isFailSafe = false;
    const reply =
      functionCode === FUNCTION.readHolding
        ? this.#read(pdu, nowMs)
        : functionCode === FUNCTION.writeRegister
          ? this.#write(pdu, nowMs)
          : exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    this.#setpointMa = this.#hardwareMa;
    this.#isEnabled = true;
    this.#failSafeMa = 0;
    this.#failSafeTimeoutS = 0;
    this.#isFailSafe = false;
    this.#phaseSource = 0;
    this.#place.socket.useOnePhase(false);
    this.#sessionLimitWh = 0;
    this.#isSessionEnded = false;
    this.#bootedAtMs = nowMs + this.bootMs;
    this.advanceTo(nowMs);
  }

  #read(pdu: Buffer, nowMs: number): Buffer {
    if (nowMs - this.#readAtMs < PACE.readMs) this.paceViolations.reads += 1;
    this.#readAtMs = nowMs;
    const request = readFixedRequest(pdu);
    // A P30 was seen to answer a count of one with the four bytes of the whole value.
    if (request === undefined || (request.word !== 2 && request.word !== 1)) {
      return exceptionReply(FUNCTION.readHolding, EXCEPTION.badValue);
    }
    const reading = this.#readings.get(request.address);
    if (reading === undefined) return exceptionReply(FUNCTION.readHolding, EXCEPTION.noSuchAddress);
    const words = Buffer.alloc(4);
    words.writeUInt32BE(Math.round(reading()));
    return registersReply(FUNCTION.readHolding, words);
  }

  #write(pdu: Buffer, nowMs: number): Buffer {
    if (nowMs - this.#writeAtMs < PACE.writeMs) this.paceViolations.writes += 1;
    this.#writeAtMs = nowMs;
    const request = readFixedRequest(pdu);
    const outcome =
      request === undefined ? EXCEPTION.badValue : this.#store(request.address, request.word, nowMs);
    return outcome === 'stored' ? echoReply(pdu) : exceptionReply(FUNCTION.writeRegister, outcome);
  }

  #store(address: number, value: number, nowMs: number): 'stored' | number {
    const isCurrent = value === 0 || (value >= LEAST_MA && value <= MOST_MA);
    switch (address) {
      case 5004:
        if (!isCurrent) return EXCEPTION.badValue;
        this.#setpointMa = value;
        this.setpointWrites += 1;
        return 'stored';
      case 5010:
        this.#sessionLimitWh = value * 10;
        return 'stored';
      case 5012:
        if (value !== 0) return EXCEPTION.badValue;
        this.#isSessionEnded = true;
        return 'stored';
      case 5014:
        if (value > 1) return EXCEPTION.badValue;
        this.#isEnabled = value === 1;
        return 'stored';
      case 5016:
        if (!isCurrent) return EXCEPTION.badValue;
        this.#failSafeMa = value;
        return 'stored';
      case 5018:
        return this.#storeFailSafeTimeout(value);
      case 5050:
        if (value > PHASE_SOURCE_MODBUS) return EXCEPTION.badValue;
        this.#phaseSource = value;
        return 'stored';
      case 5052:
        if (value > 1 || this.#phaseSource !== PHASE_SOURCE_MODBUS) return EXCEPTION.badValue;
        this.#place.socket.useOnePhase(value === 0);
        this.#phasesSwitchedAtMs = nowMs;
        return 'stored';
      default:
        return EXCEPTION.noSuchAddress;
    }
  }

  /** Zero is no time-out of zero: it turns the watchdog off, and charging goes on at the highest value. */
  #storeFailSafeTimeout(value: number): 'stored' | number {
    const isTimeout = value >= FAIL_SAFE_TIMEOUT_S.least && value <= FAIL_SAFE_TIMEOUT_S.most;
    if (value !== 0 && !isTimeout) return EXCEPTION.badValue;
    this.#failSafeTimeoutS = value;
    if (value === 0) this.#setpointMa = this.#hardwareMa;
    return 'stored';
  }

  #allowedMa(): number {
    const isChangingOver = this.#nowMs - this.#phasesSwitchedAtMs < PHASE_SWITCH_MS;
    if (this.#nowMs < this.#bootedAtMs || !this.#isEnabled || this.#isSessionEnded || isChangingOver)
      return 0;
    return Math.min(this.#hardwareMa, this.#isFailSafe ? this.#failSafeMa : this.#setpointMa);
  }

  #state(): number {
    const { socket } = this.#place;
    if (this.#nowMs < this.#bootedAtMs) return STATE.starting;
    if (!socket.car.isPlugged || this.#isSessionEnded) return STATE.notReady;
    if (this.#allowedMa() === 0) return STATE.suspended;
    return socket.isCharging ? STATE.charging : STATE.ready;
  }

  #sessionWh(): number {
    return this.#place.socket.flow.totalImportWh() - this.#sessionFromWh;
  }
}
