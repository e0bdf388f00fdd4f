import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank } from '../registerBank.ts';
import { layChain, type SunSpecModel } from '../sunSpec.ts';
import { InverterOutput, type InverterPlace } from './inverterOutput.ts';
import type { OutputView } from './sunSpecInverterModels.ts';

/** A limit on the output, as one of the SunSpec models has it. */
interface OutputLimit {
  /** What has been written counts from now on. */
  apply(nowMs: number): void;
  /** Percent of the rating that is in force. */
  percentAt(nowMs: number): number;
  advanceTo(nowMs: number): void;
  powerCycle(): void;
}

interface LimitedInverterParts {
  readonly place: InverterPlace;
  readonly turnaroundMs: number;
  readonly limit: OutputLimit;
  /** Its models; noteWrite is to be called when a limit was written that shall count. */
  chain(view: OutputView, noteWrite: () => void, nowMs: () => number): readonly SunSpecModel[];
}

/** A SunSpec inverter whose output is limited by one of its models. */
export class LimitedInverter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs: number;
  readonly bootMs = 20_000;
  readonly hearsBroadcast = false;
  readonly #output: InverterOutput;
  readonly #limit: OutputLimit;
  readonly #bank: RegisterBank;
  #hasNewLimit = false;
  #nowMs: number;

  constructor({ place, turnaroundMs, limit, chain }: LimitedInverterParts) {
    this.unit = place.unit;
    this.turnaroundMs = turnaroundMs;
    this.#nowMs = place.startAtMs;
    this.#limit = limit;
    this.#output = new InverterOutput(place);
    const view = { output: this.#output, isAsleep: () => this.#output.isAsleep(this.#nowMs) };
    const noteWrite = (): void => {
      this.#hasNewLimit = true;
    };
    this.#bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      ...layChain(chain(view, noteWrite, () => this.#nowMs)),
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
