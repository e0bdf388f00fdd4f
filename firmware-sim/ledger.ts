import type { Companion, Plant } from './plant.ts';

export type Direction = 'import' | 'export';

/** What happened above one ceiling on one phase. Times in simulated seconds. */
export interface ExcursionRecord {
  readonly secondsAbove: number;
  readonly longestExcursionS: number;
  /** The longest stretch in which the controllable loads, all at their least, would have met the ceiling. */
  readonly longestAvoidableExcursionS: number;
  /** Highest flow above the ceiling, A; zero when it was never above. */
  readonly peakA: number;
}

interface Tracker {
  aboveMs: number;
  excursionMs: number;
  longestMs: number;
  avoidableMs: number;
  longestAvoidableMs: number;
  peakA: number;
}

/**
 * The plant's own truth about ceilings at the cut-out, per phase. No device and no meter stands in between.
 * Controllable are the charge points, the water heater and, against export, the generator.
 */
export class Ledger implements Companion {
  readonly #plant: Plant;
  readonly #ceilingsA: Record<Direction, number> = {
    import: Number.POSITIVE_INFINITY,
    export: Number.POSITIVE_INFINITY,
  };
  readonly #trackers: Record<Direction, Tracker[]>;
  #simulatedMs = 0;

  constructor(plant: Plant) {
    this.#plant = plant;
    const perPhase = (): Tracker[] => Array.from({ length: plant.phaseCount }, newTracker);
    this.#trackers = { import: perPhase(), export: perPhase() };
  }

  get simulatedSeconds(): number {
    return this.#simulatedMs / 1000;
  }

  /** @param ceilingA amps per phase, >= 0; nothing for no ceiling. What was recorded before stays. */
  setCeiling(direction: Direction, ceilingA: number | undefined): void {
    this.#ceilingsA[direction] = ceilingA ?? Number.POSITIVE_INFINITY;
  }

  ceilingA(direction: Direction): number | undefined {
    const ceilingA = this.#ceilingsA[direction];
    return Number.isFinite(ceilingA) ? ceilingA : undefined;
  }

  advanceTo(_nowMs: number, stepMs: number): void {
    this.#simulatedMs += stepMs;
    for (let phase = 0; phase < this.#plant.phaseCount; phase += 1) {
      this.#judge('import', phase, stepMs);
      this.#judge('export', phase, stepMs);
    }
  }

  /** One record per phase, L1 first. */
  excursions(direction: Direction): readonly ExcursionRecord[] {
    return this.#trackers[direction].map((tracker) => ({
      secondsAbove: tracker.aboveMs / 1000,
      longestExcursionS: tracker.longestMs / 1000,
      longestAvoidableExcursionS: tracker.longestAvoidableMs / 1000,
      peakA: tracker.peakA,
    }));
  }

  #judge(direction: Direction, phase: number, stepMs: number): void {
    const tracker = this.#trackers[direction][phase] as Tracker;
    const ceilingA = this.#ceilingsA[direction];
    const powerW = this.#plant.cutOut.powerW[phase] as number;
    const flowA =
      powerW > 0 === (direction === 'import') ? (this.#plant.cutOut.currentA[phase] as number) : 0;
    if (flowA <= ceilingA) {
      tracker.excursionMs = 0;
      tracker.avoidableMs = 0;
      return;
    }
    tracker.aboveMs += stepMs;
    tracker.excursionMs += stepMs;
    tracker.longestMs = Math.max(tracker.longestMs, tracker.excursionMs);
    tracker.peakA = Math.max(tracker.peakA, flowA);
    const isAvoidable = direction === 'export' || this.#uncontrolledImportA(phase) <= ceilingA;
    tracker.avoidableMs = isAvoidable ? tracker.avoidableMs + stepMs : 0;
    tracker.longestAvoidableMs = Math.max(tracker.longestAvoidableMs, tracker.avoidableMs);
  }

  /** Household less what the generator and giving cars feed in at this moment. */
  #uncontrolledImportA(phase: number): number {
    const { household, voltageV } = this.#plant;
    const powerW = (household.powerW[phase] as number) + this.#plant.generatedW(phase);
    if (powerW <= 0) return 0;
    return Math.hypot(powerW, household.reactiveVar[phase] as number) / (voltageV[phase] as number);
  }
}

function newTracker(): Tracker {
  return {
    aboveMs: 0,
    excursionMs: 0,
    longestMs: 0,
    avoidableMs: 0,
    longestAvoidableMs: 0,
    peakA: 0,
  };
}
