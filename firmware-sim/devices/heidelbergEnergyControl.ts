import type { ChargeSocket } from '../chargeSocket.ts';
import type { Noise } from '../random.ts';
import type { Firmware } from './firmware.ts';
import { inputTable, LEAST_TENTHS, STATE } from './heidelbergReadings.ts';
import {
  EXCEPTION,
  echoReply,
  exceptionReply,
  FUNCTION,
  multipleWriteReply,
  readFixedRequest,
  readRegistersWrite,
  registersReply,
} from './pdu.ts';

const HOLDING = {
  watchdogMs: 257,
  standby: 258,
  remoteLock: 259,
  current: 261,
  failSafeCurrent: 262,
} as const;
const STANDBY = { allowed: 0, disabled: 4 } as const;
const DEFAULT_WATCHDOG_MS = 15_000;
const MOST_TENTHS = 160;
/** Locking shows state F for about this long. */
const LOCK_SHOWS_F_MS = 10_000;
/** The maker names no figure for the rest without a car that leads into stand-by; this is the house's own. */
const STANDBY_AFTER_MS = 12 * 60_000;
const MOST_REGISTERS_PER_READ = 125;

export interface HeidelbergPlace {
  readonly unit: number;
  /** By switch, 6 to 16 A. */
  readonly hardwareMaximumA: number;
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly startAtMs: number;
}

/**
 * Heidelberg Energy Control. A valid frame feeds its watchdog; without one the fail-safe current applies,
 * and a fail-safe current of zero shows as an error. In stand-by the bus is dead, and after stand-by or
 * power-on all written values are back at their defaults.
 * Source: Heidelberg "List Modbus Register, Wallbox Energy Control", 20.10.2020.
 */
