import { hash } from 'node:crypto';
import { schemeFiguresOf } from '../../src/core/limitationScheme.ts';
import type { SchemeMemory } from '../../src/core/memory.ts';
import { EMPTY_LOAD_MEMORY, type LoadMemory, type Memory } from '../../src/core/memory.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { hasLevel, type SitePlan } from '../../src/domain/sitePlan.ts';
import { BASE_MS, CONFIRM_TICKS, HOLD_TICKS, REST_TICKS, type SmallWorld, TICK_MS } from './smallWorld.ts';
import { type Carried, UTC_MS, type WorldState } from './worldState.ts';

/**
 * The same state as seen from a clock that shows BASE_MS now, without what cannot matter any more. The judgement only
 * ever compares differences of instants with durations of the plan, so an age is cut off where it has passed every duration
 * that it is compared with; where two instants are compared with each other, their order is kept. What serves events and pages
 * alone (since when a fault stands, the peak of an excursion, the trace of earlier ticks) is left out. The test "the model
 * forgets nothing" runs a gateway that forgets nothing beside one that is cut down after each step and compares them.
 */
export function normalised(world: SmallWorld, state: WorldState): WorldState {
  return {
    ...state,
    carried: normalisedCarried(world.site, state.carried),
    recorded: withoutSeen(normalisedCarried(world.site, state.recorded)),
  };
}

/** A gateway that starts sees its meters, faults and excursions anew; what it had of them only tells which events to leave out. */
function withoutSeen(recorded: Carried): Carried {
  return { ...recorded, core: { ...recorded.core, meters: {}, excursions: [], faults: [] } };
}

/** A short text that is the same for the same state: 128 bits, so that two of some millions never share one. */
export function keyOf(state: WorldState): string {
  return hash('md5', JSON.stringify(state), 'latin1' as 'hex');
}

/** Every rest time of the worlds has passed by then, and so has each fixed figure. */
const LOAD_TICKS = Math.max(HOLD_TICKS, REST_TICKS, CONFIRM_TICKS + 1);
const NO_TRACE: LoadMemory['trace'] = [];

function normalisedCarried(site: SitePlan, carried: Carried): Carried {
  const shiftMs = BASE_MS - carried.runningMs;
  const utcShiftMs = UTC_MS - carried.utcMs;
  const controls = carried.controls.filter(
    ({ validUntilMs }) => validUntilMs === undefined || validUntilMs > carried.runningMs,
  );
  const moved = (limit: Limit): Limit => movedLimit(limit, shiftMs, utcShiftMs);
  const { core } = carried;
  const isLevel = site.loads.some(hasLevel);
  return {
    core: {
      loads: Object.fromEntries(
        Object.entries(core.loads).map(([loadId, load]) => [loadId, movedLoad(load, shiftMs, isLevel)]),
      ),
      inForce: core.inForce.map(moved).map(withoutClockEnd),
      held: core.held
        .map(({ limit, releasesAtMs }) => ({
          limit: withoutEnd(limit),
          releasesAtMs: releasesAtMs + shiftMs,
        }))
        .sort((a, b) => a.releasesAtMs - b.releasesAtMs || a.limit.ceiling - b.limit.ceiling),
      starting: core.starting.map(({ limit, startsAtMs }) => ({
        limit: moved(limit),
        startsAtMs: startsAtMs + shiftMs,
      })),
      excursions: core.excursions.map(({ circuitId, direction, phase }) => ({
        circuitId,
        direction,
        phase,
        startedAtMs: BASE_MS,
        peakA: 0,
      })),
      faults: core.faults.map(({ code, subject }) => ({ code, subject, sinceMs: BASE_MS })),
      meters: Object.fromEntries(
        Object.entries(core.meters).map(([meterId, { freshAtMs }]) => [
          meterId,
          {
            values: '',
            sinceMs: BASE_MS,
            ...(freshAtMs === undefined ? {} : { freshAtMs: cut(freshAtMs + shiftMs, LOAD_TICKS) }),
          },
        ]),
      ),
      schemes: core.schemes.map((scheme) => movedScheme(scheme, site, shiftMs)),
      ...movedParty(site, core.party, shiftMs),
    },
    controls: controls.map(moved),
    party: movedContact(site, carried.party, shiftMs),
    runningMs: BASE_MS,
    utcMs: UTC_MS,
    strides: carried.strides,
  };
}

/** An instant that lies further back than anything looks is put where nothing can tell the difference. */
function cut(atMs: number, ticks: number): number {
  return Math.max(atMs, BASE_MS - ticks * TICK_MS);
}

function movedLimit(limit: Limit, shiftMs: number, utcShiftMs: number): Limit {
  const { validFromMs, validUntilMs, validUntilUtcMs } = limit;
  return {
    ...limit,
    validFromMs: validFromMs + shiftMs <= BASE_MS ? 0 : validFromMs + shiftMs,
    ...(validUntilMs === undefined ? {} : { validUntilMs: cut(validUntilMs + shiftMs, LOAD_TICKS) }),
    ...(validUntilUtcMs === undefined ? {} : { validUntilUtcMs: validUntilUtcMs + utcShiftMs }),
  };
}

