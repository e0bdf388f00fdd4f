import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank } from '../registerBank.ts';
import { layChain, type SunSpecModel } from '../sunSpec.ts';
import { InverterOutput, type InverterPlace } from './inverterOutput.ts';
import { PercentLimit } from './percentLimit.ts';
import { type ControlHabits, controlsModel, type OutputView } from './sunSpecInverterModels.ts';

export interface Model123Habits {
  chain(view: OutputView, controls: SunSpecModel, unit: number): readonly SunSpecModel[];
  readonly controls?: Omit<ControlHabits, 'onWrite'>;
  /** What must be written for a changed limit to count. */
  readonly countsFrom: 'anyWrite' | 'enableWrite';
  readonly turnaroundMs: number;
}

/**
 * A SunSpec inverter that is limited by model 123. Each write that counts winds the revert timer up; after it the
 * inverter is free again.
 */
export class Model123Inverter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs: number;
  readonly bootMs = 20_000;
  readonly hearsBroadcast = false;
  readonly #output: InverterOutput;
  readonly #limit = new PercentLimit();
  readonly #bank: RegisterBank;
  #hasNewLimit = false;
  #nowMs: number;

  constructor(habits: Model123Habits, place: InverterPlace) {
    this.unit = place.unit;
    this.turnaroundMs = habits.turnaroundMs;
    this.#nowMs = place.startAtMs;
    this.#output = new InverterOutput(place);
    const view = { output: this.#output, isAsleep: () => this.#output.isAsleep(this.#nowMs) };
    const controls = controlsModel(this.#limit, {
      ...habits.controls,
      onWrite: (written) => {
        if (habits.countsFrom === 'anyWrite' || written === 'enable') this.#hasNewLimit = true;
      },
    });
    this.#bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      ...layChain(habits.chain(view, controls, place.unit)),
    });
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#limit.advanceTo(nowMs);
    this.#output.limitTo(this.#limit.percentAt(nowMs));
    this.#output.advanceTo(nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    const reply = this.#bank.respond(pdu, nowMs);
    // All registers of one write count together, so that none of them is in force for a moment alone.
    if (this.#hasNewLimit) this.#limit.apply(nowMs);
    this.#hasNewLimit = false;
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    this.#limit.powerCycle();
    this.#output.powerCycle(nowMs);
  }
}
