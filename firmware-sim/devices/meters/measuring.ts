import type { Flow } from '../../flow.ts';
import type { Noise } from '../../random.ts';

const NOISE_SHARE = 0.002;
const NOMINAL_HZ = 50;
const FREQUENCY_NOISE_HZ = 0.02;

export interface MeterPlace {
  readonly unit: number;
  readonly flow: Flow;
  /** Phase of the house, index 0 to 2, on each of its terminals. */
  readonly terminals: readonly number[];
  readonly voltageV: readonly number[];
  readonly noise: Noise;
  readonly startAtMs: number;
}

/** What a meter measured at its last refresh, index 0 to 2 for its terminals L1 to L3. Import is positive. */
export interface MeterValues {
  readonly voltageV: readonly number[];
  /** Magnitudes. */
  readonly currentA: readonly number[];
  readonly powerW: readonly number[];
  readonly reactiveVar: readonly number[];
  readonly frequencyHz: number;
  readonly importWh: readonly number[];
  readonly exportWh: readonly number[];
}

/** The measuring part that all meters have in common: it looks at its circuit now and then, with a small error. */
export class Measuring implements MeterValues {
  readonly voltageV: number[] = [0, 0, 0];
  readonly currentA: number[] = [0, 0, 0];
  readonly powerW: number[] = [0, 0, 0];
  readonly reactiveVar: number[] = [0, 0, 0];
  readonly importWh: number[] = [0, 0, 0];
  readonly exportWh: number[] = [0, 0, 0];
  frequencyHz = NOMINAL_HZ;
  readonly #place: MeterPlace;
  readonly #refreshesEveryMs: number;
  #refreshesAtMs: number;

  constructor(place: MeterPlace, refreshesEveryMs: number) {
    this.#place = place;
    this.#refreshesEveryMs = refreshesEveryMs;
    this.#refreshesAtMs = place.startAtMs;
    this.advanceTo(place.startAtMs);
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#refreshesAtMs) return;
    this.#refreshesAtMs = nowMs + this.#refreshesEveryMs;
    const { flow, terminals, voltageV, noise } = this.#place;
    for (let terminal = 0; terminal < terminals.length; terminal += 1) {
      const phase = terminals[terminal] as number;
      const error = 1 + NOISE_SHARE * noise.next();
      this.voltageV[terminal] = voltageV[phase] as number;
      this.currentA[terminal] = (flow.currentA[phase] as number) * error;
      this.powerW[terminal] = (flow.powerW[phase] as number) * error;
      this.reactiveVar[terminal] = (flow.reactiveVar[phase] as number) * error;
      this.importWh[terminal] = flow.importWh[phase] as number;
      this.exportWh[terminal] = flow.exportWh[phase] as number;
    }
    this.frequencyHz = NOMINAL_HZ + FREQUENCY_NOISE_HZ * noise.next();
  }

  /** Measures anew at once when its supply is back. */
  powerCycle(nowMs: number): void {
    this.#refreshesAtMs = nowMs;
  }
}

export function sumOf(values: readonly number[]): number {
  return (values[0] as number) + (values[1] as number) + (values[2] as number);
}

/** The mean over the terminals that are wired. */
export function averageOf(values: readonly number[], terminals: readonly number[]): number {
  return sumOf(values) / terminals.length;
}

export function apparentVa({ powerW, reactiveVar }: MeterValues, terminal: number): number {
  return Math.hypot(powerW[terminal] as number, reactiveVar[terminal] as number);
}

export function totalApparentVa({ powerW, reactiveVar }: MeterValues): number {
  return Math.hypot(sumOf(powerW), sumOf(reactiveVar));
}

/** The sign is that of the power; without any flow the factor is 1. */
export function powerFactor(powerW: number, apparent: number): number {
  return apparent === 0 ? 1 : powerW / apparent;
}
