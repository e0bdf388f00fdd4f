import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank } from '../registerBank.ts';
import { lowWordFirst, text, u16, u32 } from '../registers.ts';
import { Outputs } from './outputs.ts';
import type { RelayPlace } from './relayPlace.ts';

/** The coil of the only switch. Its number is second-hand: no text of the maker was at hand that names it. */
const OUTPUT_COIL = 100;
/** Documented as 33000: the block of switch instance 0. */
const SWITCH_BLOCK = 3_000;

/**
 * Shelly Pro 3EM with the switch add-on, as far as it switches: its meters are not simulated. It has no watchdog on
 * Modbus: the output stays as it is. 32-bit values have the least significant word first.
 * Source: Shelly API documentation, "Modbus", "Switch".
 */
class ShellyPro3em implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 15;
  readonly bootMs = 10_000;
  readonly hearsBroadcast = false;
  readonly #outputs: Outputs;
  readonly #bank: RegisterBank;
  #nowMs: number;

  constructor({ unit, contacts, startAtMs }: RelayPlace) {
    this.unit = unit;
    this.#nowMs = startAtMs;
    this.#outputs = new Outputs(1, contacts);
    this.#bank = new RegisterBank({
      functions: [FUNCTION.readCoils, FUNCTION.readInput, FUNCTION.writeCoil, FUNCTION.writeCoils],
      coils: {
        [OUTPUT_COIL]: {
          read: () => this.#outputs.bits === 1,
          write: (isOn, nowMs) => this.#outputs.set(0, isOn, nowMs),
        },
      },
      input: {
        0: text(6, () => '3CE90E6FA2B4'),
        6: text(10, () => 'SPEM-003CEBEU'),
        16: text(32, () => ''),
        [SWITCH_BLOCK]: lowWordFirst(u32(() => Math.floor(this.#nowMs / 1000))),
        [SWITCH_BLOCK + 2]: u16(() => this.#outputs.bits),
      },
    });
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    this.#nowMs = nowMs;
    return this.#bank.respond(pdu, nowMs);
  }

  /** Here it is set to be off after power-on. */
  powerCycle(nowMs: number): void {
    this.#outputs.setBits(0, nowMs);
  }
}

export function createShellyPro3em(place: RelayPlace): Firmware {
  return new ShellyPro3em(place);
}
