import { isAtHome } from './car.ts';
import type { ChargeSocket } from './chargeSocket.ts';
import type { Contact } from './contact.ts';
import { Flow } from './flow.ts';
import type { Generator } from './generator.ts';
import type { Household } from './household.ts';
import type { Noise } from './random.ts';
import type { WaterHeater } from './waterHeater.ts';

const LONGEST_STEP_MS = 250;
const MINUTE_MS = 60_000;
const VOLTAGE_JITTER_V = 0.1;
/** The three phases of a street never stand at the same voltage. */
const PHASE_OFFSET_V = [0, 1.3, -0.9];

/** Which part of the recorded sub-meters, and of the unmetered rest, each phase carries. */
export interface HouseholdShare {
  readonly kitchen: number;
  readonly laundry: number;
  readonly heaterAndCooling: number;
  readonly rest: number;
}

export interface PlantParts {
  readonly startAtMs: number;
  readonly utcOffsetMinutes: number;
  readonly household: Household;
  /** One row per phase that exists. */
  readonly householdShares: readonly HouseholdShare[];
  readonly heater: WaterHeater;
  readonly heaterContact: Contact;
  readonly generator: Generator;
  readonly generatorContact: Contact;
  readonly sockets: readonly ChargeSocket[];
  readonly noise: Noise;
}

/**
 * Something that moves with the plant. Firmware is told when an instant is reached; an observer is told of the
 * step before anything changes at its end, so that it sees what flowed through the step.
 */
export interface Companion {
  advanceTo(nowMs: number, stepMs: number): void;
}

/** Where a meter may sit. */
export type MeteredCircuit = 'cutOut' | 'heater' | 'generator' | 'household';

/**
 * The physics of the house: what flows where, per phase. It moves only when it is told to, in steps of
 * at most 250 ms, and shorter where the recording steps or a contact moves.
 */
export class Plant {
  readonly voltageV = [230, 230, 230];
  readonly cutOut = new Flow();
  readonly household = new Flow();
  readonly heaterFlow = new Flow();
  readonly generatorFlow = new Flow();
  readonly sockets: readonly ChargeSocket[];
  readonly phaseCount: number;
  readonly heaterContact: Contact;
  readonly generatorContact: Contact;
  readonly #parts: PlantParts;
  readonly #firmware: Companion[] = [];
  readonly #observers: Companion[] = [];
  readonly #recordedVoltageV = [230, 230, 230];
  readonly #wasAtHome: boolean[];
  readonly #besidesW = [0, 0, 0];
  #nowMs: number;
  #sunW = 0;
  #nextMinuteAtMs: number;

  constructor(parts: PlantParts) {
    this.#parts = parts;
    this.sockets = parts.sockets;
    this.heaterContact = parts.heaterContact;
    this.generatorContact = parts.generatorContact;
    this.phaseCount = parts.householdShares.length;
    this.#nowMs = parts.startAtMs;
    this.#nextMinuteAtMs = parts.startAtMs;
    this.#wasAtHome = parts.sockets.map((socket) => socket.car.isPlugged);
    this.#change(0);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get heaterIsCalling(): boolean {
    return this.#parts.heater.isCalling;
  }

  flowAt(circuit: MeteredCircuit): Flow {
    switch (circuit) {
      case 'cutOut':
        return this.cutOut;
      case 'heater':
        return this.heaterFlow;
      case 'generator':
        return this.generatorFlow;
      case 'household':
        return this.household;
    }
  }

  /** What is generated on a phase at this moment, W, never positive: by the sun, and by cars that give. */
  generatedW(phase: number): number {
    return this.sockets.reduce(
      (sumW, { flow }) => sumW + Math.min(0, flow.powerW[phase] as number),
      this.generatorFlow.powerW[phase] as number,
    );
  }

  addFirmware(companion: Companion): void {
    this.#firmware.push(companion);
  }

  addObserver(companion: Companion): void {
    this.#observers.push(companion);
  }

