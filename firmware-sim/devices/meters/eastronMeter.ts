import type { Firmware } from '../firmware.ts';
import {
  EXCEPTION,
  exceptionReply,
  FUNCTION,
  multipleWriteReply,
  readFixedRequest,
  readRegistersWrite,
  registersReply,
} from '../pdu.ts';
import { Measuring, type MeterPlace, type MeterValues } from './measuring.ts';

/** One request asks for at most 30 values of two registers each. */
const MOST_REGISTERS_PER_READ = 60;
const REFRESHES_EVERY_MS = 500;
const PASSWORD_ADDRESS = 0x0018;
const SERIAL_ADDRESS = 0xfc00;
const METER_CODE_ADDRESS = 0xfc02;

export interface AddressBlock {
  readonly first: number;
  readonly last: number;
}

/** The table of one model: which addresses exist and what stands there. */
export interface EastronModel {
  readonly serialNumber: number;
  /** One register at 0xFC02, where the maker names it. */
  readonly meterCode?: number;
  /** Even addresses in here without an entry read as 0.0; outside of the blocks there is no address. */
  readonly blocks: readonly AddressBlock[];
  readonly measures: ReadonlyMap<number, (values: MeterValues) => number>;
  /** Settings of function 3, by address. */
  readonly settings: ReadonlyMap<number, (unit: number) => number>;
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
  readonly #measuring: Measuring;

  constructor(model: EastronModel, place: MeterPlace) {
    this.#model = model;
    this.unit = place.unit;
    this.#measuring = new Measuring(place, REFRESHES_EVERY_MS);
  }

  advanceTo(nowMs: number): void {
    this.#measuring.advanceTo(nowMs);
  }

  respond(pdu: Buffer): Buffer | undefined {
    const functionCode = pdu[0] ?? 0;
    switch (functionCode) {
      case FUNCTION.readInput:
        return this.#read(pdu, (address) => this.#measure(address));
      case FUNCTION.readHolding:
        return this.#readMeterCode(pdu) ?? this.#read(pdu, (address) => this.#setting(address));
      case FUNCTION.writeRegisters:
        return this.#write(pdu);
      default:
        return exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    }
  }

  powerCycle(nowMs: number): void {
    this.#measuring.powerCycle(nowMs);
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

  /** The only value of a single register. */
  #readMeterCode(pdu: Buffer): Buffer | undefined {
    const request = readFixedRequest(pdu);
    const { meterCode } = this.#model;
    if (meterCode === undefined || request?.address !== METER_CODE_ADDRESS || request.word !== 1)
      return undefined;
    return registersReply(FUNCTION.readHolding, Buffer.from([meterCode >> 8, meterCode & 0xff]));
  }

  #measure(address: number): Buffer | undefined {
    const isInBlock = this.#model.blocks.some(({ first, last }) => address >= first && address <= last);
    return isInBlock ? float32(this.#model.measures.get(address)?.(this.#measuring) ?? 0) : undefined;
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
