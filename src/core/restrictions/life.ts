import type { Now, RunningMs } from '../../domain/instant.ts';
import type { ReceiptStatus, RestrictionNotice } from '../../domain/restriction.ts';
import { restrictedTimes, supersededBy } from './admit.ts';
import { DAY_MS, merged } from './caps.ts';
import { addPower, EFFECT_WINDOW_MS } from './effect.ts';
import {
  type HeldNotice,
  NO_POWER,
  type NoticeEnd,
  type PowerSum,
  type RestrictionMemory,
} from './memory.ts';

/** What the gateway sees of the home in one cycle, as far as the notices need it. */
export interface HomeView {
  /** Limits of rank 4 that are over and wait for their random offset still hold for these notices. */
  readonly isStillHeld: (noticeId: string) => boolean;
  /** Import at the connection point now, watts; absent: not measured. */
  readonly powerW?: number;
  /** Excursions above any ceiling that began in this cycle. */
  readonly excursions: number;
  /** Whether everything that a notice asks of this home is met. */
  readonly isMet: (noticeId: string) => boolean;
}

/** Something to be receipted. */
export interface LifeStep {
  readonly status: Exclude<ReceiptStatus, 'received' | 'refused'>;
  readonly held: HeldNotice;
}

export interface Lived {
  readonly memory: RestrictionMemory;
  /** In the order in which they happened. */
  readonly steps: readonly LifeStep[];
}

/**
 * Longest time without power that the wall clock may take off a restriction. What claims to have been longer is more
 * likely a clock that is wrong, and then the restriction runs its whole time on the running clock.
 */
const LONGEST_GAP_MS = 2 * DAY_MS;
const HOUR_MS = 3_600_000;

/** After a restart: what of the wall clock was known last belongs to the life before. */
export function restrictionsAfterRestart(memory: RestrictionMemory): RestrictionMemory {
  const { syncedAt, lifeBefore: _, ...rest } = memory;
  return syncedAt === undefined ? rest : { ...rest, lifeBefore: syncedAt };
}

/**
 * Before each decision: notices begin and end when their time has come. All on the running clock, so that no step of the
 * wall clock moves them. Only time without power is taken off, once, when the wall clock is synced before and after it.
 * @param powerBefore of the minute before, kept by the notices that begin now
 */
export function passTime(memory: RestrictionMemory, now: Now, powerBefore: PowerSum | undefined): Lived {
  const steps: LifeStep[] = [];
  const timed = withGapTakenOff(memory, now);
  let { held } = timed;
  for (const { notice } of held) {
    const one = held.find((each) => each.notice === notice);
    if (one === undefined || one.ended !== undefined) continue;
    if (one.startedAtMs === undefined && now.runningMs >= one.startsAtMs) {
      const former = supersededBy(notice, held);
      if (former !== undefined) held = ended(held, former, 'superseded', now.runningMs, steps);
      const before = powerBefore === undefined ? {} : { before: powerBefore };
      const started = { ...one, ...before, startedAtMs: one.startsAtMs };
      held = replaced(held, one, started);
      steps.push({ status: 'started', held: started });
    }
  }
  for (const one of held) {
    if (one.startedAtMs === undefined || one.ended !== undefined) continue;
    if (now.runningMs >= one.endsAtMs) held = ended(held, one, 'completed', one.endsAtMs, steps);
  }
  const used = usedAfter(timed, held, now.runningMs);
  return { memory: { ...timed, held, used }, steps };
}

/** Ends what was not over: by its issuer, by the household, by another notice. One that had not begun never begins. */
export function endNotices(
  memory: RestrictionMemory,
  how: NoticeEnd,
  isMeant: (notice: RestrictionNotice) => boolean,
  nowMs: RunningMs,
): Lived {
  const steps: LifeStep[] = [];
  let { held } = memory;
  for (const one of held) {
    if (one.ended === undefined && isMeant(one.notice)) held = ended(held, one, how, nowMs, steps);
  }
  return { memory: { ...memory, held, used: usedAfter(memory, held, nowMs) }, steps };
}

