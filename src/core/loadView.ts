import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { PerPhase, PhaseCount } from '../domain/phase.ts';
import type { IecState } from '../domain/point.ts';
import type { LoadPlan, PhaseMap } from '../domain/sitePlan.ts';
import type { LoadMemory } from './memory.ts';

/**
 * A load as it may be trusted now. Amps per supply phase, >= 0; for a generator they are what it gives.
 * A switch counts as its rating while closed and 0 while open.
 */
export interface LoadView {
  readonly plan: LoadPlan;
  readonly memory: LoadMemory;
  /** The supply phases that its current counts on: those of its plan, or one of them while it is surely on one alone. */
  readonly phaseMap: PhaseMap;
  /** How many those are; only for a charge point that can switch them. */
  readonly phases?: PhaseCount;
  /** Fresh answers in hand: set-point or position, and what it draws if it can tell. */
  readonly isAnswering: boolean;
  /** The most it may draw now as far as is known: the worse of what it was told and what it reports. */
  readonly inForceA: number;
  /** What it draws above that, on its worst phase: a 13 A heater takes more at a high voltage. */
  readonly overdrawA: number;
  /** Told to open and said to be open, it still draws: a welded contact. Nothing that is said to it helps. */
  readonly isStuck: boolean;
  /** Not read yet since the start, a moment ago: what it had is taken to be in the flow. */
  readonly isStarting: boolean;
  /** What it reports; absent while not fresh. */
  readonly readBackA?: number;
  readonly iecState?: IecState;
  /** What it draws now; absent when it cannot tell. */
  readonly drawnA?: PerPhase<number>;
  readonly drawnAtMs?: RunningMs;
  readonly fault?: FaultCode;
  /** Its phases are not those it was told; it goes on, counted on all three. */
  readonly phaseFault?: FaultCode;
}