/** What was in force is compared with what is; that comes with its own end by the clock. */
function withoutClockEnd({ validUntilUtcMs: _, ...limit }: Limit): Limit {
  return limit;
}

/** A limit that is held is past its end: only its release counts. */
function withoutEnd({ validUntilMs: _, validUntilUtcMs: __, ...limit }: Limit): Limit {
  return { ...limit, validFromMs: 0 };
}

function movedLoad(load: LoadMemory, shiftMs: number, isLevel: boolean): LoadMemory {
  const { lastAnsweredAtMs: _, idleSinceMs, ...rest } = load;
  const at = (instantMs: number): number => cut(instantMs + shiftMs, LOAD_TICKS);
  const commandedAtMs = at(load.commandedAtMs);
  const isRepeated = load.reassertedAtMs > load.commandedAtMs;
  return {
    ...rest,
    commandedAtMs,
    // A switch rests from its opening only.
    narrowedAtMs: isLevel ? at(load.narrowedAtMs) : BASE_MS,
    pausedAtMs: at(load.pausedAtMs),
    // Whether a command was repeated is asked for whatever its age.
    reassertedAtMs: isRepeated
      ? Math.max(at(load.reassertedAtMs), commandedAtMs + 1)
      : Math.min(at(load.reassertedAtMs), commandedAtMs),
    ...(idleSinceMs === undefined ? {} : { idleSinceMs: at(idleSinceMs) }),
    isFallbackProven: EMPTY_LOAD_MEMORY.isFallbackProven,
    trace: NO_TRACE,
  };
}

function movedScheme(scheme: SchemeMemory, site: SitePlan, shiftMs: number): SchemeMemory {
  const { countedAfterMs, lockAfterMs, longRepeatWindowMs, resetWindowMs } = schemeFiguresOf(site);
  const within = (instantsMs: readonly number[], windowMs: number): readonly number[] =>
    instantsMs.map((atMs) => atMs + shiftMs).filter((atMs) => BASE_MS - atMs <= windowMs);
  const { above, insideAtMs, lockedAtMs } = scheme;
  const longestTicks = Math.ceil(Math.max(countedAfterMs, lockAfterMs, longRepeatWindowMs) / TICK_MS) + 2;
  return {
    circuitId: scheme.circuitId,
    direction: scheme.direction,
    ...(above === undefined
      ? {}
      : {
          above: {
            ...above,
            sinceMs: cut(above.sinceMs + shiftMs, longestTicks),
            lastMs: above.lastMs + shiftMs,
          },
        }),
    ...(insideAtMs === undefined ? {} : { insideAtMs: cut(insideAtMs + shiftMs, longestTicks) }),
    countedAtMs: within(scheme.countedAtMs, longRepeatWindowMs),
    // A home has no automatic reset: when it was locked is told, and never asked for.
    ...(lockedAtMs === undefined ? {} : { lockedAtMs: BASE_MS }),
    lockOutsAtMs: within(scheme.lockOutsAtMs, resetWindowMs),
  };
}

function longestPartyTicks(site: SitePlan): number {
  const heartbeat = site.controllingParty?.heartbeat;
  if (heartbeat === undefined) return 0;
  const { lostAfterMs, limitWithinMs, failSafeMinimumMs } = heartbeat;
  return Math.ceil((Math.max(failSafeMinimumMs, lostAfterMs + limitWithinMs) + TICK_MS) / TICK_MS);
}

function movedParty(site: SitePlan, party: Memory['party'], shiftMs: number): Pick<Memory, 'party'> {
  if (party === undefined) return {};
  const { state } = party;
  const sinceMs = state === 'controlled' ? BASE_MS : cut(party.sinceMs + shiftMs, longestPartyTicks(site));
  return { party: { state, sinceMs } };
}

/** A heartbeat of a lost party, and a control that no later heartbeat can come near to, are as good as never heard. */
function movedContact(
  site: SitePlan,
  { heartbeatAtMs, controlAtMs }: Carried['party'],
  shiftMs: number,
): Carried['party'] {
  const heartbeat = site.controllingParty?.heartbeat;
  if (heartbeat === undefined) return {};
  const ageMs = (atMs: number): number => BASE_MS - (atMs + shiftMs);
  const isHeard = heartbeatAtMs !== undefined && ageMs(heartbeatAtMs) < heartbeat.lostAfterMs;
  const isRecent =
    controlAtMs !== undefined && ageMs(controlAtMs) <= heartbeat.lostAfterMs + heartbeat.limitWithinMs;
  return {
    ...(isHeard ? { heartbeatAtMs: heartbeatAtMs + shiftMs } : {}),
    ...(isRecent ? { controlAtMs: controlAtMs + shiftMs } : {}),
  };
}
