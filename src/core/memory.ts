import type { Fault } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Direction, Limit } from '../domain/limit.ts';
import type { PerPhase, Phase } from '../domain/phase.ts';

/** What a load drew at a moment, supply phases, >= 0. */
export interface DrawSample {
  readonly atMs: RunningMs;
  readonly currentA: PerPhase<number>;
}

/** Last command to a load and when it last went down or up. Amps for what has a level; 0 or 1 for a switch. */
export interface LoadMemory {
  /** Amps per phase, or 0 open and 1 closed. Absent: never commanded by this gateway. */
  readonly commanded?: number;
  readonly commandedAtMs: RunningMs;
  readonly narrowedAtMs: RunningMs;
  /** When it was last told to pause or open. */
  readonly pausedAtMs: RunningMs;
  readonly reassertedAtMs: RunningMs;
  /** The most that the device was known to allow when it last answered. */
  readonly lastInForce?: number;
  readonly lastAnsweredAtMs?: RunningMs;
  readonly isFallbackProven: boolean;
  /** Since when a closed load draws nothing, or a limited generator gives less than half of its limit; absent: it does not. */
  readonly idleSinceMs?: RunningMs;
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

export const EMPTY_LOAD_MEMORY: LoadMemory = {
  commandedAtMs: LONG_AGO_MS,
  narrowedAtMs: LONG_AGO_MS,
  pausedAtMs: LONG_AGO_MS,
  reassertedAtMs: LONG_AGO_MS,
  isFallbackProven: false,
  trace: [],
};

/** Keeps since when a load is idle, and forgets it as soon as it is not. */
export function rememberIdle(known: LoadMemory, isIdle: boolean, nowMs: RunningMs): LoadMemory {
  if (isIdle) return known.idleSinceMs === undefined ? { ...known, idleSinceMs: nowMs } : known;
  if (known.idleSinceMs === undefined) return known;
  const { idleSinceMs: _, ...busy } = known;
  return busy;
}
