import type { Contact } from '../../contact.ts';
import type { Firmware } from '../firmware.ts';
import {
  EXCEPTION,
  echoReply,
  exceptionReply,
  FUNCTION,
  multipleWriteReply,
  readFixedRequest,
  registersReply,
} from '../pdu.ts';

const CHANNELS = 8;
const COIL = { on: 0xff00, off: 0x0000, toggle: 0x5500 } as const;
const ALL_CHANNELS = 0x00ff;
const FLASH_ON = 0x0200;
const FLASH_OFF = 0x0400;
const FLASH_UNIT_MS = 100;
const LONGEST_FLASH = 0x7fff;
const UNIT_REGISTER = 0x4000;
const VERSION_REGISTER = 0x8000;
const VERSION = 200;

/**
 * Waveshare Modbus RTU Relay 8CH, protocol V2. No watchdog: relays stay as they are, but a flash-on ends
 * by itself. Off after power-up. Its serial settings (0x2000) are not simulated.
 * Source: Waveshare product wiki, "Modbus RTU Relay", protocol V2.
 */
export class WaveshareRelay8 implements Firmware {
  readonly turnaroundMs = 10;
  readonly bootMs = 1_000;
  readonly hearsBroadcast = true;
  readonly #contacts: readonly Contact[];
  readonly #flashEndsAtMs: number[] = Array.from({ length: CHANNELS }, () => Number.POSITIVE_INFINITY);
  #unit: number;

  /** @param contacts the contactors behind channels 1 to 8 */
  constructor(unit: number, contacts: readonly Contact[]) {
    this.#unit = unit;
    this.#contacts = contacts;
  }

  get unit(): number {
    return this.#unit;
  }

  advanceTo(nowMs: number): void {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      if (nowMs >= (this.#flashEndsAtMs[channel] as number)) {
        this.#set(channel, !this.#contact(channel).isCoilOn, nowMs);
      }
    }
  }

  respond(pdu: Buffer, nowMs: number): Buffer | undefined {
    const functionCode = pdu[0] ?? 0;
    switch (functionCode) {
      case FUNCTION.readCoils:
        return this.#readCoils(pdu);
      case FUNCTION.writeCoil:
        return this.#writeCoil(pdu, nowMs);
      case FUNCTION.writeCoils:
        return this.#writeCoils(pdu, nowMs);
      case FUNCTION.readHolding:
        return this.#readSetting(pdu);
      case FUNCTION.writeRegister:
        return this.#writeSetting(pdu);
      default:
        return exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    }
  }

  powerCycle(nowMs: number): void {
    for (let channel = 0; channel < CHANNELS; channel += 1) this.#set(channel, false, nowMs);
  }

  #readCoils(pdu: Buffer): Buffer {
    const request = readFixedRequest(pdu);
    if (request === undefined || request.word < 1 || request.word > CHANNELS) {
      return exceptionReply(FUNCTION.readCoils, EXCEPTION.badValue);
    }
    if (request.address + request.word > CHANNELS) {
      return exceptionReply(FUNCTION.readCoils, EXCEPTION.noSuchAddress);
    }
    let bits = 0;
    for (let index = 0; index < request.word; index += 1) {
      if (this.#contact(request.address + index).isCoilOn) bits |= 1 << index;
    }
    return Buffer.from([FUNCTION.readCoils, 1, bits]);
  }

  #writeCoil(pdu: Buffer, nowMs: number): Buffer {
    const request = readFixedRequest(pdu);
    if (request === undefined) return exceptionReply(FUNCTION.writeCoil, EXCEPTION.badValue);
    const { address, word } = request;
    const isFlashOn = address >= FLASH_ON && address < FLASH_ON + CHANNELS;
    const isFlashOff = address >= FLASH_OFF && address < FLASH_OFF + CHANNELS;
    if (isFlashOn || isFlashOff) {
      if (word < 1 || word > LONGEST_FLASH) return exceptionReply(FUNCTION.writeCoil, EXCEPTION.badValue);
      const channel = address - (isFlashOn ? FLASH_ON : FLASH_OFF);
      this.#set(channel, isFlashOn, nowMs);
      this.#flashEndsAtMs[channel] = nowMs + word * FLASH_UNIT_MS;
      return echoReply(pdu);
    }
    if (address >= CHANNELS && address !== ALL_CHANNELS) {
      return exceptionReply(FUNCTION.writeCoil, EXCEPTION.noSuchAddress);
    }
    if (word !== COIL.on && word !== COIL.off && word !== COIL.toggle) {
      return exceptionReply(FUNCTION.writeCoil, EXCEPTION.badValue);
    }
    const channels = address === ALL_CHANNELS ? [0, 1, 2, 3, 4, 5, 6, 7] : [address];
    for (const channel of channels) {
      this.#set(channel, word === COIL.toggle ? !this.#contact(channel).isCoilOn : word === COIL.on, nowMs);
    }
    return echoReply(pdu);
  }

  #writeCoils(pdu: Buffer, nowMs: number): Buffer {
    const count = pdu.length === 7 ? pdu.readUInt16BE(3) : 0;
    if (count < 1 || count > CHANNELS || pdu[5] !== 1) {
      return exceptionReply(FUNCTION.writeCoils, EXCEPTION.badValue);
    }
    const address = pdu.readUInt16BE(1);
    if (address + count > CHANNELS) return exceptionReply(FUNCTION.writeCoils, EXCEPTION.noSuchAddress);
    const bits = pdu[6] as number;
    for (let index = 0; index < count; index += 1) {
      this.#set(address + index, (bits & (1 << index)) !== 0, nowMs);
    }
    return multipleWriteReply(pdu);
  }

  #readSetting(pdu: Buffer): Buffer {
    const request = readFixedRequest(pdu);
    if (request === undefined || request.word !== 1) {
      return exceptionReply(FUNCTION.readHolding, EXCEPTION.badValue);
    }
    const value =
      request.address === UNIT_REGISTER
        ? this.#unit
        : request.address === VERSION_REGISTER
          ? VERSION
          : undefined;
    if (value === undefined) return exceptionReply(FUNCTION.readHolding, EXCEPTION.noSuchAddress);
    return registersReply(FUNCTION.readHolding, Buffer.from([value >> 8, value & 0xff]));
  }

  #writeSetting(pdu: Buffer): Buffer {
    const request = readFixedRequest(pdu);
    if (request === undefined) return exceptionReply(FUNCTION.writeRegister, EXCEPTION.badValue);
    if (request.address !== UNIT_REGISTER) {
      return exceptionReply(FUNCTION.writeRegister, EXCEPTION.noSuchAddress);
    }
    if (request.word < 1 || request.word > 255) {
      return exceptionReply(FUNCTION.writeRegister, EXCEPTION.badValue);
    }
    this.#unit = request.word;
    return echoReply(pdu);
  }

  /** Every plain command ends a flash that is running. */
  #set(channel: number, isOn: boolean, nowMs: number): void {
    this.#flashEndsAtMs[channel] = Number.POSITIVE_INFINITY;
    this.#contact(channel).setCoil(isOn, nowMs);
  }

  #contact(channel: number): Contact {
    return this.#contacts[channel] as Contact;
  }
}
