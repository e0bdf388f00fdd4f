import type { DomainEvent } from '../domain/event.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Direction, Limit } from '../domain/limit.ts';
import { DEFAULT_SCHEME_FIGURES, type SchemeFigures } from '../domain/schemeFigures.ts';
import type { Circuit, SitePlan } from '../domain/sitePlan.ts';
import type { SchemeMemory } from './memory.ts';
import type { MeterView } from './picture.ts';

/** State 1 inside the limits, 2 an excursion is being corrected, 3 locked until it is reset. */
export type SchemeState = 1 | 2 | 3;

/** Who asks for a lock-out to be opened. An engineer's word also clears the history. */
export interface SchemeReset {
  readonly by: 'householder' | 'engineer';
}

export interface SchemeStep {
  readonly schemes: readonly SchemeMemory[];
  /** A locked direction has nothing left. */
  readonly limits: readonly Limit[];
  readonly events: readonly DomainEvent[];
}

interface Arguments {
  readonly site: SitePlan;
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly schemes: readonly SchemeMemory[];
  readonly reset: SchemeReset | undefined;
  readonly nowMs: RunningMs;
}

/** Takes the scheme one step further for each limit that was agreed with the distributor. */
export function stepSchemes({ site, meters, schemes, reset, nowMs }: Arguments): SchemeStep {
  const figures = schemeFiguresOf(site);
  const events: DomainEvent[] = [];
  const next: SchemeMemory[] = [];
  const limits: Limit[] = [];
  for (const { circuit, direction, ceilingA } of agreedLimits(site)) {
    const known = schemes.find((one) => one.circuitId === circuit.circuitId && one.direction === direction);
    const before = known ?? { circuitId: circuit.circuitId, direction, countedAtMs: [], lockOutsAtMs: [] };
    const opened = reset === undefined ? before : applyReset(before, reset, figures, nowMs, events);
    const isAbove = isAboveLimit(circuit, direction, ceilingA, meters);
    const after = stepOne(opened, isAbove, figures, nowMs);
    const [from, to] = [stateOf(before), stateOf(after)];
    if (from !== to)
      events.push({ kind: 'schemeStateChanged', circuitId: circuit.circuitId, direction, from, to });
    // Told at once, so that it is on the disk before the power can be cut.
    if (after.countedAtMs.length > opened.countedAtMs.length) {
      const counted = after.countedAtMs.length;
      events.push({ kind: 'excursionCounted', circuitId: circuit.circuitId, direction, counted });
    }
    next.push(after);
    if (after.lockedAtMs !== undefined) limits.push(lockOutLimit(circuit.circuitId, direction));
  }
  return { schemes: next, limits, events };
}

/** The figures that hold at this home. */
export function schemeFiguresOf(site: SitePlan): SchemeFigures {
  return { ...DEFAULT_SCHEME_FIGURES, ...site.schemeFigures };
}

/** Two looks further apart than this have a blind time between them. */
const LOOK_GAP_MS = 3_000;

export function stateOf(scheme: SchemeMemory): SchemeState {
  if (scheme.lockedAtMs !== undefined) return 3;
  return scheme.above === undefined ? 1 : 2;
}

/** After a restart: what was counted and locked stands, the excursion under way is seen anew. */
export function schemesAfterRestart(schemes: readonly SchemeMemory[]): readonly SchemeMemory[] {
  return schemes.map(({ above: _, insideAtMs: _seen, ...kept }) => kept);
}

/** Whether the householder may open the lock-out himself. */
export function mayHouseholderReset(scheme: SchemeMemory, figures: SchemeFigures, nowMs: RunningMs): boolean {
  return within(scheme.lockOutsAtMs, nowMs, figures.resetWindowMs).length < figures.householderResetsBelow;
}

interface AgreedLimit {
  readonly circuit: Circuit;
  readonly direction: Direction;
  readonly ceilingA: number;
}

function agreedLimits(site: SitePlan): AgreedLimit[] {
  return site.circuits.flatMap((circuit) => {
    const { maximumImportLimitA, maximumExportLimitA } = circuit;
    return [
      ...(maximumImportLimitA === undefined
        ? []
        : [{ circuit, direction: 'import' as const, ceilingA: maximumImportLimitA }]),
      ...(maximumExportLimitA === undefined
        ? []
        : [{ circuit, direction: 'export' as const, ceilingA: maximumExportLimitA }]),
    ];
  });
}

/** Nothing while the meter gives no fresh reading: an excursion under way then goes on, and none begins. */
function isAboveLimit(
  circuit: Circuit,
  direction: Direction,
  ceilingA: number,
  meters: ReadonlyMap<string, MeterView>,
): boolean | undefined {
  const meter = circuit.meterId === undefined ? undefined : meters.get(circuit.meterId);
  if (meter?.state !== 'fresh') return undefined;
  return Object.values(meter.flows).some(
    (flow) => (direction === 'import' ? flow.importA : flow.exportA) > ceilingA,
  );
}

