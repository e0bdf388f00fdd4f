import type { Flow } from '../../flow.ts';

/** What an inverter steers: the generator that feeds in through it. */
export interface LimitedGenerator {
  readonly spec: { readonly phases: readonly number[] };
  /** The most that it gives, W; infinite when nobody names it. */
  readonly ratedW: number;
  /** Watts over all phases that it must not exceed; infinite while it is free. */
  limitW: number;
}

export interface InverterPlace {
  readonly unit: number;
  readonly generator: LimitedGenerator;
  /** What the generator feeds in: powers negative. */
  readonly flow: Flow;
  readonly voltageV: readonly number[];
  readonly startAtMs: number;
}

/** Where the home does not name it. */
const RATED_W = { onePhase: 5_000, threePhases: 10_000 } as const;
const FREE_W = Number.POSITIVE_INFINITY;
const REFRESHES_EVERY_MS = 500;
const NOMINAL_HZ = 50;
/** Without sun and without a reason to hold back, it goes to sleep after this time. */
const SLEEPS_AFTER_MS = 60_000;
const LEAST_OUTPUT_W = 1;
/** Nearer to its limit than this it counts as throttled. */
const THROTTLED_SHARE = 0.995;

/** What an inverter knows of its own output, and the way in which it holds it back. */
export class InverterOutput {
  readonly ratedW: number;
  /** Index 0 to 2 for its own phases; NaN for one that it has not. */
  readonly voltageV: number[] = [Number.NaN, Number.NaN, Number.NaN];
  readonly currentA: number[] = [Number.NaN, Number.NaN, Number.NaN];
  /** Produced, positive. */
  readonly powerW: number[] = [Number.NaN, Number.NaN, Number.NaN];
  readonly frequencyHz = NOMINAL_HZ;
  totalCurrentA = 0;
  totalPowerW = 0;
  producedWh = 0;
  readonly #place: InverterPlace;
  #refreshesAtMs: number;
  #producedAtMs: number;

  constructor(place: InverterPlace) {
    this.#place = place;
    const usualW = this.phaseCount === 1 ? RATED_W.onePhase : RATED_W.threePhases;
    this.ratedW = Number.isFinite(place.generator.ratedW) ? place.generator.ratedW : usualW;
    this.#refreshesAtMs = place.startAtMs;
    this.#producedAtMs = Number.NEGATIVE_INFINITY;
    this.advanceTo(place.startAtMs);
  }

  get phaseCount(): number {
    return this.#place.generator.spec.phases.length;
  }

  get limitW(): number {
    return this.#place.generator.limitW;
  }

  /** False while it is free, as nothing reaches an infinite limit. */
  get isThrottled(): boolean {
    return this.totalPowerW >= this.limitW * THROTTLED_SHARE;
  }

  /** @param percent of the rating; 100 or more frees it */
  limitTo(percent: number): void {
    this.limitToW(percent >= 100 ? FREE_W : (this.ratedW * Math.max(0, percent)) / 100);
  }

  limitToW(limitW: number): void {
    this.#place.generator.limitW = limitW;
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#refreshesAtMs) return;
    this.#refreshesAtMs = nowMs + REFRESHES_EVERY_MS;
    const { generator, flow, voltageV } = this.#place;
    this.totalPowerW = 0;
    this.totalCurrentA = 0;
    this.producedWh = 0;
    generator.spec.phases.forEach((phase, index) => {
      const powerW = 0 - (flow.powerW[phase] as number);
      this.voltageV[index] = voltageV[phase] as number;
      this.currentA[index] = flow.currentA[phase] as number;
      this.powerW[index] = powerW;
      this.totalPowerW += powerW;
      this.totalCurrentA += flow.currentA[phase] as number;
      this.producedWh += flow.exportWh[phase] as number;
    });
    if (this.totalPowerW >= LEAST_OUTPUT_W || this.limitW === 0) this.#producedAtMs = nowMs;
  }

  isAsleep(nowMs: number): boolean {
    return nowMs - this.#producedAtMs >= SLEEPS_AFTER_MS;
  }

  /** The generator is free until somebody limits it again. */
  powerCycle(nowMs: number): void {
    this.limitToW(FREE_W);
    this.#refreshesAtMs = nowMs;
  }
}
