import type { Fault } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Direction, Limit } from '../domain/limit.ts';
import type { PerPhase, Phase, PhaseCount } from '../domain/phase.ts';
import type { Reason } from '../domain/reason.ts';

/** What a load drew at a moment, supply phases, >= 0. */
export interface DrawSample {
  readonly atMs: RunningMs;
  readonly currentA: PerPhase<number>;
}

/** What is kept of the phases of a charge point that can switch them. */
export interface PhaseMemory {
  /** What it was last told; absent: never. */
  readonly told?: PhaseCount;
  /** When it was last told, or could not be: the rest begins there. */
  readonly switchedAtMs: RunningMs;
  /** Said to be on one phase, it drew on another: until it is told again nothing that it says of its phases is believed. */
  readonly isDoubted?: true;
  /** Why it is on one phase; absent: it was found so, or is not. */
  readonly reason?: Reason;
  /** Since when the other number of phases would be the better one, without a break; absent: it would not. */
  readonly betterSinceMs?: RunningMs;
  /** Under way: since when it is being paused, or, once it was told, since when it is given time. Absent: none. */
  readonly changeover?: {
    readonly to: PhaseCount;
    readonly sinceMs: RunningMs;
    readonly isTold: boolean;
    readonly reason: Reason;
  };
}

/** Last command to a load and when it last went down or up. Amps for what has a level; 0 or 1 for a switch. */
export interface LoadMemory {
  /** Amps per phase, or 0 open and 1 closed. Absent: never commanded by this gateway. */
  readonly commanded?: number;
  readonly commandedAtMs: RunningMs;
  readonly narrowedAtMs: RunningMs;
  /** When it was last told to pause or open, or was seen to have opened by itself. */
  readonly pausedAtMs: RunningMs;
  readonly reassertedAtMs: RunningMs;
  /** The most that the device was known to allow when it last answered. */
  readonly lastInForce?: number;
  readonly lastAnsweredAtMs?: RunningMs;
  readonly isFallbackProven: boolean;
  /** Since when a closed load draws nothing, or a limited generator gives less than half of its limit; absent: it does not. */
  readonly idleSinceMs?: RunningMs;
  /** Absent: its phases were never switched. */
  readonly phases?: PhaseMemory;
  /** Present while a switch was last read closed: an opening that nobody told it is seen by it. */
  readonly isSeenClosed?: true;
  readonly trace: readonly DrawSample[];
}

export interface Excursion {
  readonly circuitId: string;
  readonly direction: Direction;
  readonly phase: Phase;
  readonly startedAtMs: RunningMs;
  readonly peakA: number;
}

/** A limit whose end has come but whose release waits for the random offset. */
export interface HeldLimit {
  readonly limit: Limit;
  readonly releasesAtMs: RunningMs;
}

/** A limit that has come but whose beginning waits for the random offset. */
export interface StartingLimit {
  readonly limit: Limit;
  readonly startsAtMs: RunningMs;
}

export interface MeterMemory {
  /** All its values in one text, and since when it repeats them. */
  readonly values: string;
  readonly sinceMs: RunningMs;
  /** When it was last read fresh; absent: never. */
  readonly freshAtMs?: RunningMs;
}

/** What the scheme keeps for one limit of one circuit. All instants are on the running clock, which stands still while off. */
export interface SchemeMemory {
  readonly circuitId: string;
  readonly direction: Direction;
  /** The excursion under way: not carried over a restart. */
  readonly above?: { readonly sinceMs: RunningMs; readonly lastMs: RunningMs; readonly isCounted: boolean };
  /** When it was last seen inside; not carried over a restart. */
  readonly insideAtMs?: RunningMs;
  /** Onsets of counted excursions since the last lock-out. */
  readonly countedAtMs: readonly RunningMs[];
  /** Present while locked. */
  readonly lockedAtMs?: RunningMs;
  /** Lock-outs of the reset window, the present one last. */
  readonly lockOutsAtMs: readonly RunningMs[];
}

/**
 * controlled: it is there, its controls or the defaults hold; failSafe: it is lost, the fail-safe ceilings hold as well;
 * autonomous: it has been lost for longer than was agreed, the home goes by its defaults.
 */
export interface PartyMemory {
  readonly state: 'controlled' | 'failSafe' | 'autonomous';
  readonly sinceMs: RunningMs;
}

/**
 * All that the judgement carries from one decision to the next. Plain JSON data: it is stored with each
 * record and survives a kill unchanged.
 */
export interface Memory {
  readonly loads: Readonly<Record<string, LoadMemory>>;
  /** Limits from outside that were in force at the last decision. */
  readonly inForce: readonly Limit[];
  readonly held: readonly HeldLimit[];
  /** Limits that have come and wait for their random offset before they begin. */
  readonly starting: readonly StartingLimit[];
  readonly excursions: readonly Excursion[];
  readonly faults: readonly Fault[];
  readonly meters: Readonly<Record<string, MeterMemory>>;
  /** One for each limit agreed with the distributor. */
  readonly schemes: readonly SchemeMemory[];
  /** Absent without an agreed heartbeat. */
  readonly party?: PartyMemory;
}

export const EMPTY_MEMORY: Memory = {
  loads: {},
  inForce: [],
  held: [],
  starting: [],
  excursions: [],
  faults: [],
  meters: {},
  schemes: [],
};

/** Never in the past of any running time: rest times have passed for a load that was never commanded. */
const LONG_AGO_MS = -1e12;

export const NEVER_SWITCHED: PhaseMemory = { switchedAtMs: LONG_AGO_MS };

export const EMPTY_LOAD_MEMORY: LoadMemory = {
  commandedAtMs: LONG_AGO_MS,
  narrowedAtMs: LONG_AGO_MS,
  pausedAtMs: LONG_AGO_MS,
  reassertedAtMs: LONG_AGO_MS,
  isFallbackProven: false,
  trace: [],
};

/** A contact that opens without having been told to rests from when that was seen. */
export function rememberContact(known: LoadMemory, isClosed: boolean, nowMs: RunningMs): LoadMemory {
  const { isSeenClosed, ...opened } = known;
  if (isClosed) return isSeenClosed === true ? known : { ...known, isSeenClosed: true };
  if (isSeenClosed !== true) return known;
  return known.commanded === 0 ? opened : { ...opened, pausedAtMs: nowMs };
}

/** Keeps since when a load is idle, and forgets it as soon as it is not. */
export function rememberIdle(known: LoadMemory, isIdle: boolean, nowMs: RunningMs): LoadMemory {
  if (isIdle) return known.idleSinceMs === undefined ? { ...known, idleSinceMs: nowMs } : known;
  if (known.idleSinceMs === undefined) return known;
  const { idleSinceMs: _, ...busy } = known;
  return busy;
}
