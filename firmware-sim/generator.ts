/** A grid-following inverter watches the mains for at least 20 s before it feeds in again (EREC G98). */
const RECONNECTS_AFTER_MS = 20_000;
const RAMP_MS = 10_000;
/** From rated power to nothing when a limit is lowered. */
const LIMIT_RAMP_MS = 2_000;

export interface GeneratorSpec {
  readonly phases: readonly number[];
  /** Factor on the recorded generation. */
  readonly scale: number;
  /** The most that its inverter gives, W; as much as the sun offers when absent. */
  readonly ratedW?: number;
}

/** A solar inverter: gone at once when its contact opens, back after its observation time and a ramp. */
export class Generator {
  readonly spec: GeneratorSpec;
  /** Infinite when the home does not name it. */
  readonly ratedW: number;
  /** Set by the firmware of the inverter; infinite for no limit. A lower one is reached by a ramp, at once without a rated power. */
  limitW = Number.POSITIVE_INFINITY;
  #connectedSinceMs = Number.NEGATIVE_INFINITY;
  #wasConnected = false;
  #producedW = 0;
  #producedAtMs = 0;

  constructor(spec: GeneratorSpec) {
    this.spec = spec;
    this.ratedW = spec.ratedW ?? Number.POSITIVE_INFINITY;
  }

  /** Watts over all its phases, >= 0, of what the sun offers and the limit lets through. */
  powerW(sunW: number, isConnected: boolean, nowMs: number): number {
    if (isConnected && !this.#wasConnected) this.#connectedSinceMs = nowMs;
    this.#wasConnected = isConnected;
    const rampedMs = nowMs - this.#connectedSinceMs - RECONNECTS_AFTER_MS;
    const offeredW = isConnected
      ? Math.min(this.ratedW, sunW * this.spec.scale * Math.min(1, Math.max(0, rampedMs / RAMP_MS)))
      : 0;
    this.#producedW = Math.min(offeredW, this.#ceilingW(nowMs - this.#producedAtMs));
    this.#producedAtMs = nowMs;
    return this.#producedW;
  }

  #ceilingW(passedMs: number): number {
    if (this.limitW >= this.#producedW || this.ratedW === Number.POSITIVE_INFINITY) return this.limitW;
    return Math.max(this.limitW, this.#producedW - (this.ratedW * passedMs) / LIMIT_RAMP_MS);
  }
}
