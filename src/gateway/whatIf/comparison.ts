import type { Decision, DecisionInput } from '../../core/decision.ts';
import type { LoadPlan, SitePlan } from '../../domain/sitePlan.ts';
import { countMoves, NO_MOVES } from './countMoves.ts';
import { powerOf, powersThrough, voltagesOf } from './phaseReadings.ts';
import type { RecordedDecision } from './recordedDecisions.ts';
import { drawBasisOf, type RecordedDraws } from './recordedDraws.ts';
import type { CeilingComparison, LoadEnergy, WhatIfResult } from './result.ts';
import type { SimulatedLoads } from './simulatedLoads.ts';
import { stateAssumptions } from './stateAssumptions.ts';
import { CeilingTally, ReliefTally } from './tally.ts';

/** Longer than this between two decisions, and nothing is known of the time between: the gateway was not there. */
const LONGEST_STEP_MS = 10_000;

/** What one decision leaves to be counted once it is known how long it lasted. */
interface Moment {
  readonly atMs: number;
  readonly utcMs: number;
  readonly site: SitePlan;
  readonly recorded: Decision;
  readonly supposed: Decision;
  readonly loads: readonly {
    readonly plan: LoadPlan;
    readonly recordedW: number;
    readonly supposedW: number;
  }[];
  /** Through each circuit with a meter, watts, import positive. */
  readonly recordedPowersW: ReadonlyMap<string, number>;
  readonly supposedPowersW: ReadonlyMap<string, number>;
}

/** Adds up, decision by decision, what was and what would have been. */
export class Comparison {
  readonly #draws: RecordedDraws;
  readonly #simulated: SimulatedLoads;
  #decisions = 0;
  #differing = 0;
  #from: string | undefined;
  #until: string | undefined;
  #spanMs = 0;
  #gapMs = 0;
  #last: Moment | undefined;
  #moves = { recorded: NO_MOVES, supposed: NO_MOVES };
  readonly #energies = new Map<string, LoadEnergy>();
  readonly #circuitIds = new Set<string>();
  readonly #ceilings = { recorded: new CeilingTally(), supposed: new CeilingTally() };
  readonly #relief = { import: new ReliefTally(), export: new ReliefTally() };
  #isReliefKnown = false;

  constructor(draws: RecordedDraws, simulated: SimulatedLoads) {
    this.#draws = draws;
    this.#simulated = simulated;
  }

  add(recorded: RecordedDecision, inputSupposed: DecisionInput, supposed: Decision): void {
    const { input, decision } = recorded;
    this.#decisions += 1;
    if (!isAsRecorded(recorded)) this.#differing += 1;
    this.#until = new Date(input.now.utcMs).toISOString();
    this.#from ??= this.#until;
    this.#moves = {
      recorded: countMoves(this.#moves.recorded, input.memory, decision),
      supposed: countMoves(this.#moves.supposed, inputSupposed.memory, supposed),
    };
    const moment = this.#momentOf(input, decision, inputSupposed, supposed);
    if (this.#last !== undefined) this.#count(this.#last, moment.atMs - this.#last.atMs);
    this.#last = moment;
  }

  result(): WhatIfResult {
    const loads = [...this.#energies.values()];
    const figures = {
      decisions: this.#decisions,
      differing: this.#differing,
      seconds: this.#spanMs / 1000,
      gapSeconds: this.#gapMs / 1000,
      loads,
      ceilings: this.#compareCeilings(),
      moves: this.#moves,
    };
    return {
      ...figures,
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#until === undefined ? {} : { until: this.#until }),
      ...(this.#isReliefKnown
        ? { relief: { import: this.#relief.import.figures(), export: this.#relief.export.figures() } }
        : {}),
      assumptions: this.#decisions === 0 ? [] : stateAssumptions(figures),
    };
  }

  #momentOf(
    input: DecisionInput,
    recorded: Decision,
    inputSupposed: DecisionInput,
    supposed: Decision,
  ): Moment {
    const { site, now, snapshot } = input;
    const voltageV = voltagesOf(site, snapshot);
    return {
      atMs: now.runningMs,
      utcMs: now.utcMs,
      site,
      recorded,
      supposed,
      loads: site.loads.map((plan) => ({
        plan,
        recordedW: powerOf(this.#draws.at(plan, now.runningMs), voltageV),
        supposedW: powerOf(this.#simulated.drawAt(plan, now.runningMs), voltageV),
      })),
      recordedPowersW: powersThrough(site, snapshot),
      supposedPowersW: powersThrough(site, inputSupposed.snapshot),
    };
  }

  #count(moment: Moment, lastsMs: number): void {
    if (lastsMs > LONGEST_STEP_MS) {
      this.#gapMs += lastsMs;
      return;
    }
    this.#spanMs += lastsMs;
    this.#ceilings.recorded.add(moment.recorded.explanation, moment.recordedPowersW, lastsMs);
    this.#ceilings.supposed.add(moment.supposed.explanation, moment.supposedPowersW, lastsMs);
    for (const { plan, recordedW, supposedW } of moment.loads) {
      const { loadId, kind } = plan;
      const known = this.#energies.get(loadId) ?? { recordedWh: 0, supposedWh: 0 };
      this.#energies.set(loadId, {
        loadId,
        kind,
        basis: drawBasisOf(plan),
        recordedWh: known.recordedWh + (recordedW * lastsMs) / 3_600_000,
        supposedWh: known.supposedWh + (supposedW * lastsMs) / 3_600_000,
      });
    }
    for (const { circuitId, parentId } of moment.site.circuits) {
      this.#circuitIds.add(circuitId);
      const recordedW = moment.recordedPowersW.get(circuitId);
      const supposedW = moment.supposedPowersW.get(circuitId);
      if (parentId !== undefined || recordedW === undefined || supposedW === undefined) continue;
      this.#isReliefKnown = true;
      this.#relief.import.add(Math.max(0, recordedW) - Math.max(0, supposedW), moment.utcMs, lastsMs);
      this.#relief.export.add(Math.max(0, -recordedW) - Math.max(0, -supposedW), moment.utcMs, lastsMs);
    }
  }

  #compareCeilings(): CeilingComparison[] {
    const keys = [...this.#circuitIds].flatMap((circuitId) =>
      (['import', 'export'] as const).flatMap((direction) =>
        (['phaseCurrentA', 'activePowerW'] as const).map((basis) => ({ circuitId, direction, basis })),
      ),
    );
    return keys.flatMap((key) => {
      const recorded = this.#ceilings.recorded.figuresOf(key);
      const supposed = this.#ceilings.supposed.figuresOf(key);
      if (recorded === undefined && supposed === undefined) return [];
      return [
        {
          ...key,
          ...(recorded === undefined ? {} : { recorded }),
          ...(supposed === undefined ? {} : { supposed }),
        },
      ];
    });
  }
}

function isAsRecorded({ commands, events, decision }: RecordedDecision): boolean {
  return JSON.stringify([commands, events]) === JSON.stringify([decision.commands, decision.events]);
}
