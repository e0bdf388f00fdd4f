import type { DomainEvent } from '../domain/event.ts';
import type { Now } from '../domain/instant.ts';
import { type Limit, RELEASED_WITH_OFFSET, STARTED_WITH_OFFSET } from '../domain/limit.ts';
import type { Reason } from '../domain/reason.ts';
import type { Circuit, SitePlan } from '../domain/sitePlan.ts';
import type { HeldLimit, Memory, StartingLimit } from './memory.ts';

export interface LimitsInForce {
  /** Every limit that holds now: those present, and ended ones that wait for their offset. */
  readonly all: readonly Limit[];
  /** Those of the site plan and from outside. */
  readonly present: readonly Limit[];
  /** Of those, the ones from outside, without the held ones. */
  readonly external: readonly Limit[];
  readonly held: readonly HeldLimit[];
  readonly starting: readonly StartingLimit[];
  readonly events: readonly DomainEvent[];
}

interface Arguments {
  readonly now: Now;
  readonly site: SitePlan;
  readonly limits: readonly Limit[];
  readonly memory: Memory;
  /** 0..1800000; the random delay for a release that begins now. */
  readonly randomOffsetMs: number;
}

/**
 * The limits that hold at this instant. A limit that ends stays until its random offset has passed
 * (SI 2021/1467 reg 11); it takes hold without any delay.
 */
export function limitsInForce({ now, site, limits, memory, randomOffsetMs }: Arguments): LimitsInForce {
  const held: HeldLimit[] = [];
  const events: DomainEvent[] = [];
  const { begun: external, starting } = beginnings(
    limits.filter((limit) => holdsAt(limit, now)),
    memory,
    now,
    randomOffsetMs,
    events,
  );

  for (const limit of external) {
    if (!memory.inForce.some((known) => isSameLimit(known, limit))) {
      events.push({ kind: 'limitStarted', limitId: limit.limitId, reason: reasonOf(limit) });
    }
  }
  for (const known of memory.inForce) {
    if (external.some((limit) => isSameLimit(known, limit))) continue;
    const isSpread = known.randomisedBy !== undefined || !RELEASED_WITH_OFFSET.includes(known.source);
    const offsetMs = isSpread ? 0 : randomOffsetMs;
    const endedAtMs = Math.min(known.validUntilMs ?? now.runningMs, now.runningMs);
    const releasesAtMs = endedAtMs + offsetMs;
    events.push({ kind: 'limitEnded', limitId: known.limitId, releasesAtMs });
    // Nothing is released where a narrower one has taken its place.
    const isNarrowed = external.some((limit) => isSameSlot(limit, known) && limit.ceiling <= known.ceiling);
    if (releasesAtMs > now.runningMs && !isNarrowed) held.push({ limit: known, releasesAtMs });
    else events.push({ kind: 'limitReleased', limitId: known.limitId });
  }
  for (const waiting of memory.held) {
    if (waiting.releasesAtMs > now.runningMs) held.push(waiting);
    else events.push({ kind: 'limitReleased', limitId: waiting.limit.limitId });
  }

  const kept = withoutCovered(held);
  const present = [...siteLimits(site), ...external];
  const all = [...present, ...kept.map((waiting) => waiting.limit)];
  return { all, present, external, held: kept, starting, events };
}

/**
 * Which limits have begun and which still wait for their random offset (SI 2021/1467 reg 11: a rate that falls by a shared
 * signal is spread like one that rises). One offset for each cause; one that is still held from before goes on.
 */
function beginnings(
  present: readonly Limit[],
  memory: Memory,
  { runningMs: nowMs }: Now,
  randomOffsetMs: number,
  events: DomainEvent[],
): { readonly begun: readonly Limit[]; readonly starting: readonly StartingLimit[] } {
  const starting: StartingLimit[] = [];
  const begun = present.filter((limit) => {
    if (limit.randomisedBy !== undefined || !STARTED_WITH_OFFSET.includes(limit.source)) return true;
    const isKnown = (known: Limit): boolean => isSameLimit(known, limit);
    if (memory.inForce.some(isKnown) || memory.held.some((held) => isKnown(held.limit))) return true;
    const waiting = memory.starting.find((one) => isKnown(one.limit));
    const startsAtMs = waiting?.startsAtMs ?? nowMs + randomOffsetMs;
    if (nowMs >= startsAtMs) return true;
    starting.push({ limit, startsAtMs });
    if (waiting === undefined) events.push({ kind: 'limitDelayed', limitId: limit.limitId, startsAtMs });
    return false;
  });
  return { begun, starting };
}

