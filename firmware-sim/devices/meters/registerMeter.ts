import type { Firmware, TcpManners } from '../firmware.ts';
import { RegisterBank, type RegisterLayout } from '../registerBank.ts';
import { Measuring, type MeterPlace, type MeterValues } from './measuring.ts';

const REFRESHES_EVERY_MS = 500;

export interface RegisterMeterModel {
  readonly turnaroundMs: number;
  /** 500 ms unless said. */
  readonly refreshesEveryMs?: number;
  readonly tcpManners?: TcpManners;
  layout(values: MeterValues, place: MeterPlace): RegisterLayout;
}

/** A meter that is nothing but its table. */
export class RegisterMeter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs: number;
  readonly bootMs = 2_000;
  readonly hearsBroadcast = false;
  readonly tcpManners?: TcpManners;
  readonly #measuring: Measuring;
  readonly #bank: RegisterBank;

  constructor(model: RegisterMeterModel, place: MeterPlace) {
    this.unit = place.unit;
    this.turnaroundMs = model.turnaroundMs;
    if (model.tcpManners !== undefined) this.tcpManners = model.tcpManners;
    this.#measuring = new Measuring(place, model.refreshesEveryMs ?? REFRESHES_EVERY_MS);
    this.#bank = new RegisterBank(model.layout(this.#measuring, place));
  }

  advanceTo(nowMs: number): void {
    this.#measuring.advanceTo(nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    return this.#bank.respond(pdu, nowMs);
  }

  powerCycle(nowMs: number): void {
    this.#measuring.powerCycle(nowMs);
  }
}
