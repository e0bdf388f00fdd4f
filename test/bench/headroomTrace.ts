import { FOLLOWING } from '../../firmware-sim/car.ts';
import type { ChargeSocket } from '../../firmware-sim/chargeSocket.ts';
import { Ledger } from '../../firmware-sim/ledger.ts';
import type { Companion, Plant } from '../../firmware-sim/plant.ts';

const LEAST_A = 6;
const PLANT_STEP_MS = 250;
/** The error of the simulated meters (firmware-sim/devices/meters/measuring.ts): what is less above a ceiling, no sample shows. */
const METER_ERROR_SHARE = 0.002;

/** A step of the plant, as it really flowed. */
export interface TraceStep {
  readonly atMs: number;
  readonly stepMs: number;
  readonly voltageV: number;
  /** Everything but the car. */
  readonly otherW: number;
  readonly otherVar: number;
  readonly householdA: number;
  readonly carA: number;
  readonly pilotA: number;
  readonly cutOutA: number;
}

/** One unbroken stretch above the ceiling. */
export interface CeilingExcursion {
  readonly atMs: number;
  readonly lastsMs: number;
  /** The longest part of it in which a meter can tell it and the household alone would have met the ceiling. */
  readonly avoidableMs: number;
  readonly peakA: number;
  /** What was left for the car, when least. */
  readonly roomA: number;
}

/** Follows one phase and one car from an instant on, beside the ledger, which judges the same ceiling. */
export class HeadroomTrace implements Companion {
  readonly steps: TraceStep[] = [];
  readonly ledger: Ledger;
  readonly #plant: Plant;
  readonly #socket: ChargeSocket;
  readonly #fromMs: number;

  constructor(plant: Plant, ceilingA: number, fromMs: number) {
    const [socket] = plant.sockets;
    if (socket === undefined) throw new Error('the home has no charge point to follow');
    this.#plant = plant;
    this.#socket = socket;
    this.#fromMs = fromMs;
    this.ledger = new Ledger(plant);
    this.ledger.setCeiling('import', ceilingA);
    plant.addObserver(this);
  }

  advanceTo(nowMs: number, stepMs: number): void {
    if (nowMs - stepMs < this.#fromMs) return;
    this.ledger.advanceTo(nowMs, stepMs);
    const { cutOut, household, voltageV } = this.#plant;
    const { flow, car, pilotA } = this.#socket;
    this.steps.push({
      atMs: nowMs - stepMs,
      stepMs,
      voltageV: voltageV[0] as number,
      otherW: (cutOut.powerW[0] as number) - (flow.powerW[0] as number),
      otherVar: (cutOut.reactiveVar[0] as number) - (flow.reactiveVar[0] as number),
      householdA: household.currentA[0] as number,
      carA: car.drawA,
      pilotA,
      cutOutA: cutOut.currentA[0] as number,
    });
  }
}

export function energyWh(steps: readonly TraceStep[], untilMs = Number.POSITIVE_INFINITY): number {
  return (
    steps.reduce(
      (sum, { atMs, carA, voltageV, stepMs }) => sum + (atMs < untilMs ? carA * voltageV * stepMs : 0),
      0,
    ) / 3_600_000
  );
}

export function excursionsOf(steps: readonly TraceStep[], ceilingA: number): readonly CeilingExcursion[] {
  const excursions: CeilingExcursion[] = [];
  let open: CeilingExcursion | undefined;
  let stretchMs = 0;
  for (const { atMs, stepMs, cutOutA, householdA } of steps) {
    if (cutOutA <= ceilingA) {
      if (open !== undefined) excursions.push(open);
      open = undefined;
      stretchMs = 0;
      continue;
    }
    const isVisible = cutOutA > ceilingA * (1 + METER_ERROR_SHARE);
    stretchMs = isVisible && householdA <= ceilingA ? stretchMs + stepMs : 0;
    open = {
      atMs: open?.atMs ?? atMs,
      lastsMs: (open?.lastsMs ?? 0) + stepMs,
      avoidableMs: Math.max(open?.avoidableMs ?? 0, stretchMs),
      peakA: Math.max(open?.peakA ?? 0, cutOutA),
      roomA: Math.min(open?.roomA ?? ceilingA, ceilingA - householdA),
    };
  }
  return open === undefined ? excursions : [...excursions, open];
}

/**
 * How long an excursion must last at least, whoever controls: until the next sample has seen it, then the car's dead time
 * and its fall, each as far as the plant's step tells them apart.
 */
export function unavoidableMs(
  { peakA, roomA }: CeilingExcursion,
  ceilingA: number,
  sampleMs: number,
): number {
  const mustPause = roomA < LEAST_A;
  const fallAPerS = mustPause ? FOLLOWING.pauseFallAPerS : FOLLOWING.fallAPerS;
  return sampleMs + FOLLOWING.deadTimeMs + ((peakA - ceilingA) / fallAPerS) * 1_000 + 2 * PLANT_STEP_MS;
}

/** How often the pilot was moved, and how often it began to permit or ceased to. */
export function movesOf(steps: readonly TraceStep[]): {
  readonly changes: number;
  readonly operations: number;
} {
  let changes = 0;
  let operations = 0;
  for (const [index, { pilotA }] of steps.entries()) {
    const before = steps[index - 1]?.pilotA ?? pilotA;
    if (pilotA !== before) changes += 1;
    if (pilotA > 0 !== before > 0) operations += 1;
  }
  return { changes, operations };
}