function stepOne(
  scheme: SchemeMemory,
  isAbove: boolean | undefined,
  figures: SchemeFigures,
  nowMs: RunningMs,
): SchemeMemory {
  if (scheme.lockedAtMs !== undefined) return stepLocked(scheme, scheme.lockedAtMs, figures, nowMs);
  const above = followExcursion(scheme, isAbove, figures, nowMs);
  const { above: _, ...kept } = scheme;
  const rest = isAbove === false ? { ...kept, insideAtMs: nowMs } : kept;
  if (above === undefined) return rest;
  const lengthMs = above.lastMs - above.sinceMs;
  const isCounted = above.isCounted || lengthMs >= figures.countedAfterMs;
  const counted = isCounted && !above.isCounted ? [...scheme.countedAtMs, above.sinceMs] : scheme.countedAtMs;
  const countedAtMs = within(counted, nowMs, figures.longRepeatWindowMs);
  const isRepeated = isWithinOnsets(countedAtMs, figures.shortRepeatCount, figures.shortRepeatWindowMs);
  const isTooOften = isWithinOnsets(countedAtMs, figures.longRepeatCount, figures.longRepeatWindowMs);
  if (lengthMs >= figures.lockAfterMs || isRepeated || isTooOften) {
    // One excursion is never held against the home twice.
    const lockOutsAtMs = [...within(scheme.lockOutsAtMs, nowMs, figures.resetWindowMs), nowMs];
    const { insideAtMs: _seen, ...locked } = rest;
    return { ...locked, countedAtMs: [], lockedAtMs: nowMs, lockOutsAtMs };
  }
  return { ...rest, countedAtMs, above: { ...above, isCounted } };
}

function stepLocked(
  scheme: SchemeMemory,
  lockedAtMs: RunningMs,
  { automaticResetMs }: SchemeFigures,
  nowMs: RunningMs,
): SchemeMemory {
  if (automaticResetMs === 0 || nowMs - lockedAtMs < automaticResetMs) return scheme;
  const { lockedAtMs: _, ...opened } = scheme;
  return opened;
}

/** It may have begun right after the look before, if that was inside, and counts from there. What nobody saw does not count. */
function followExcursion(
  { above, insideAtMs }: SchemeMemory,
  isAbove: boolean | undefined,
  { bridgeMs }: SchemeFigures,
  nowMs: RunningMs,
): SchemeMemory['above'] {
  if (isAbove === true) {
    const isSeen = insideAtMs !== undefined && nowMs - insideAtMs <= LOOK_GAP_MS;
    return above === undefined
      ? { sinceMs: isSeen ? insideAtMs : nowMs, lastMs: nowMs, isCounted: false }
      : { ...above, lastMs: nowMs };
  }
  if (above === undefined) return undefined;
  // Unseen it counts as going on.
  if (isAbove === undefined) return { ...above, lastMs: nowMs };
  return nowMs - above.lastMs > bridgeMs ? undefined : above;
}

function applyReset(
  scheme: SchemeMemory,
  { by }: SchemeReset,
  figures: SchemeFigures,
  nowMs: RunningMs,
  events: DomainEvent[],
): SchemeMemory {
  if (scheme.lockedAtMs === undefined && by === 'householder') return scheme;
  const { circuitId, direction } = scheme;
  if (by === 'householder' && !mayHouseholderReset(scheme, figures, nowMs)) {
    events.push({ kind: 'schemeResetRefused', circuitId, direction, by });
    return scheme;
  }
  events.push({ kind: 'schemeReset', circuitId, direction, by });
  const { lockedAtMs: _, insideAtMs: _seen, ...opened } = scheme;
  return by === 'engineer' ? { ...opened, countedAtMs: [], lockOutsAtMs: [] } : opened;
}

/** Whether the last so many onsets lie within a window of each other. */
function isWithinOnsets(onsetsMs: readonly RunningMs[], count: number, windowMs: number): boolean {
  const first = onsetsMs.at(-count);
  const last = onsetsMs.at(-1);
  return first !== undefined && last !== undefined && last - first <= windowMs;
}

function within(instantsMs: readonly RunningMs[], nowMs: RunningMs, windowMs: number): readonly RunningMs[] {
  const kept = instantsMs.filter((atMs) => nowMs - atMs <= windowMs);
  return kept.length === instantsMs.length ? instantsMs : kept;
}

function lockOutLimit(circuitId: string, direction: Direction): Limit {
  return {
    limitId: `${circuitId}:locked:${direction}`,
    source: 'limitationScheme',
    circuitId,
    direction,
    basis: 'phaseCurrentA',
    ceiling: 0,
    validFromMs: 0,
    reason: `${direction} is locked (State 3 of the limitation scheme) until it is reset`,
  };
}