export function reasonOf(limit: Limit): Reason {
  return {
    kind: 'limit',
    limitId: limit.limitId,
    source: limit.source,
    circuitId: limit.circuitId,
    direction: limit.direction,
    basis: limit.basis,
    ceiling: limit.ceiling,
    text: limit.reason,
  };
}

/** A held limit that another one covers, as narrow and for as long, need not be kept: the list stays short. */
function withoutCovered(held: readonly HeldLimit[]): readonly HeldLimit[] {
  return held.filter(
    (one, index) =>
      !held.some((other, place) => {
        const isCovered =
          isSameSlot(one.limit, other.limit) &&
          other.limit.ceiling <= one.limit.ceiling &&
          other.releasesAtMs >= one.releasesAtMs;
        const isEqual = other.limit.ceiling === one.limit.ceiling && other.releasesAtMs === one.releasesAtMs;
        return place !== index && isCovered && (!isEqual || place < index);
      }),
  );
}

/** A wall clock that is not synced may not end a limit: then only running time counts. Any clock may begin one. */
export function holdsAt(limit: Limit, now: Now): boolean {
  // The running clock stands still without power. Beginning early is safe, so any wall clock may begin a limit.
  const { validFromUtcMs } = limit;
  const hasBegunByClock = validFromUtcMs !== undefined && now.utcMs >= validFromUtcMs;
  if (limit.validFromMs > now.runningMs && !hasBegunByClock) return false;
  if (limit.validUntilMs !== undefined && now.runningMs >= limit.validUntilMs) return false;
  const isOverByClock = limit.validUntilUtcMs !== undefined && now.utcMs >= limit.validUntilUtcMs;
  return !(isOverByClock && now.clockLevel === 'synced');
}

function isSameLimit(a: Limit, b: Limit): boolean {
  return a.ceiling === b.ceiling && isSameSlot(a, b);
}

function isSameSlot(a: Limit, b: Limit): boolean {
  return (
    a.limitId === b.limitId &&
    a.circuitId === b.circuitId &&
    a.loadId === b.loadId &&
    a.direction === b.direction &&
    a.basis === b.basis &&
    (a.phases ?? []).join() === (b.phases ?? []).join()
  );
}

const siteLimitsOf = new WeakMap<SitePlan, readonly Limit[]>();

/** Ranks 1 and 3 of the site plan. They stand for ever, so they are worked out once per plan. */
function siteLimits(site: SitePlan): readonly Limit[] {
  const known = siteLimitsOf.get(site);
  if (known !== undefined) return known;
  const limits = site.circuits.flatMap(circuitLimits);
  siteLimitsOf.set(site, limits);
  return limits;
}

function circuitLimits(circuit: Circuit): Limit[] {
  const ratedA = circuit.ratingA * circuit.derating;
  const name = circuit.parentId === undefined ? 'cut-out' : `circuit ${circuit.circuitId}`;
  const rating = `rating of the ${name}, ${circuit.ratingA} A derated by ${circuit.derating}`;
  const limit = (direction: Limit['direction'], ceiling: number, isScheme: boolean): Limit => ({
    limitId: `${circuit.circuitId}:${isScheme ? 'agreed' : 'rating'}:${direction}`,
    source: isScheme ? 'limitationScheme' : 'protection',
    circuitId: circuit.circuitId,
    direction,
    basis: 'phaseCurrentA',
    ceiling,
    validFromMs: 0,
    reason: isScheme ? `maximum ${direction} limit agreed with the distributor` : rating,
  });
  const limits = [limit('import', ratedA, false), limit('export', ratedA, false)];
  const { loopedService } = circuit;
  if (loopedService !== undefined) {
    limits.push({
      ...limit('import', Math.min(loopedService.ratingA, loopedService.ownShareA), false),
      limitId: `${circuit.circuitId}:looped:import`,
      reason: `share of the looped service, ${loopedService.ownShareA} A of ${loopedService.ratingA} A`,
    });
  }
  if (circuit.maximumImportLimitA !== undefined)
    limits.push(limit('import', circuit.maximumImportLimitA, true));
  if (circuit.maximumExportLimitA !== undefined)
    limits.push(limit('export', circuit.maximumExportLimitA, true));
  return limits;
}