export class HeidelbergEnergyControl implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 25;
  readonly bootMs = 5_000;
  readonly hearsBroadcast = false;
  /** Accepted writes of the current command. */
  setpointWrites = 0;
  readonly #place: HeidelbergPlace;
  readonly #hardwareTenths: number;
  readonly #inputs: ReadonlyMap<number, () => number>;
  #watchdogMs = DEFAULT_WATCHDOG_MS;
  #standby: number = STANDBY.allowed;
  #isFree = true;
  #currentTenths: number;
  #failSafeTenths = 0;
  #isFailSafe = false;
  #isAsleep = false;
  #lockedAtMs = Number.NEGATIVE_INFINITY;
  #frameAtMs: number;
  #carSeenAtMs: number;
  #vahAtPowerOn = 0;
  #bootedAtMs: number;
  #nowMs: number;

  constructor(place: HeidelbergPlace) {
    this.unit = place.unit;
    this.#place = place;
    this.#hardwareTenths = place.hardwareMaximumA * 10;
    this.#currentTenths = this.#hardwareTenths;
    this.#frameAtMs = place.startAtMs;
    this.#carSeenAtMs = place.startAtMs;
    this.#bootedAtMs = place.startAtMs;
    this.#nowMs = place.startAtMs;
    this.#inputs = inputTable({
      socket: place.socket,
      voltageV: place.voltageV,
      noise: place.noise,
      hardwareMaximumA: place.hardwareMaximumA,
      state: () => this.#state(),
      vahAtPowerOn: () => this.#vahAtPowerOn,
    });
    this.advanceTo(place.startAtMs);
  }

  get isFailSafe(): boolean {
    return this.#isFailSafe;
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    const { socket } = this.#place;
    if (socket.car.isPlugged) {
      if (this.#isAsleep) this.#wake(nowMs);
      this.#carSeenAtMs = nowMs;
    } else if (this.#standby === STANDBY.allowed && nowMs - this.#carSeenAtMs >= STANDBY_AFTER_MS) {
      this.#isAsleep = true;
    }
    if (this.#watchdogMs > 0 && nowMs - this.#frameAtMs >= this.#watchdogMs) this.#isFailSafe = true;
    socket.showPilot(this.#allowedTenths() / 10, nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer | undefined {
    if (this.#isAsleep) return undefined;
    this.#frameAtMs = nowMs;
    this.#isFailSafe = false;
    const reply = this.#reply(pdu, nowMs);
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    this.#vahAtPowerOn = this.#place.socket.apparentVah;
    this.#bootedAtMs = nowMs + this.bootMs;
    this.#wake(nowMs + this.bootMs);
    this.#carSeenAtMs = nowMs;
    this.advanceTo(nowMs);
  }

  #reply(pdu: Buffer, nowMs: number): Buffer {
    const functionCode = pdu[0] ?? 0;
    switch (functionCode) {
      case FUNCTION.readInput:
        return this.#read(pdu, (address) => this.#inputs.get(address)?.());
      case FUNCTION.readHolding:
        return this.#read(pdu, (address) => this.#holding(address));
      case FUNCTION.writeRegister: {
        const request = readFixedRequest(pdu);
        const words = request === undefined ? [] : [request.word];
        return this.#write(functionCode, request?.address ?? 0, words, echoReply(pdu), nowMs);
      }
      case FUNCTION.writeRegisters: {
        const request = readRegistersWrite(pdu);
        return this.#write(
          functionCode,
          request?.address ?? 0,
          request?.words ?? [],
          multipleWriteReply(pdu),
          nowMs,
        );
      }
      default:
        return exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    }
  }

  #read(pdu: Buffer, register: (address: number) => number | undefined): Buffer {
    const functionCode = pdu[0] as number;
    const request = readFixedRequest(pdu);
    if (request === undefined || request.word < 1 || request.word > MOST_REGISTERS_PER_READ) {
      return exceptionReply(functionCode, EXCEPTION.badValue);
    }
    const words = Buffer.alloc(request.word * 2);
    for (let index = 0; index < request.word; index += 1) {
      const value = register(request.address + index);
      if (value === undefined) return exceptionReply(functionCode, EXCEPTION.noSuchAddress);
      words.writeUInt16BE(Math.round(value) & 0xffff, index * 2);
    }
    return registersReply(functionCode, words);
  }

  /** Stand-by (258) can be written only. */
  #holding(address: number): number | undefined {
    switch (address) {
      case HOLDING.watchdogMs:
        return this.#watchdogMs;
      case HOLDING.remoteLock:
        return this.#isFree ? 1 : 0;
      case HOLDING.current:
        return this.#currentTenths;
      case HOLDING.failSafeCurrent:
        return this.#failSafeTenths;
      default:
        return undefined;
    }
  }

  /** All words are checked before the first takes effect. */
  #write(
    functionCode: number,
    address: number,
    words: readonly number[],
    accepted: Buffer,
    nowMs: number,
  ): Buffer {
    if (words.length === 0) return exceptionReply(functionCode, EXCEPTION.badValue);
    for (const [index, word] of words.entries()) {
      const complaint = complaintAbout(address + index, word);
      if (complaint !== undefined) return exceptionReply(functionCode, complaint);
    }
    for (const [index, word] of words.entries()) this.#store(address + index, word, nowMs);
    return accepted;
  }

  #store(address: number, word: number, nowMs: number): void {
    switch (address) {
      case HOLDING.watchdogMs:
        this.#watchdogMs = word;
        break;
      case HOLDING.standby:
        this.#standby = word;
        break;
      case HOLDING.remoteLock:
        if (word === 0 && this.#isFree) this.#lockedAtMs = nowMs;
        this.#isFree = word === 1;
        break;
      case HOLDING.current:
        this.#currentTenths = word;
        this.setpointWrites += 1;
        break;
      case HOLDING.failSafeCurrent:
        this.#failSafeTenths = word;
        break;
    }
  }

  #wake(nowMs: number): void {
    this.#isAsleep = false;
    this.#watchdogMs = DEFAULT_WATCHDOG_MS;
    this.#standby = STANDBY.allowed;
    this.#isFree = true;
    this.#currentTenths = this.#hardwareTenths;
    this.#failSafeTenths = 0;
    this.#isFailSafe = false;
    this.#frameAtMs = nowMs;
  }

  #allowedTenths(): number {
    if (this.#nowMs < this.#bootedAtMs || this.#isAsleep || !this.#isFree) return 0;
    return Math.min(this.#hardwareTenths, this.#isFailSafe ? this.#failSafeTenths : this.#currentTenths);
  }

  #state(): number {
    const { socket } = this.#place;
    if (this.#isFailSafe && this.#failSafeTenths === 0) return STATE.error;
    if (!this.#isFree && this.#nowMs - this.#lockedAtMs < LOCK_SHOWS_F_MS) return STATE.f;
    const isAllowed = this.#allowedTenths() > 0;
    if (!socket.car.isPlugged) return isAllowed ? STATE.a2 : STATE.a1;
    if (socket.isCharging) return isAllowed ? STATE.c2 : STATE.c1;
    return isAllowed ? STATE.b2 : STATE.b1;
  }
}

function complaintAbout(address: number, word: number): number | undefined {
  const isCurrent = word === 0 || (word >= LEAST_TENTHS && word <= MOST_TENTHS);
  switch (address) {
    case HOLDING.watchdogMs:
      return undefined;
    case HOLDING.standby:
      return word === STANDBY.allowed || word === STANDBY.disabled ? undefined : EXCEPTION.badValue;
    case HOLDING.remoteLock:
      return word <= 1 ? undefined : EXCEPTION.badValue;
    case HOLDING.current:
    case HOLDING.failSafeCurrent:
      return isCurrent ? undefined : EXCEPTION.badValue;
    default:
      return EXCEPTION.noSuchAddress;
  }
}
