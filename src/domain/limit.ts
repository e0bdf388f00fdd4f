import type { RunningMs, UtcMs } from './instant.ts';
import type { Phase } from './phase.ts';

export type Direction = 'import' | 'export';

export type LimitBasis = 'phaseCurrentA' | 'activePowerW';

/** Order of authority to hold: a lower row can never raise a higher one (docs/limits.md). */
export const RANKS = {
  protection: 1,
  failSafe: 2,
  limitationScheme: 3,
  restrictionNotice: 4,
  loadSwitchObserved: 5,
  curtailment: 6,
  schedule: 7,
  preference: 8,
} as const;

export type LimitSource = keyof typeof RANKS;

/** A ceiling on the flow through a circuit. Zero is a real ceiling; no limit is no entry in the list. */
export interface Limit {
  readonly limitId: string;
  readonly source: LimitSource;
  readonly circuitId: string;
  /** For the set-point of this load alone; absent: for the flow through the circuit. */
  readonly loadId?: string;
  readonly direction: Direction;
  readonly basis: LimitBasis;
  /** Amps per phase or watts over all phases, >= 0. */
  readonly ceiling: number;
  /** The phases it is for; absent means every phase. */
  readonly phases?: readonly Phase[];
  readonly validFromMs: RunningMs;
  /** The beginning by the wall clock; begins the limit earlier when time without power has made the running clock late. */
  readonly validFromUtcMs?: UtcMs;
  /** Open when absent. */
  readonly validUntilMs?: RunningMs;
  /** The end by the wall clock; ends the limit earlier only while the clock is synced. */
  readonly validUntilUtcMs?: UtcMs;
  /** Who has applied an equivalent random delay upstream (SI 2021/1467 reg 11(5)(b)); absent: nobody. */
  readonly randomisedBy?: string;
  /** In the words of its source, for people. */
  readonly reason: string;
}

/** Sources whose beginning waits for the random offset too, unless somebody upstream has spread it already. */
export const STARTED_WITH_OFFSET: readonly LimitSource[] = ['schedule'];

/** Sources whose release waits for the random offset (SI 2021/1467 reg 11; never before a restriction takes hold). */
export const RELEASED_WITH_OFFSET: readonly LimitSource[] = ['restrictionNotice', 'curtailment', 'schedule'];
