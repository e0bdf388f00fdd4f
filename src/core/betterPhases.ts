import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { PhaseCount } from '../domain/phase.ts';
import type { Reason } from '../domain/reason.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Want } from './allocate.ts';
import { constraintsOf } from './constraints.ts';
import type { LoadView } from './loadView.ts';
import type { DrawSample, PhaseMemory } from './memory.ts';
import { judgeLoads, type Verdict } from './narrow.ts';
import { toThreeReason } from './phaseSwitching.ts';
import { onePhaseMap, phaseMemoryOf, type SwitchingPlan, switchesPhases } from './phases.ts';
import type { MeterView } from './picture.ts';
import type { Trust } from './trust.ts';

interface Arguments {
  readonly site: SitePlan;
  readonly limits: readonly Limit[];
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly loads: readonly LoadView[];
  readonly traces: readonly (readonly DrawSample[])[];
  readonly trusts: readonly Trust[];
  readonly wants: readonly Want[];
  /** Of the loads on the phases that they are on. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly canRecord: boolean;
  readonly nowMs: RunningMs;
}

interface Better {
  readonly to: PhaseCount;
  readonly reason: Reason;
  /** How long it must have been so without a break. */
  readonly provenAfterMs: number;
}

/**
 * Judges for each charge point that can switch whether the other number of phases would be the better one, with all others
 * as they are, and keeps since when. One at a time begins a changeover: what the others would then have is judged anew.
 * @returns the loads with that remembered; one that begins asks for nothing from the next decision on, so that a decision
 * which cannot be recorded has begun nothing
 */
export function choosePhases(arguments_: Arguments): readonly LoadView[] {
  const { loads, trusts, nowMs, canRecord } = arguments_;
  let isAnyChanging = loads.some(({ memory }) => memory.phases?.changeover !== undefined);
  return loads.map((view, index) => {
    const { plan, memory } = view;
    if (!switchesPhases(plan)) return view;
    const known = phaseMemoryOf(memory);
    // One late answer of a meter says nothing, neither for nor against.
    if (known.changeover !== undefined || trusts[index]?.state === 'late') return view;
    const better = betterPhases(arguments_, index, view, plan);
    const phases = rememberBetter(known, better, nowMs);
    // Once begun it must be brought to its end: without a record it would only be paused.
    const mayBegin = canRecord && !isAnyChanging && nowMs - known.switchedAtMs >= plan.phaseSwitching.restMs;
    if (!mayBegin || better === undefined || nowMs - (phases.betterSinceMs ?? nowMs) < better.provenAfterMs)
      return phases === known ? view : { ...view, memory: { ...memory, phases } };
    isAnyChanging = true;
    const { betterSinceMs: _, ...steady } = phases;
    const { to, reason } = better;
    const changeover = { to, sinceMs: nowMs, isTold: false, reason };
    return { ...view, memory: { ...memory, phases: { ...steady, changeover } } };
  });
}

function rememberBetter(known: PhaseMemory, better: Better | undefined, nowMs: RunningMs): PhaseMemory {
  if (better !== undefined)
    return known.betterSinceMs === undefined ? { ...known, betterSinceMs: nowMs } : known;
  if (known.betterSinceMs === undefined) return known;
  const { betterSinceMs: _, ...worse } = known;
  return worse;
}

/** Nothing where its phases are as good as the others, or nothing can be said of it. */
function betterPhases(
  arguments_: Arguments,
  index: number,
  view: LoadView,
  plan: SwitchingPlan,
): Better | undefined {
  const { verdicts, trusts, site } = arguments_;
  const verdict = verdicts.get(index);
  const isSeen = trusts[index]?.state === 'fresh' && view.isAnswering && view.fault === undefined;
  if (verdict === undefined || !isSeen) return undefined;
  const { marginA, resumeRestMs } = site.timing;
  const { desiredA } = verdict;
  const { minimumA } = plan;
  const { told } = phaseMemoryOf(view.memory);
  if (view.phases === 1) {
    const threeA = desiredOn(arguments_, index, { ...view, phaseMap: plan.phaseMap });
    const isMore = 3 * (threeA - marginA) > desiredA;
    if (threeA < minimumA + marginA || !isMore) return undefined;
    return { to: 3, reason: toThreeReason(plan), provenAfterMs: plan.phaseSwitching.restMs };
  }
  if (!hasCar(view)) return undefined;
  if (desiredA >= minimumA) {
    // Told three and still on one: it draws on one what three phases leave.
    const isStuck = told === 3 && view.phaseFault !== undefined;
    return isStuck ? { to: 3, reason: toThreeReason(plan), provenAfterMs: 0 } : undefined;
  }
  const oneA = desiredOn(arguments_, index, { ...view, phaseMap: onePhaseMap(plan) });
  if (oneA < minimumA) return undefined;
  return { to: 1, reason: verdict.reason, provenAfterMs: resumeRestMs };
}

function hasCar({ iecState }: LoadView): boolean {
  return iecState === 'B' || iecState === 'C' || iecState === 'D';
}

/** What the load would get, all else as it is, if its current were on other phases. */
function desiredOn(
  { site, limits, meters, loads, traces, trusts, wants, nowMs }: Arguments,
  index: number,
  view: LoadView,
): number {
  const others = loads.map((load, place) => (place === index ? view : load));
  const constraints = constraintsOf({ site, limits, meters, loads: others, traces });
  const { marginA } = site.timing;
  const verdicts = judgeLoads({ loads: others, trusts, wants, constraints, marginA, nowMs });
  return verdicts.get(index)?.desiredA ?? 0;
}
