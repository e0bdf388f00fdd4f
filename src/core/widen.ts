import type { RunningMs } from '../domain/instant.ts';
import type {
  ChargePointPlan,
  LimitedGeneratorPlan,
  LoadPlan,
  SwitchedGeneratorPlan,
  SwitchedLoadPlan,
  Timing,
} from '../domain/sitePlan.ts';
import { allotOne, type Want } from './allocate.ts';
import type { Constraint } from './constraints.ts';
import { CONFIRM_TOLERANCE_A, LEAST_RISE_A, POWER_LIMIT_STEP_A, REASSERT_LOWER_MS } from './figures.ts';
import type { FlowAccount } from './flowAccount.ts';
import { blocksClosing } from './generators.ts';
import type { LoadView } from './loadView.ts';
import type { Verdict } from './narrow.ts';
import type { Pace, WaitCause } from './pace.ts';
import type { Trust } from './trust.ts';
import { commandedA } from './wants.ts';

export type Widening =
  | { readonly kind: 'widen'; readonly toA: number }
  | { readonly kind: 'wait'; readonly cause: WaitCause }
  | { readonly kind: 'none' };

interface WidenArguments {
  readonly index: number;
  readonly view: LoadView;
  readonly verdict: Verdict;
  readonly want: Want;
  readonly trust: Trust;
  readonly constraints: readonly Constraint[];
  /** The flows with every load where it is or may be by now: growth of one counts for the next. */
  readonly account: FlowAccount;
  readonly timing: Timing;
  readonly pace: Pace;
  readonly canRecord: boolean;
  readonly nowMs: RunningMs;
}

/** Widening shows its proof, in this order: readings, record, confirmation, rest, ramp, headroom. */
export function judgeWidening(arguments_: WidenArguments): Widening {
  const { view, verdict, trust, canRecord, nowMs, timing } = arguments_;
  const heldA = commandedA(view);
  if (verdict.narrowToA !== undefined || heldA === undefined) return { kind: 'none' };
  const isReassertion = isHeldLower(view, heldA, nowMs, timing);
  if (verdict.desiredA < heldA + leastRiseA(view.plan, verdict.desiredA) && !isReassertion) {
    return { kind: 'none' };
  }
  if (trust.state !== 'fresh' || !view.isAnswering) return { kind: 'wait', cause: 'fresh readings' };
  if (!canRecord) return { kind: 'wait', cause: 'record' };
  if (view.fault !== undefined && !isReassertion) return { kind: 'wait', cause: 'fault' };
  if (isReassertion && restsOpen(view, nowMs)) return { kind: 'wait', cause: 'rest' };
  if (isReassertion) return verdict.desiredA >= heldA ? { kind: 'widen', toA: heldA } : { kind: 'none' };
  if (!isConfirmed(view, heldA)) return { kind: 'wait', cause: 'confirmation' };
  switch (view.plan.kind) {
    case 'chargePoint':
      return widenChargePoint(arguments_, view.plan, heldA);
    case 'switchedLoad':
      return closeLoad(arguments_, view.plan);
    case 'switchedGenerator':
      return closeGenerator(arguments_, view.plan);
    case 'limitedGenerator':
      return raiseGenerator(arguments_, view.plan, heldA);
  }
}

/** A level rises by no less than is worth a command, but a generator is always set free for the last bit. */
function leastRiseA(plan: LoadPlan, desiredA: number): number {
  const isSwitch = plan.kind === 'switchedLoad' || plan.kind === 'switchedGenerator';
  const isSetFree = plan.kind === 'limitedGenerator' && desiredA >= plan.ratingA;
  return isSwitch || isSetFree ? 0.01 : LEAST_RISE_A;
}

/** The device reports less than it was told, long after: it may have been restarted, or a cable may be the reason. */
function isHeldLower(view: LoadView, heldA: number, nowMs: RunningMs, timing: Timing): boolean {
  if (view.readBackA === undefined || view.memory.commanded === undefined) return false;
  const { commandedAtMs, reassertedAtMs } = view.memory;
  const isLower = view.readBackA < heldA - CONFIRM_TOLERANCE_A;
  const isTried = reassertedAtMs > commandedAtMs;
  // A lower limit that stays is somebody else's, and not for the gateway to take away.
  if (view.plan.kind === 'limitedGenerator' && isTried) return false;
  const waitMs = isTried ? REASSERT_LOWER_MS : timing.confirmMs;
  return isLower && nowMs - Math.max(commandedAtMs, reassertedAtMs) > waitMs;
}

function isConfirmed(view: LoadView, heldA: number): boolean {
  return view.readBackA !== undefined && view.readBackA <= heldA + CONFIRM_TOLERANCE_A;
}

