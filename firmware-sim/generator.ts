/** A grid-following inverter watches the mains for at least 20 s before it feeds in again (EREC G98). */
const RECONNECTS_AFTER_MS = 20_000;
const RAMP_MS = 10_000;

export interface GeneratorSpec {
  readonly phases: readonly number[];
  /** Factor on the recorded generation. */
  readonly scale: number;
}

/** A solar inverter: gone at once when its contact opens, back after its observation time and a ramp. */
export class Generator {
  readonly spec: GeneratorSpec;
  #connectedSinceMs = Number.NEGATIVE_INFINITY;
  #wasConnected = false;

  constructor(spec: GeneratorSpec) {
    this.spec = spec;
  }

  /** Watts over all its phases, >= 0, of what the sun offers. */
  powerW(sunW: number, isConnected: boolean, nowMs: number): number {
    if (isConnected && !this.#wasConnected) this.#connectedSinceMs = nowMs;
    this.#wasConnected = isConnected;
    if (!isConnected) return 0;
    const rampedMs = nowMs - this.#connectedSinceMs - RECONNECTS_AFTER_MS;
    return sunW * this.spec.scale * Math.min(1, Math.max(0, rampedMs / RAMP_MS));
  }
}
