import type { Firmware } from '../firmware.ts';
import { hexTable } from '../hexTable.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank } from '../registerBank.ts';
import { between, u16 } from '../registers.ts';
import { Outputs } from './outputs.ts';
import { outputCoils, type RelayPlace, signalBits } from './relayPlace.ts';

const CHANNELS = 8;
const VERSION = 200;

/**
 * Waveshare Modbus IO 8CH: eight inputs for signals of the grid operator and eight outputs, without a watchdog.
 * Source: Waveshare product wiki, "Modbus RTU IO 8CH", "Modbus POE ETH Relay".
 */
class WaveshareIo8 implements Firmware {
  readonly turnaroundMs = 10;
  readonly bootMs = 1_000;
  readonly hearsBroadcast = true;
  readonly #outputs: Outputs;
  readonly #bank: RegisterBank;
  #unit: number;

  constructor({ unit, contacts, inputs }: RelayPlace) {
    this.#unit = unit;
    this.#outputs = new Outputs(CHANNELS, contacts);
    this.#bank = new RegisterBank({
      functions: [
        FUNCTION.readCoils,
        FUNCTION.readDiscreteInputs,
        FUNCTION.readHolding,
        FUNCTION.writeCoil,
        FUNCTION.writeRegister,
        FUNCTION.writeCoils,
      ],
      coils: outputCoils(this.#outputs.contacts, (channel, isOn, nowMs) =>
        this.#outputs.set(channel, isOn, nowMs),
      ),
      discreteInputs: signalBits(CHANNELS, inputs),
      holding: hexTable({
        '0x4000': u16(() => this.#unit, {
          accepts: between(1, 255),
          store: (unit) => {
            this.#unit = unit;
          },
        }),
        '0x8000': u16(() => VERSION),
      }),
    });
  }

  get unit(): number {
    return this.#unit;
  }

  /** Nothing in it moves by itself. */
  advanceTo(): void {}

  respond(pdu: Buffer, nowMs: number): Buffer {
    return this.#bank.respond(pdu, nowMs);
  }

  powerCycle(nowMs: number): void {
    this.#outputs.setBits(0, nowMs);
  }
}

export function createWaveshareIo8(place: RelayPlace): Firmware {
  return new WaveshareIo8(place);
}
