import type { Firmware } from '../firmware.ts';
import { hexTable } from '../hexTable.ts';
import { RegisterBank } from '../registerBank.ts';
import { i16, u16 } from '../registers.ts';
import {
  CARLO_GAVAZZI_FUNCTIONS,
  MEASURING_MODE,
  MOST_REGISTERS_PER_READ,
  settings,
  signedCurrentMa,
  swappedEnergyTenths,
  swappedEnergyWh,
  swappedI32,
  TURNAROUND_MS,
  unusedUpTo,
} from './carloGavazzi.ts';
import { apparentVa, Measuring, type MeterPlace, powerFactor } from './measuring.ts';

const IDENTIFICATION = 103;
const REFRESHES_EVERY_MS = 500;

/**
 * Carlo Gavazzi EM111, X option: its measuring mode can be chosen. In easy connection both directions count as
 * import and nothing has a sign.
 * Source: Carlo Gavazzi "EM100-ET100 Series Communication Protocol" v4.0.
 */
export class CarloGavazziEm111 implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = TURNAROUND_MS;
  readonly bootMs = 2_000;
  readonly hearsBroadcast = false;
  readonly #measuring: Measuring;
  readonly #bank: RegisterBank;
  #mode: number = MEASURING_MODE.bidirectional;

  constructor(place: MeterPlace) {
    this.unit = place.unit;
    this.#measuring = new Measuring(place, REFRESHES_EVERY_MS);
    const values = this.#measuring;
    const directed = (value: number): number => (this.#isEasy() ? Math.abs(value) : value);
    const powerW = (): number => values.powerW[0] as number;
    const importWh = (): number => (values.importWh[0] as number) + (this.#isEasy() ? this.#exportWh() : 0);
    const exportWh = (): number => (this.#isEasy() ? 0 : this.#exportWh());
    const table = hexTable({
      '0x0000': swappedI32(() => (values.voltageV[0] as number) * 10),
      '0x0002': swappedI32(() => directed(signedCurrentMa(values, 0))),
      '0x0004': swappedI32(() => directed(powerW()) * 10),
      '0x0006': swappedI32(() => apparentVa(values, 0) * 10),
      '0x0008': swappedI32(() => (values.reactiveVar[0] as number) * 10),
      '0x000b': u16(() => IDENTIFICATION),
      '0x000e': i16(() => powerFactor(powerW(), apparentVa(values, 0)) * 1000),
      '0x000f': i16(() => values.frequencyHz * 10),
      '0x0010': swappedEnergyTenths(importWh),
      '0x0020': swappedEnergyTenths(exportWh),
      '0x0500': swappedEnergyWh(importWh),
      '0x051c': swappedEnergyWh(exportWh),
      // Writing 1 changes over, whatever the mode is now.
      '0x1103': u16(() => this.#mode, {
        accepts: (value) => value === 1,
        store: () => {
          this.#mode = this.#isEasy() ? MEASURING_MODE.bidirectional : MEASURING_MODE.easyConnection;
        },
      }),
      '0x2004': u16(() => MOST_REGISTERS_PER_READ),
      ...settings(place.unit),
    });
    this.#bank = new RegisterBank({
      functions: CARLO_GAVAZZI_FUNCTIONS,
      holding: table,
      input: table,
      filledHolding: unusedUpTo(0x0021),
      filledInput: unusedUpTo(0x0021),
      mostPerRead: MOST_REGISTERS_PER_READ,
    });
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

  #isEasy(): boolean {
    return this.#mode === MEASURING_MODE.easyConnection;
  }

  #exportWh(): number {
    return this.#measuring.exportWh[0] as number;
  }
}
