import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Fault, FaultCode } from '../domain/faults.ts';
import type { Now } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { PerPhase, Phase } from '../domain/phase.ts';
import type { IecState, Snapshot } from '../domain/point.ts';
import type { Reason } from '../domain/reason.ts';
import type { LoadPlan, SitePlan } from '../domain/sitePlan.ts';
import type { Memory } from './memory.ts';
import type { Pace, WaitCause } from './pace.ts';

/** All that a decision rests on. Nothing else may influence it, so that it can be taken again. */
export interface DecisionInput {
  readonly now: Now;
  readonly site: SitePlan;
  readonly snapshot: Snapshot;
  /** Limits from outside, one slot per source, with their leases. */
  readonly limits: readonly Limit[];
  readonly memory: Memory;
  /** The random delay for a release that begins in this decision, ms. */
  readonly randomOffsetMs: number;
  /** False while the store cannot take a record: then nothing widens. */
  readonly canRecord: boolean;
  /** Why nothing of the picture may be relied on, whatever the meters say: every load goes to its safe posture. */
  readonly distrust?: { readonly code: FaultCode; readonly subject: string };
  /** By device id. */
  readonly paces: Readonly<Record<string, Pace>>;
}

export interface PhaseView {
  readonly phase: Phase;
  /** Import positive; absent while the meter cannot be trusted. */
  readonly flowA?: number;
  readonly importCeilingA?: number;
  readonly exportCeilingA?: number;
}

export interface CircuitView {
  readonly circuitId: string;
  readonly phases: readonly PhaseView[];
}

export interface LoadExplanation {
  readonly loadId: string;
  readonly kind: LoadPlan['kind'];
  /** What it was last told, after this decision. Amps; for a switch its rating or 0. */
  readonly commandedA?: number;
  readonly inForceA: number;
  readonly desiredA: number;
  /** What it draws or gives, by its own reading. */
  readonly drawnA?: PerPhase<number>;
  readonly iecState?: IecState;
  readonly reason: Reason;
  /** Why it does not have what it should have yet. */
  readonly waitsFor?: WaitCause;
}

export interface Explanation {
  readonly posture: 'normal' | 'safe';
  readonly circuits: readonly CircuitView[];
  readonly loads: readonly LoadExplanation[];
  readonly limits: readonly Limit[];
  readonly faults: readonly Fault[];
}

export interface Decision {
  readonly commands: readonly Command[];
  readonly events: readonly DomainEvent[];
  readonly memory: Memory;
  readonly explanation: Explanation;
}