  /** What a hand switches on beside the recording, on a phase, until it is told otherwise. */
  drawBesides(phase: number, powerW: number): void {
    this.household.add(phase, powerW - (this.#besidesW[phase] as number), 0);
    this.#besidesW[phase] = powerW;
  }

  /** Instants before the present one change nothing. */
  advanceTo(untilMs: number): void {
    while (this.#nowMs < untilMs) {
      const toMs = Math.min(
        untilMs,
        this.#nowMs + LONGEST_STEP_MS,
        this.#nextMinuteAtMs,
        Math.max(this.#nowMs, Math.min(this.heaterContact.movesAtMs, this.generatorContact.movesAtMs)),
      );
      const stepMs = toMs - this.#nowMs;
      this.#accrue(stepMs);
      for (const observer of this.#observers) observer.advanceTo(toMs, stepMs);
      this.#nowMs = toMs;
      for (const firmware of this.#firmware) firmware.advanceTo(toMs, stepMs);
      this.#change(stepMs);
    }
  }

  /** Energies of a step through which everything flowed as it does now. */
  #accrue(stepMs: number): void {
    this.household.accrue(stepMs);
    this.heaterFlow.accrue(stepMs);
    this.generatorFlow.accrue(stepMs);
    this.cutOut.accrue(stepMs);
    for (const socket of this.sockets) socket.accrue(stepMs);
    this.#parts.heater.advance((this.heaterFlow.totalPowerW() * stepMs) / 3_600_000, stepMs);
  }

  /** What flows from this instant on. */
  #change(stepMs: number): void {
    const nowMs = this.#nowMs;
    if (nowMs >= this.#nextMinuteAtMs) this.#startMinute(nowMs);
    const { heater, generator, noise } = this.#parts;
    this.heaterContact.advanceTo(nowMs);
    this.generatorContact.advanceTo(nowMs);

    for (let phase = 0; phase < this.phaseCount; phase += 1) {
      this.voltageV[phase] = (this.#recordedVoltageV[phase] as number) + VOLTAGE_JITTER_V * noise.next();
    }

    this.heaterFlow.clear();
    const heaterPhase = heater.spec.phase;
    const heaterW = heater.powerW(this.voltageV[heaterPhase] as number, this.heaterContact.isClosed);
    this.heaterFlow.add(heaterPhase, heaterW, 0);

    this.generatorFlow.clear();
    const generatedW = generator.powerW(this.#sunW, this.generatorContact.isClosed, nowMs);
    for (const phase of generator.spec.phases) {
      this.generatorFlow.add(phase, -generatedW / generator.spec.phases.length, 0);
    }

    this.cutOut.clear();
    this.cutOut.addFlow(this.household);
    this.cutOut.addFlow(this.heaterFlow);
    this.cutOut.addFlow(this.generatorFlow);
    for (const socket of this.sockets) {
      socket.advanceTo(nowMs, stepMs, this.voltageV);
      this.cutOut.addFlow(socket.flow);
    }
    this.household.settle(this.voltageV);
    this.heaterFlow.settle(this.voltageV);
    this.generatorFlow.settle(this.voltageV);
    this.cutOut.settle(this.voltageV);
  }

  #startMinute(nowMs: number): void {
    const { household, householdShares, heater, utcOffsetMinutes } = this.#parts;
    this.#nextMinuteAtMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    const minute = household.loadAt(nowMs);
    const subMeteredW = minute.kitchenW + minute.laundryW + minute.heaterAndCoolingW;
    const restW = Math.max(0, minute.activeW - subMeteredW);
    // Whole watt-hours of the sub-meters can add up to more than the total: the total counts.
    const fitting = subMeteredW > minute.activeW ? minute.activeW / subMeteredW : 1;
    this.household.clear();
    householdShares.forEach((share, phase) => {
      const powerW =
        fitting *
          (share.kitchen * minute.kitchenW +
            share.laundry * minute.laundryW +
            share.heaterAndCooling * minute.heaterAndCoolingW) +
        share.rest * restW +
        (this.#besidesW[phase] as number);
      this.household.add(phase, powerW, minute.reactiveVar / householdShares.length);
      this.#recordedVoltageV[phase] = minute.voltageV + (PHASE_OFFSET_V[phase] as number);
    });
    this.#sunW = household.sunPowerW(nowMs);
    const localMinute = Math.floor(nowMs / MINUTE_MS + utcOffsetMinutes) % 1440;
    heater.drawWater(localMinute);
    this.#moveCars(nowMs);
  }

  /** Only a change of the daily plan moves a car, so that a hand may plug it in or out in between. */
  #moveCars(nowMs: number): void {
    this.sockets.forEach((socket, index) => {
      const isHome = isAtHome(socket.car.spec, nowMs, this.#parts.utcOffsetMinutes);
      if (isHome === this.#wasAtHome[index]) return;
      this.#wasAtHome[index] = isHome;
      if (!isHome) socket.car.plugOut();
      else socket.car.returnFromDrive();
    });
  }
}
