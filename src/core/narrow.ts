import type { Reason } from '../domain/reason.ts';
import { type Allotment, allocate, bindingReason, servingOrder, type Want } from './allocate.ts';
import type { Constraint } from './constraints.ts';
import { blocksClosing, type GeneratorVerdict, judgeGenerators } from './generators.ts';
import type { LoadView } from './loads.ts';
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
}

/**
 * Judges who must go down. The headroom is shared twice: with a margin, for what everyone should have, and
 * without one, for what everyone may keep. In between a load stays as it is, so that noise moves nothing.
 */
export function judgeLoads(arguments_: Arguments): Map<number, Verdict> {
  const { loads, trusts, constraints } = arguments_;
  let generators = judgeGenerators({ loads, trusts, constraints, targets: new Map() });
  let verdicts = judgeConsumers(arguments_, generators);
  // Shedding raises the export, opening a generator raises the import: once more round settles it,
  // since generators only ever open here.
  const targets = new Map(
    [...verdicts].map(([index, verdict]) => [index, verdict.narrowToA ?? presentA(loads, index)]),
  );
  const again = judgeGenerators({ loads, trusts, constraints, targets });
  if ([...again].some(([index, verdict]) => verdict.targetA !== generators.get(index)?.targetA)) {
    generators = again;
    verdicts = judgeConsumers(arguments_, generators);
  }
  for (const [index, { targetA, reason }] of generators) {
    const view = loads[index];
    const want = arguments_.wants[index];
    if (view === undefined || want === undefined) continue;
    if (targetA === 0 && reason !== undefined) {
      verdicts.set(index, { desiredA: 0, ...(view.inForceA > 0 ? { narrowToA: 0 } : {}), reason });
      continue;
    }
    const blocking =
      view.inForceA > 0 ? undefined : blocksClosing(index, view, constraints, arguments_.marginA);
    if (blocking === undefined) verdicts.set(index, { desiredA: want.mostA, reason: want.reason });
    else verdicts.set(index, { desiredA: 0, reason: bindingReason(blocking) });
  }
  return verdicts;
}

function presentA(loads: readonly LoadView[], index: number): number {
  return loads[index]?.inForceA ?? 0;
}

function judgeConsumers(
  { loads, wants, constraints, marginA }: Arguments,
  generators: ReadonlyMap<number, GeneratorVerdict>,
): Map<number, Verdict> {
  const positions = new Map([...generators].map(([index, verdict]) => [index, verdict.targetA]));
  const desired = allocate({ loads, wants, constraints, marginA, generators: positions });
  const kept = allocate({ loads, wants, constraints, marginA: 0, generators: positions });
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
  const isTooLittle = plan.kind === 'chargePoint' && lowestA < plan.minimumA;
  return { desiredA, narrowToA: isTooLittle ? Math.min(lowestA, plan.floorA) : lowestA, reason: keep.reason };
}
