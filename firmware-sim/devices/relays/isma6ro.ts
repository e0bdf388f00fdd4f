import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { type BitTable, RegisterBank } from '../registerBank.ts';
import { between, lowWordFirst, u16, u32 } from '../registers.ts';
import { Outputs } from './outputs.ts';
import { outputCoils, type RelayPlace } from './relayPlace.ts';

const CHANNELS = 6;
const ALL_CHANNELS = 0b11_1111;
/** A bit of register n is at 16 n plus its number: the outputs of register 51, the safe state of register 12. */
const OUTPUT_COILS = 51 * 16;
const SAFE_STATE_COILS = 12 * 16;
const VERSION_AND_TYPE = 0x2106;
const BAUD_CODE = 2;

/**
 * iSMA CONTROLLI SfAR-S-6RO. Every valid message feeds its watchdog, also one that only reads. After it, and after
 * power-on, the outputs take the state of register 12. Its settings are kept.
 * Source: iSMA CONTROLLI user manuals DMP271, DMP275, DMP281 (2022); bit access as in DMP280.
 */
class Isma6ro implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 15;
  readonly bootMs = 1_000;
  readonly hearsBroadcast = false;
  readonly #outputs: Outputs;
  readonly #bank: RegisterBank;
  #watchdogMs = 0;
  #safeBits = 0;
  #fedAtMs: number;
  #messages = 0;
  #hasFallen = false;

  constructor({ unit, contacts, startAtMs }: RelayPlace) {
    this.unit = unit;
    this.#fedAtMs = startAtMs;
    this.#outputs = new Outputs(CHANNELS, contacts);
    this.#bank = new RegisterBank({
      functions: [
        FUNCTION.readCoils,
        FUNCTION.readHolding,
        FUNCTION.writeCoil,
        FUNCTION.writeRegister,
        FUNCTION.writeCoils,
        FUNCTION.writeRegisters,
      ],
      coils: {
        ...outputCoils(
          this.#outputs.contacts,
          (channel, isOn, nowMs) => this.#outputs.set(channel, isOn, nowMs),
          OUTPUT_COILS,
        ),
        ...this.#safeStateCoils(),
      },
      holding: {
        0: u16(() => VERSION_AND_TYPE),
        2: u16(() => BAUD_CODE),
        8: u16(() => this.#watchdogMs, {
          store: (value) => {
            this.#watchdogMs = value;
          },
        }),
        12: u16(() => this.#safeBits, {
          accepts: between(0, ALL_CHANNELS),
          store: (value) => {
            this.#safeBits = value;
          },
        }),
        32: lowWordFirst(u32(() => this.#messages)),
        51: u16(() => this.#outputs.bits, {
          accepts: between(0, ALL_CHANNELS),
          store: (value, nowMs) => this.#outputs.setBits(value, nowMs),
        }),
      },
    });
  }

  #safeStateCoils(): BitTable {
    return Object.fromEntries(
      Array.from({ length: CHANNELS }, (_, channel) => [
        SAFE_STATE_COILS + channel,
        {
          read: () => (this.#safeBits & (1 << channel)) !== 0,
          write: (isOn: boolean) => {
            this.#safeBits = isOn ? this.#safeBits | (1 << channel) : this.#safeBits & ~(1 << channel);
          },
        },
      ]),
    );
  }

  advanceTo(nowMs: number): void {
    if (this.#hasFallen || this.#watchdogMs === 0 || nowMs - this.#fedAtMs < this.#watchdogMs) return;
    this.#hasFallen = true;
    this.#outputs.setBits(this.#safeBits, nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    this.#fedAtMs = nowMs;
    this.#hasFallen = false;
    this.#messages += 1;
    return this.#bank.respond(pdu, nowMs);
  }

  powerCycle(nowMs: number): void {
    this.#fedAtMs = nowMs;
    this.#hasFallen = false;
    this.#messages = 0;
    this.#outputs.setBits(this.#safeBits, nowMs);
  }
}

export function createIsma6ro(place: RelayPlace): Firmware {
  return new Isma6ro(place);
}
