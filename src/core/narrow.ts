import type { RunningMs } from '../domain/instant.ts';
import type { Reason } from '../domain/reason.ts';
import { type Allotment, allocate, bindingReason, servingOrder, type Want } from './allocate.ts';
import type { Constraint } from './constraints.ts';
import { blocksClosing, type GeneratorVerdict, judgeGenerators, roomToGive } from './generators.ts';
import type { LoadView } from './loadView.ts';
import type { Trust } from './trust.ts';

/** Where a load should be, and where it must be at once. Amps per phase; 0 is paused or open. */
export interface Verdict {
  /** What it may have once it has earned it: ramp, rest and proof. */
  readonly desiredA: number;
  /** Present when it has more than it may: go here now. */
  readonly narrowToA?: number;
  readonly reason: Reason;
}

interface Arguments {
  readonly loads: readonly LoadView[];
  readonly trusts: readonly Trust[];
  readonly wants: readonly Want[];
  readonly constraints: readonly Constraint[];
  readonly marginA: number;
  readonly nowMs: RunningMs;
}

/**
 * Judges who must go down. The headroom is shared twice: with a margin, for what everyone should have, and
 * without one, for what everyone may keep. In between a load stays as it is, so that noise moves nothing.
 */
export function judgeLoads(arguments_: Arguments): Map<number, Verdict> {
  const { loads, trusts, constraints, marginA } = arguments_;
  let generators = judgeGenerators({ loads, trusts, constraints, marginA, targets: new Map() });
  let verdicts = judgeConsumers(arguments_, generators);
  // Shedding raises the export, opening a generator raises the import: once more round settles it,
  // since generators only ever open here.
  const targets = new Map(
    [...verdicts].map(([index, verdict]) => [index, verdict.narrowToA ?? presentA(loads, index)]),
  );
  const again = judgeGenerators({ loads, trusts, constraints, marginA, targets });
  if ([...again].some(([index, verdict]) => verdict.targetA !== generators.get(index)?.targetA)) {
    generators = again;
    verdicts = judgeConsumers(arguments_, generators);
  }
  for (const [index, { targetA, reason }] of generators) {
    const view = loads[index];
    const want = arguments_.wants[index];
    if (view === undefined || want === undefined) continue;
    if (reason !== undefined) {
      verdicts.set(index, {
        desiredA: targetA,
        ...(view.inForceA > targetA ? { narrowToA: targetA } : {}),
        reason,
      });
    } else verdicts.set(index, judgeKeptGenerator(index, view, want, arguments_));
  }
  return verdicts;
}

/** A generator that need not go down: whether it may come back, or give more. */
function judgeKeptGenerator(
  index: number,
  view: LoadView,
  want: Want,
  { constraints, marginA, nowMs }: Arguments,
): Verdict {
  if (view.plan.kind === 'limitedGenerator') {
    // Not limited by this gateway: what it is limited to by others is not for it to say.
    if (view.memory.commanded === undefined) return { desiredA: want.mostA, reason: want.reason };
    const { roomA, binding } = roomToGive(index, view, constraints, marginA, nowMs);
    // What it does not really have, it does not keep.
    const hasA = Math.min(view.inForceA, view.readBackA ?? view.inForceA);
    const desiredA = Math.min(want.mostA, Math.max(hasA, roomA));
    const isBound = binding !== undefined && desiredA < want.mostA;
    return { desiredA, reason: isBound ? bindingReason(binding) : want.reason };
  }
  const blocking = view.inForceA > 0 ? undefined : blocksClosing(index, view, constraints, marginA);
  if (blocking === undefined) return { desiredA: want.mostA, reason: want.reason };
  return { desiredA: 0, reason: bindingReason(blocking) };
}

function presentA(loads: readonly LoadView[], index: number): number {
  return loads[index]?.inForceA ?? 0;
}

function judgeConsumers(
  { loads, wants, constraints, marginA, nowMs }: Arguments,
  generators: ReadonlyMap<number, GeneratorVerdict>,
): Map<number, Verdict> {
  const positions = new Map([...generators].map(([index, verdict]) => [index, verdict.targetA]));
  const desired = allocate({ loads, wants, constraints, marginA, generators: positions, nowMs });
  // Nobody is narrowed for what another could keep but would not be given: an open switch whose rating fits only without the
  // margin stays open.
  const keeping = wants.map((want, index): Want => {
    const view = loads[index];
    const desire = desired.get(index);
    if (view === undefined || desire === undefined) return want;
    return { ...want, mostA: Math.min(want.mostA, Math.max(view.inForceA, desire.targetA)) };
  });
  const kept = allocate({ loads, wants: keeping, constraints, marginA: 0, generators: positions, nowMs });
  const verdicts = new Map<number, Verdict>();
  for (const index of servingOrder(loads)) {
    const view = loads[index];
    const desire = desired.get(index);
    const keep = kept.get(index);
    if (view === undefined || desire === undefined || keep === undefined) continue;
    verdicts.set(index, judgeOne(view, desire, keep));
  }
  return verdicts;
}

function judgeOne(view: LoadView, desire: Allotment, keep: Allotment): Verdict {
  const { plan, inForceA } = view;
  const desiredA = desire.targetA;
  if (keep.targetA >= inForceA) return { desiredA, reason: desire.reason };
  const lowestA = Math.min(desiredA, keep.targetA);
  if (plan.kind !== 'chargePoint' || lowestA >= plan.minimumA) {
    return { desiredA, narrowToA: lowestA, reason: keep.reason };
  }
  // Without the margin there is room for the least that charges: it is not paused for the margin's sake.
  const leastA = keep.targetA >= plan.minimumA ? plan.minimumA : Math.min(lowestA, plan.floorA);
  return { desiredA, ...(leastA < inForceA ? { narrowToA: leastA } : {}), reason: keep.reason };
}
