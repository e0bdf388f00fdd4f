import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank, type RegisterTable } from '../registerBank.ts';
import { oneOf, u16 } from '../registers.ts';
import { Outputs } from './outputs.ts';
import { outputCoils, type RelayPlace, signalBits } from './relayPlace.ts';

const CHANNELS = 6;
const INPUTS = 8;
const AFTER_POWER_LOSS = { off: 0, asBefore: 1 } as const;
const SIGNATURE = 'WBMR6C';

/**
 * Wiren Board WB-MR6C. When nobody has spoken to it for the time of its safety timer, its relays open. Pressing an
 * input does not switch a relay here: its inputs only report.
 * Source: Wiren Board wiki, "Relay Module Modbus Management".
 */
class WirenBoardMr6c implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 10;
  readonly bootMs = 2_000;
  readonly hearsBroadcast = false;
  readonly #outputs: Outputs;
  readonly #bank: RegisterBank;
  #afterPowerLoss: number = AFTER_POWER_LOSS.off;
  #safetyTimerS = 0;
  #heardAtMs: number;

  constructor({ unit, contacts, inputs, startAtMs }: RelayPlace) {
    this.unit = unit;
    this.#heardAtMs = startAtMs;
    this.#outputs = new Outputs(CHANNELS, contacts);
    // One character a register.
    const signature: RegisterTable = Object.fromEntries(
      Array.from(SIGNATURE, (character, index) => [200 + index, u16(() => character.charCodeAt(0))]),
    );
    this.#bank = new RegisterBank({
      functions: [
        FUNCTION.readCoils,
        FUNCTION.readDiscreteInputs,
        FUNCTION.readHolding,
        FUNCTION.readInput,
        FUNCTION.writeCoil,
        FUNCTION.writeRegister,
        FUNCTION.writeCoils,
        FUNCTION.writeRegisters,
      ],
      coils: outputCoils(this.#outputs.contacts, (channel, isOn, nowMs) =>
        this.#outputs.set(channel, isOn, nowMs),
      ),
      discreteInputs: signalBits(INPUTS, inputs),
      holding: {
        6: u16(() => this.#afterPowerLoss, {
          accepts: oneOf(AFTER_POWER_LOSS.off, AFTER_POWER_LOSS.asBefore),
          store: (value) => {
            this.#afterPowerLoss = value;
          },
        }),
        8: u16(() => this.#safetyTimerS, {
          store: (value) => {
            this.#safetyTimerS = value;
          },
        }),
        128: u16(() => unit),
        ...signature,
      },
      input: signature,
    });
  }

  advanceTo(nowMs: number): void {
    if (this.#safetyTimerS === 0 || nowMs - this.#heardAtMs < this.#safetyTimerS * 1000) return;
    this.#outputs.setBits(0, nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    this.#heardAtMs = nowMs;
    return this.#bank.respond(pdu, nowMs);
  }

  powerCycle(nowMs: number): void {
    this.#heardAtMs = nowMs;
    if (this.#afterPowerLoss === AFTER_POWER_LOSS.off) this.#outputs.setBits(0, nowMs);
  }
}

export function createWirenBoardMr6c(place: RelayPlace): Firmware {
  return new WirenBoardMr6c(place);
}