/** After each decision: what was measured, the hours in force, and the loads that are back. */
export function follow(memory: RestrictionMemory, now: Now, tookMs: number, home: HomeView): Lived {
  if (memory.held.length === 0) return { memory, steps: [] };
  const steps: LifeStep[] = [];
  const nowMs = now.runningMs;
  const followed = memory.held.map((one) => {
    const next = measured(one, nowMs, tookMs, home);
    const { startedAtMs, ended: end, backAtMs, hoursTold } = next;
    if (startedAtMs !== undefined && end === undefined && nowMs - startedAtMs >= (hoursTold + 1) * HOUR_MS) {
      const told = { ...next, hoursTold: hoursTold + 1 };
      steps.push({ status: 'inForce', held: told });
      return told;
    }
    if (end !== undefined && backAtMs === undefined && !home.isStillHeld(one.notice.noticeId)) {
      return { ...next, backAtMs: nowMs };
    }
    return next;
  });
  const isDone = (one: HeldNotice): boolean =>
    one.backAtMs !== undefined && (one.startedAtMs === undefined || nowMs - one.backAtMs >= EFFECT_WINDOW_MS);
  for (const one of followed) if (isDone(one)) steps.push({ status: 'released', held: one });
  return { memory: { ...memory, held: followed.filter((one) => !isDone(one)) }, steps };
}

/** The notices in force now, oldest first. */
export function inForceOf({ held }: RestrictionMemory): readonly HeldNotice[] {
  return held.filter(({ startedAtMs, ended: end }) => startedAtMs !== undefined && end === undefined);
}

function measured(one: HeldNotice, nowMs: RunningMs, tookMs: number, home: HomeView): HeldNotice {
  if (one.startedAtMs === undefined) return one;
  if (one.ended !== undefined) {
    return one.backAtMs === undefined ? one : { ...one, after: addPower(one.after, home.powerW, tookMs) };
  }
  const isFollowed = one.effectAtMs === undefined && home.isMet(one.notice.noticeId);
  // What was read in the cycle in which it began is of before; while the loads still follow, it is of neither.
  const isFirst = nowMs - tookMs < one.startedAtMs;
  return {
    ...one,
    during: isFollowed ? NO_POWER : isFirst ? one.during : addPower(one.during, home.powerW, tookMs),
    excursions: one.excursions + home.excursions,
    ...(isFollowed ? { effectAtMs: nowMs } : {}),
  };
}

function ended(
  held: readonly HeldNotice[],
  one: HeldNotice,
  how: NoticeEnd,
  atMs: RunningMs,
  steps: LifeStep[],
): readonly HeldNotice[] {
  const over: HeldNotice = { ...one, ended: { how, atMs } };
  steps.push({ status: how, held: over });
  return replaced(held, one, over);
}

function replaced(held: readonly HeldNotice[], one: HeldNotice, by: HeldNotice): readonly HeldNotice[] {
  return held.map((each) => (each === one ? by : each));
}

/** What has become history joins the time that was used up; what lies more than a day back is forgotten. */
function usedAfter(
  { held: before, used }: RestrictionMemory,
  held: readonly HeldNotice[],
  nowMs: RunningMs,
): RestrictionMemory['used'] {
  const over = held.flatMap((one) => {
    const was = before.find(({ notice }) => notice === one.notice);
    const hasEnded = was?.ended === undefined && one.ended !== undefined;
    if (!hasEnded || one.startedAtMs === undefined || one.notice.isRehearsal) return [];
    return [{ fromMs: one.startedAtMs, untilMs: one.ended?.atMs ?? nowMs }];
  });
  const isRecent = ({ untilMs }: { readonly untilMs: RunningMs }): boolean => untilMs > nowMs - DAY_MS;
  if (over.length === 0 && used.every(isRecent)) return used;
  return merged([...used, ...over]).filter(isRecent);
}

function withGapTakenOff(memory: RestrictionMemory, now: Now): RestrictionMemory {
  if (now.clockLevel !== 'synced') return memory;
  const { lifeBefore, ...rest } = memory;
  const syncedAt = { runningMs: now.runningMs, utcMs: now.utcMs };
  if (lifeBefore === undefined) return { ...rest, syncedAt };
  const gapMs = now.utcMs - lifeBefore.utcMs - (now.runningMs - lifeBefore.runningMs);
  const isBelievable = gapMs > 0 && gapMs <= LONGEST_GAP_MS && restrictedTimes(memory).length > 0;
  if (!isBelievable) return { ...rest, syncedAt };
  const earlier = (one: HeldNotice): HeldNotice => {
    if (one.ended !== undefined) return one;
    const started = one.startedAtMs === undefined ? {} : { startedAtMs: one.startedAtMs - gapMs };
    return { ...one, ...started, startsAtMs: one.startsAtMs - gapMs, endsAtMs: one.endsAtMs - gapMs };
  };
  const used = rest.used.map(({ fromMs, untilMs }) => ({ fromMs: fromMs - gapMs, untilMs: untilMs - gapMs }));
  return { ...rest, syncedAt, held: rest.held.map(earlier), used };
}
