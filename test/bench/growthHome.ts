import { decide } from '../../src/core/decide.ts';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { PHASES, type Phase } from '../../src/domain/phase.ts';
import type { DeviceReadings, Snapshot } from '../../src/domain/point.ts';
import { measured } from '../../src/domain/reading.ts';
import type { Circuit, LoadPlan, PhaseMap, SitePlan } from '../../src/domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';

const VOLTAGE_V = 230;
const CONNECTION = 'connection-point';
const AGE_MS = 200;
const CYCLE_MS = 1_000;
/** Of the house itself, amps per phase: it swings so far around this, so that set-points move down and up. */
const HOUSEHOLD_A = 20;
const SWING_A = 8;
const SWING_CYCLES = 40;

export interface HomeSize {
  readonly loads: number;
  /** From outside, beside those of the plan itself. */
  readonly limits: number;
  readonly phases: 1 | 3;
  /** At least 1; there are at most four limits for each of them and for the cut-out. */
  readonly boards: number;
}

/**
 * A home of charge points alone, all cars charging and wanting more than fits, spread over some boards behind one
 * cut-out. It lives: the cars draw what they were told, the household swings, each second is decided anew.
 */
export class GrowthHome {
  readonly #size: HomeSize;
  readonly #site: SitePlan;
  readonly #limits: readonly Limit[];
  readonly #paces: DecisionInput['paces'];
  #memory: Memory = EMPTY_MEMORY;
  #cycle = 0;

  constructor(size: HomeSize) {
    this.#size = size;
    this.#site = siteOf(size);
    this.#limits = limitsOf(size);
    this.#paces = Object.fromEntries(
      this.#site.loads.map(({ deviceId }) => [deviceId, { writeSpacingMs: 0, setpointStepA: 0.1 }]),
    );
  }

  /** @returns how long the next decision took, with what a status says of it, microseconds */
  decideNext(): number {
    const input = this.#input();
    const startedMs = performance.now();
    const decision: Decision = decide(input);
    const isExplained = decision.explanation.loads.length === this.#size.loads;
    const tookMs = performance.now() - startedMs;
    if (!isExplained) throw new Error('a load was left out of the decision');
    this.#memory = decision.memory;
    this.#cycle += 1;
    return tookMs * 1_000;
  }

  /** Amps that the cars draw together on each phase. */
  drawnA(): number {
    return this.#site.loads.reduce(
      (sumA, { loadId }) => sumA + (this.#memory.loads[loadId]?.commanded ?? 0),
      0,
    );
  }

  #input(): DecisionInput {
    const runningMs = 1_000_000 + this.#cycle * CYCLE_MS;
    return {
      now: { runningMs, utcMs: Date.UTC(2026, 0, 5) + runningMs, clockLevel: 'synced' },
      site: this.#site,
      snapshot: this.#snapshot(runningMs - AGE_MS),
      limits: this.#limits,
      memory: this.#memory,
      randomOffsetMs: 300_000,
      canRecord: true,
      paces: this.#paces,
    };
  }

  #snapshot(atMs: number): Snapshot {
    const { phases, loads } = this.#site;
    const swingA = SWING_A * Math.sin((2 * Math.PI * this.#cycle) / SWING_CYCLES);
    const gridA = HOUSEHOLD_A + swingA + this.drawnA();
    const snapshot: Record<string, DeviceReadings> = { grid: readingsOf(phases, gridA, atMs) };
    for (const { loadId, deviceId } of loads) {
      const drawnA = this.#memory.loads[loadId]?.commanded ?? 0;
      snapshot[deviceId] = {
        ...readingsOf(phases, drawnA, atMs),
        setpointA: measured(drawnA, atMs),
        chargingState: measured('C', atMs),
      };
    }
    return snapshot;
  }
}

function readingsOf(phases: readonly Phase[], currentA: number, atMs: number): DeviceReadings {
  return Object.fromEntries(
    phases.flatMap((phase, index) => {
      // No two phases carry quite the same.
      const phaseA = currentA * (1 - index / 100);
      return [
        [`phaseCurrentA.${phase}`, measured(phaseA, atMs)],
        [`phasePowerW.${phase}`, measured(phaseA * VOLTAGE_V, atMs)],
        [`phaseVoltageV.${phase}`, measured(VOLTAGE_V, atMs)],
      ];
    }),
  );
}

function boardsOf({ boards }: HomeSize): readonly string[] {
  return Array.from({ length: boards }, (_, index) => `board-${index + 1}`);
}

function siteOf(size: HomeSize): SitePlan {
  const { loads, phases } = size;
  const boards = boardsOf(size);
  const inUse = PHASES.slice(0, phases);
  const phaseMap: PhaseMap = Object.fromEntries(inUse.map((phase) => [phase, phase]));
  return {
    siteId: 'growing-home',
    revision: 1,
    phases: inUse,
    nominalVoltageV: VOLTAGE_V,
    lines: [],
    devices: [],
    meters: [{ meterId: 'grid', deviceId: 'grid', phaseMap, isInverted: false }],
    circuits: [
      {
        circuitId: CONNECTION,
        // Half of what the cars want beside the household.
        ratingA: HOUSEHOLD_A + 16 * loads,
        derating: 1,
        meterId: 'grid',
      },
      ...boards.map((circuitId): Circuit => ({ circuitId, parentId: CONNECTION, ratingA: 100, derating: 1 })),
    ],
    loads: Array.from({ length: loads }, (_, index): LoadPlan => {
      const place = index + 1;
      return {
        kind: 'chargePoint',
        loadId: `car-${place}`,
        deviceId: `charger-${place}`,
        circuitId: boards[index % boards.length] as string,
        priority: 1,
        phaseMap,
        ratingA: 32,
        minimumA: 6,
        floorA: 0,
        safeCurrentA: 0,
      };
    }),
    timing: DEFAULT_TIMING,
  };
}

/** The narrowest of its kind on its circuit each, so that it is worked out in full, and never so narrow that it binds. */
function limitsOf(size: HomeSize): readonly Limit[] {
  const kinds = [CONNECTION, ...boardsOf(size)].flatMap((circuitId) =>
    (['import', 'export'] as const).flatMap((direction) => [
      { circuitId, direction, basis: 'activePowerW', ceiling: 400_000, source: 'curtailment' } as const,
      { circuitId, direction, basis: 'phaseCurrentA', ceiling: 99, source: 'restrictionNotice' } as const,
    ]),
  );
  return kinds.slice(0, size.limits).map((kind, index): Limit => {
    const isCut = kind.circuitId === CONNECTION && kind.basis === 'phaseCurrentA';
    return {
      ...kind,
      ...(isCut ? { ceiling: 10_000 } : {}),
      limitId: `limit-${index + 1}`,
      validFromMs: 0,
      reason: 'bench',
    };
  });
}
