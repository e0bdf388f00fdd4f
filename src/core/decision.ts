import type { ChargingHours } from '../domain/chargingHours.ts';
import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Fault, FaultCode } from '../domain/faults.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { Direction, Limit } from '../domain/limit.ts';
import type { PerPhase, Phase, PhaseCount } from '../domain/phase.ts';
import type { IecState, Snapshot } from '../domain/point.ts';
import type { Preference } from '../domain/preference.ts';
import type { Reason } from '../domain/reason.ts';
import type { LoadPlan, SitePlan } from '../domain/sitePlan.ts';
import type { PartyContact } from './controllingParty.ts';
import type { SchemeReset, SchemeState } from './limitationScheme.ts';
import type { Memory } from './memory.ts';
import type { Pace, WaitCause } from './pace.ts';

/** All that a decision rests on. Nothing else may influence it, so that it can be taken again. */
export interface DecisionInput {
  readonly now: Now;
  readonly site: SitePlan;
  readonly snapshot: Snapshot;
  /** Controls of the controlling party, with their leases. */
  readonly limits: readonly Limit[];
  /** Of the restriction notices in force, rank 4. */
  readonly restrictions?: readonly Limit[];
  readonly memory: Memory;
  /** The random delay for a release that begins in this decision, ms. */
  readonly randomOffsetMs: number;
  /** False while the store cannot take a record: then nothing widens. */
  readonly canRecord: boolean;
  /** Why nothing of the picture may be relied on, whatever the meters say: every load goes to its safe posture. */
  readonly distrust?: { readonly code: FaultCode; readonly subject: string };
  /** When the controlling party was heard; absent: never. */
  readonly party?: PartyContact;
  /** When the owner lets the charge points charge, as it stands now; absent: at any time. */
  readonly chargingHours?: ChargingHours;
  readonly preferences?: readonly Preference[];
  /** Somebody asks for a lock-out of the limitation scheme to be opened, in this decision. */
  readonly schemeReset?: SchemeReset;
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
  /** Import positive, over all phases; absent while the meter cannot be trusted or there is none. */
  readonly powerW?: number;
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
  /** Only for a charge point that can switch its phases. */
  readonly phases?: PhasesView;
}

/** On how many phases a charge point counts, and what comes next. */
export interface PhasesView {
  readonly counted: PhaseCount;
  /** A changeover is under way: it is paused. */
  readonly changingTo?: PhaseCount;
  /** Why it is on one; absent: it was found so, or is not. */
  readonly reason?: Reason;
  /** On one: amps that each of the three phases must admit, and for how long, before it goes back. */
  readonly back?: {
    readonly leastA: number;
    readonly forMs: number;
    /** When it goes back if nothing changes; absent: three would not be better now. */
    readonly atMs?: RunningMs;
  };
}

/** Where a limit of any rank stands: it holds, it waits to begin, or it is over and waits to be released. */
export interface SlotView {
  readonly limit: Limit;
  readonly state: 'inForce' | 'starting' | 'releasing';
  /** When it begins or is released; for one in force when it ends, absent: open. */
  readonly untilMs?: RunningMs;
}

/** The limitation scheme of one direction of one circuit. */
export interface SchemeView {
  readonly circuitId: string;
  readonly direction: Direction;
  readonly state: SchemeState;
  readonly counted: number;
  readonly lockOuts: number;
  readonly mayHouseholderReset: boolean;
}

export interface Explanation {
  readonly posture: 'normal' | 'safe';
  readonly circuits: readonly CircuitView[];
  readonly loads: readonly LoadExplanation[];
  /** Every limit that holds now. */
  readonly limits: readonly Limit[];
  /** The same, and those that are about to begin, with where they stand. */
  readonly slots: readonly SlotView[];
  readonly schemes: readonly SchemeView[];
  readonly faults: readonly Fault[];
}

export interface Decision {
  readonly commands: readonly Command[];
  readonly events: readonly DomainEvent[];
  readonly memory: Memory;
  readonly explanation: Explanation;
}
