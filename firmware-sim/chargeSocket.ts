import { type Car, LEAST_PILOT_A } from './car.ts';
import { Flow } from './flow.ts';

/** Chargers of cars run close to, not at, unity. */
const REACTIVE_SHARE = 0.05;
const ACTIVE_SHARE = Math.sqrt(1 - REACTIVE_SHARE * REACTIVE_SHARE);

/**
 * The power side of a charge point: the pilot it shows to the car, the contactor it holds and what flows.
 * Its firmware (devices/) decides on the pilot.
 */
export class ChargeSocket {
  readonly car: Car;
  readonly flow = new Flow();
  /** Phases wired to the station, index 0 to 2. */
  readonly wiredPhases: readonly number[];
  /** Volt-amperes over all phases, and their sum over time. */
  apparentVa = 0;
  apparentVah = 0;
  #pilotA = 0;
  #usesOnePhase = false;
  #arePhasesStuck = false;

  constructor(wiredPhases: readonly number[], car: Car) {
    this.wiredPhases = wiredPhases;
    this.car = car;
  }

  get pilotA(): number {
    return this.#pilotA;
  }

  get phasesInUse(): number {
    return this.#usesOnePhase ? 1 : Math.min(this.wiredPhases.length, this.car.spec.phases);
  }

  /** True while the contactor leaves the car its first phase alone; so it is on a station with one phase. */
  get isOnOnePhase(): boolean {
    return this.#usesOnePhase || this.wiredPhases.length === 1;
  }

  get isCharging(): boolean {
    return this.car.isPlugged && this.car.isDrawing && !this.car.isGiving;
  }

  get isDischarging(): boolean {
    return this.car.isPlugged && this.car.isGiving;
  }

  useOnePhase(isOne: boolean): void {
    if (!this.#arePhasesStuck) this.#usesOnePhase = isOne;
  }

  setPhasesStuck(isStuck: boolean): void {
    this.#arePhasesStuck = isStuck;
  }

  /** @param pilotA 0 for no permission, otherwise at least 6 A; -6 A or less for a DC order to give */
  showPilot(pilotA: number, nowMs: number): void {
    const shownA = Math.abs(pilotA) < LEAST_PILOT_A ? 0 : pilotA;
    if (shownA === this.#pilotA) return;
    this.#pilotA = shownA;
    this.car.showPilot(shownA, nowMs);
  }

  /** Energy of a step through which the flow stood as it is. */
  accrue(stepMs: number): void {
    this.flow.accrue(stepMs);
    this.apparentVah += (this.apparentVa * stepMs) / 3_600_000;
    this.car.store((this.flow.totalPowerW() * stepMs) / 3_600_000);
  }

  advanceTo(nowMs: number, stepMs: number, voltageV: readonly number[]): void {
    this.car.advanceTo(nowMs, stepMs);
    this.flow.clear();
    this.apparentVa = 0;
    for (let index = 0; index < this.phasesInUse; index += 1) {
      const phase = this.wiredPhases[index] as number;
      const phaseVa = this.car.drawA * (voltageV[phase] as number);
      this.flow.add(phase, phaseVa * ACTIVE_SHARE, Math.abs(phaseVa) * REACTIVE_SHARE);
      this.apparentVa += Math.abs(phaseVa);
    }
    this.flow.settle(voltageV);
  }
}
