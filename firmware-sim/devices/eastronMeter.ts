import type { Flow } from '../flow.ts';
import type { Noise } from '../random.ts';
import type { Firmware } from './firmware.ts';
import {
  EXCEPTION,
  exceptionReply,
  FUNCTION,
  multipleWriteReply,
  readFixedRequest,
  readRegistersWrite,
  registersReply,
} from './pdu.ts';

/** One request asks for at most 30 values of two registers each. */
const MOST_REGISTERS_PER_READ = 60;
const REFRESHES_EVERY_MS = 500;
const NOISE_SHARE = 0.002;
const PASSWORD_ADDRESS = 0x0018;
const SERIAL_ADDRESS = 0xfc00;

/** What the meter measured at its last refresh, index 0 to 2 for its terminals L1 to L3. */
export interface MeterValues {
  readonly voltageV: number[];
  readonly currentA: number[];
  readonly powerW: number[];
  readonly reactiveVar: number[];
  frequencyHz: number;
  readonly importKwh: number[];
  readonly exportKwh: number[];
}

export interface AddressBlock {
  readonly first: number;
  readonly last: number;
}

/** The table of one model: which addresses exist and what stands there. */
export interface EastronModel {
  readonly serialNumber: number;
  /** Even addresses in here without an entry read as 0.0; outside of the blocks there is no address. */
  readonly blocks: readonly AddressBlock[];
  readonly measures: ReadonlyMap<number, (values: MeterValues) => number>;
  /** Settings of function 3, by address. */
  readonly settings: ReadonlyMap<number, (unit: number) => number>;
}

export interface MeterPlace {
  readonly unit: number;
  readonly flow: Flow;
  /** Phase of the house, index 0 to 2, on each of its terminals. */
  readonly terminals: readonly number[];
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly startAtMs: number;
}

/**
 * An Eastron meter of the SDM family: f32 in two registers, most significant word first, import positive.
 * Nobody holds its key down, so the protected settings refuse to be written.
 * Source: Eastron "SDM630 Modbus V2 protocol V1.7", "SDM120-MODBUS Protocol V2.4".
 */
export class EastronMeter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 20;
  readonly bootMs = 2_000;
  readonly hearsBroadcast = false;
  readonly #model: EastronModel;
  readonly #place: MeterPlace;
  readonly #values: MeterValues = {
    voltageV: [0, 0, 0],
    currentA: [0, 0, 0],
    powerW: [0, 0, 0],
    reactiveVar: [0, 0, 0],
    frequencyHz: 50,
    importKwh: [0, 0, 0],
    exportKwh: [0, 0, 0],
  };
  #refreshesAtMs: number;

  constructor(model: EastronModel, place: MeterPlace) {
    this.#model = model;
    this.#place = place;
    this.unit = place.unit;
    this.#refreshesAtMs = place.startAtMs;
    this.advanceTo(place.startAtMs);
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#refreshesAtMs) return;
    this.#refreshesAtMs = nowMs + REFRESHES_EVERY_MS;
    const { flow, terminals, voltageV, noise } = this.#place;
    const values = this.#values;
    for (let terminal = 0; terminal < terminals.length; terminal += 1) {
      const phase = terminals[terminal] as number;
      const error = 1 + NOISE_SHARE * noise.next();
      values.voltageV[terminal] = voltageV[phase] as number;
      values.currentA[terminal] = (flow.currentA[phase] as number) * error;
      values.powerW[terminal] = (flow.powerW[phase] as number) * error;
      values.reactiveVar[terminal] = (flow.reactiveVar[phase] as number) * error;
      values.importKwh[terminal] = (flow.importWh[phase] as number) / 1000;
      values.exportKwh[terminal] = (flow.exportWh[phase] as number) / 1000;
    }
    values.frequencyHz = 50 + 0.02 * noise.next();
  }

  respond(pdu: Buffer): Buffer | undefined {
    const functionCode = pdu[0] ?? 0;
    switch (functionCode) {
      case FUNCTION.readInput:
        return this.#read(pdu, (address) => this.#measure(address));
      case FUNCTION.readHolding:
        return this.#read(pdu, (address) => this.#setting(address));
      case FUNCTION.writeRegisters:
        return this.#write(pdu);
      default:
        return exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    }
  }

  powerCycle(nowMs: number): void {
    this.#refreshesAtMs = nowMs;
  }

  #read(pdu: Buffer, registerPair: (address: number) => Buffer | undefined): Buffer {
    const functionCode = pdu[0] as number;
    const request = readFixedRequest(pdu);
    if (request === undefined) return exceptionReply(functionCode, EXCEPTION.badValue);
    const { address, word: count } = request;
    if (address % 2 !== 0) return exceptionReply(functionCode, EXCEPTION.noSuchAddress);
    if (count < 2 || count % 2 !== 0 || count > MOST_REGISTERS_PER_READ) {
      return exceptionReply(functionCode, EXCEPTION.badValue);
    }
    const pairs: Buffer[] = [];
    for (let offset = 0; offset < count; offset += 2) {
      const pair = registerPair(address + offset);
      if (pair === undefined) return exceptionReply(functionCode, EXCEPTION.noSuchAddress);
      pairs.push(pair);
    }
    return registersReply(functionCode, Buffer.concat(pairs));
  }

  #measure(address: number): Buffer | undefined {
    const isInBlock = this.#model.blocks.some(({ first, last }) => address >= first && address <= last);
    return isInBlock ? float32(this.#model.measures.get(address)?.(this.#values) ?? 0) : undefined;
  }

  #setting(address: number): Buffer | undefined {
    if (address === SERIAL_ADDRESS) {
      const serial = Buffer.alloc(4);
      serial.writeUInt32BE(this.#model.serialNumber);
      return serial;
    }
    const setting = this.#model.settings.get(address);
    return setting && float32(setting(this.unit));
  }

  #write(pdu: Buffer): Buffer {
    const request = readRegistersWrite(pdu);
    if (request === undefined || request.words.length !== 2) {
      return exceptionReply(FUNCTION.writeRegisters, EXCEPTION.badValue);
    }
    if (request.address === PASSWORD_ADDRESS) return multipleWriteReply(pdu);
    const isSetting = this.#model.settings.has(request.address);
    return exceptionReply(FUNCTION.writeRegisters, isSetting ? EXCEPTION.badValue : EXCEPTION.noSuchAddress);
  }
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes;
}