/** A contact stays open for its least time, whoever opened it. */
function restsOpen({ plan, memory }: LoadView, nowMs: RunningMs): boolean {
  return 'minimumOpenMs' in plan && nowMs - memory.pausedAtMs < plan.minimumOpenMs;
}

function widenChargePoint(arguments_: WidenArguments, plan: ChargePointPlan, heldA: number): Widening {
  const { view, verdict, timing, pace, nowMs } = arguments_;
  const { narrowedAtMs, pausedAtMs, commandedAtMs } = view.memory;
  const isPaused = heldA < plan.minimumA;
  const isResting = isPaused
    ? nowMs - pausedAtMs < timing.resumeRestMs
    : nowMs - narrowedAtMs < timing.widenRestMs;
  if (isResting) return { kind: 'wait', cause: 'rest' };
  const spacingMs = Math.max(timing.rampStepMs, pace.writeSpacingMs);
  if (nowMs - commandedAtMs < spacingMs) return { kind: 'wait', cause: 'ramp' };
  const room = roomFor(arguments_);
  const rampA = heldA + (timing.rampAPerS * spacingMs) / 1000;
  const nextA = Math.min(room, verdict.desiredA, isPaused ? plan.minimumA : rampA, plan.ratingA);
  const toA = floorToStep(nextA, pace.setpointStepA);
  if (toA < plan.minimumA) return { kind: 'wait', cause: 'headroom' };
  if (toA < heldA + LEAST_RISE_A)
    return { kind: 'wait', cause: room < verdict.desiredA ? 'headroom' : 'least step' };
  return { kind: 'widen', toA };
}

function closeLoad(arguments_: WidenArguments, plan: SwitchedLoadPlan): Widening {
  const { view, nowMs } = arguments_;
  if (restsOpen(view, nowMs)) return { kind: 'wait', cause: 'rest' };
  if (roomFor(arguments_) < plan.ratingA) return { kind: 'wait', cause: 'headroom' };
  return { kind: 'widen', toA: plan.ratingA };
}

function closeGenerator(arguments_: WidenArguments, plan: SwitchedGeneratorPlan): Widening {
  const { index, view, constraints, timing, nowMs } = arguments_;
  if (restsOpen(view, nowMs)) return { kind: 'wait', cause: 'rest' };
  if (blocksClosing(index, view, constraints, timing.marginA) !== undefined)
    return { kind: 'wait', cause: 'headroom' };
  return { kind: 'widen', toA: plan.ratingA };
}

/** Only a limit of the gateway's own is ever raised: one that was found on the device stays. */
function raiseGenerator(
  { view, verdict, timing, pace, nowMs }: WidenArguments,
  plan: LimitedGeneratorPlan,
  heldA: number,
): Widening {
  const { commanded, narrowedAtMs, commandedAtMs } = view.memory;
  if (commanded === undefined || commanded >= plan.ratingA) return { kind: 'none' };
  if (nowMs - narrowedAtMs < timing.widenRestMs) return { kind: 'wait', cause: 'rest' };
  const spacingMs = Math.max(timing.rampStepMs, pace.writeSpacingMs);
  if (nowMs - commandedAtMs < spacingMs) return { kind: 'wait', cause: 'ramp' };
  if (verdict.desiredA >= plan.ratingA) return { kind: 'widen', toA: plan.ratingA };
  const rampA = heldA + (timing.rampAPerS * spacingMs) / 1000;
  const toA = floorToStep(Math.min(verdict.desiredA, rampA), stepOfLevel(plan, pace));
  return toA < heldA + LEAST_RISE_A ? { kind: 'wait', cause: 'least step' } : { kind: 'widen', toA };
}

/** The least step of a load's level, amps. */
export function stepOfLevel(plan: LoadPlan, pace: Pace): number {
  return plan.kind === 'chargePoint' ? pace.setpointStepA : POWER_LIMIT_STEP_A;
}

/** Amps that fit under every ceiling with all others at the most they may draw now. */
function roomFor({ index, view, want, constraints, account, timing }: WidenArguments): number {
  return allotOne({
    index,
    view,
    want,
    constraints,
    account,
    marginA: timing.marginA,
    isGrowing: true,
  }).targetA;
}

/** Down to a step that the device can tell apart; a hair is added so that 6 A stays 6 A in binary fractions. */
export function floorToStep(currentA: number, stepA: number): number {
  if (stepA <= 0) return currentA;
  return Math.round(Math.floor(currentA / stepA + 1e-9) * stepA * 1000) / 1000;
}
