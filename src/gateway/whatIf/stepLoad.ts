import { SETTLE_MS, UNUSED_BAND_A, UNUSED_PHASE_A } from '../../core/figures.ts';
import { powerLimitOf } from '../../core/limitedGenerators.ts';
import type { LoadMemory } from '../../core/memory.ts';
import { type PerPhase, PHASES } from '../../domain/phase.ts';
import type { DeviceReadings } from '../../domain/point.ts';
import type { ChargePointPlan, LimitedGeneratorPlan, LoadPlan } from '../../domain/sitePlan.ts';
import { measuredNumber, mostOf } from './phaseReadings.ts';
import { mapPhases } from './recordedDraws.ts';

/** What the recording showed that a load would take or give when it is let. */
export interface Appetite {
  /** Amps on its most used phase at which it stops by itself. */
  readonly mostA: number;
  /** Of its set-point, while that is what limits it. */
  readonly followed: number;
  /** Of that on each phase, 0 to 1. */
  readonly shares: PerPhase<number>;
}

/** What a load was told and did between two decisions. */
export interface Course {
  /** Told the same as recorded: its read-back is the recorded one. */
  readonly isSame: boolean;
  /** Amps; for a switch 1 closed, 0 open. Absent: never told anything, and nothing was read back. */
  readonly setpoint?: number;
  /** Whether it is on one phase; absent: as recorded. */
  readonly isOnOnePhase?: boolean;
  /** Amps per phase, >= 0. */
  readonly draw: PerPhase<number> | 'recorded';
}

interface Situation<Plan extends LoadPlan = LoadPlan> {
  readonly plan: Plan;
  readonly readings: DeviceReadings | undefined;
  readonly recorded: LoadMemory;
  readonly simulated: LoadMemory;
  readonly isSame: boolean;
  readonly lastSetpoint: number | undefined;
  /** By the recording. */
  readonly drawnA: PerPhase<number>;
  readonly appetite: Appetite;
  readonly voltageV: PerPhase<number>;
  readonly nowMs: number;
}

interface Stepped {
  readonly appetite: Appetite;
  readonly course: Course;
}

/** A contact that has just moved is not yet seen in the readings. */
const CONTACT_SETTLE_MS = 3_000;
/** A generator that gives this much of its limit would give more without it. */
const AT_ITS_LIMIT = 0.9;

/** Before anything is known: all that the load is rated for; a generator nothing. */
export function appetiteAtFirst(plan: LoadPlan): Appetite {
  const feedsIn = plan.kind === 'switchedGenerator' || plan.kind === 'limitedGenerator';
  return { mostA: feedsIn ? 0 : plan.ratingA, followed: 1, shares: mapPhases(plan.phaseMap, () => 1) };
}

/** How a load goes on when it is told what the simulated gateway told it. */
export function stepLoad(situation: Situation): Stepped {
  const { plan } = situation;
  const setpoint = setpointOf(situation);
  const stepped =
    plan.kind === 'chargePoint'
      ? stepChargePoint({ ...situation, plan }, setpoint ?? plan.ratingA)
      : plan.kind === 'limitedGenerator'
        ? stepGenerator({ ...situation, plan }, setpoint ?? plan.ratingA)
        : stepSwitch(situation, setpoint ?? 0);
  const draw = situation.isSame ? 'recorded' : stepped.draw;
  const said = setpoint === undefined ? {} : { setpoint };
  const { recorded, simulated } = situation;
  const told = simulated.phases?.told;
  const switched = told === recorded.phases?.told ? {} : { isOnOnePhase: told === 1 };
  return { appetite: stepped.appetite, course: { isSame: situation.isSame, ...said, ...switched, draw } };
}

function setpointOf({ plan, readings, simulated, lastSetpoint }: Situation): number | undefined {
  const told = simulated.commanded ?? lastSetpoint;
  if (told !== undefined) return told;
  if (plan.kind === 'chargePoint') return measuredNumber(readings, 'setpointA')?.value;
  if (plan.kind === 'limitedGenerator') return undefined;
  const position = readings?.[`relayClosed.${plan.relayChannel}`];
  return position?.state === 'measured' ? Number(position.value) : undefined;
}

type Behaviour = { readonly appetite: Appetite; readonly draw: Course['draw'] };

function stepChargePoint(situation: Situation<ChargePointPlan>, setpointA: number): Behaviour {
  const { plan, readings, recorded, simulated, drawnA, nowMs } = situation;
  const state = readings?.chargingState;
  const car = readings?.carConnected;
  const isAway =
    (car?.state === 'measured' && car.value === false) ||
    (state?.state === 'measured' && state.value === 'A');
  // Another car may come, of which nothing is known.
  if (isAway) return { appetite: appetiteAtFirst(plan), draw: 'recorded' };
  if (state?.state === 'measured' && (state.value === 'E' || state.value === 'F'))
    return { appetite: situation.appetite, draw: 'recorded' };
  const recordedA = recorded.commanded ?? plan.ratingA;
  const mostDrawnA = mostOf(drawnA);
  const isSettled = nowMs - recorded.commandedAtMs >= SETTLE_MS;
  const isItsOwnLimit = recordedA >= plan.minimumA && mostDrawnA < recordedA - UNUSED_BAND_A;
  const appetite = carAppetite(situation, recordedA, mostDrawnA, isSettled, isItsOwnLimit);
  if (setpointA < plan.minimumA) return { appetite, draw: mapPhases(plan.phaseMap, () => 0) };
  const isOnOne = simulated.phases?.told === 1;
  const isOnSame = isOnOne === (recorded.phases?.told === 1);
  // A car that tapers off by itself goes on doing so.
  if (isOnSame && isSettled && isItsOwnLimit && setpointA >= mostDrawnA)
    return { appetite, draw: 'recorded' };
  const levelA = Math.min(setpointA * appetite.followed, appetite.mostA);
  const draw = mapPhases(appetite.shares, (share, phase) =>
    isOnOne && plan.phaseMap[phase] !== 'L1' ? 0 : share * levelA,
  );
  return { appetite, draw };
}

function carAppetite(
  { plan, appetite, drawnA, recorded }: Situation<ChargePointPlan>,
  recordedA: number,
  mostDrawnA: number,
  isSettled: boolean,
  isItsOwnLimit: boolean,
): Appetite {
  // A paused car says nothing of what it would take.
  if (recordedA < plan.minimumA) return appetite;
  // On one phase nothing is seen of what it would do on the others.
  const isTelling = mostDrawnA > UNUSED_PHASE_A && recorded.phases?.told !== 1;
  const shares = isTelling ? mapPhases(drawnA, (phaseA) => phaseA / mostDrawnA) : appetite.shares;
  if (!isSettled) return { ...appetite, shares, mostA: Math.max(appetite.mostA, mostDrawnA) };
  if (isItsOwnLimit) return { ...appetite, shares, mostA: mostDrawnA };
  return { shares, mostA: plan.ratingA, followed: Math.min(1.1, mostDrawnA / recordedA) };
}

function stepSwitch(situation: Situation, setpoint: number): Behaviour {
  const { plan, recorded, appetite: known, drawnA, nowMs } = situation;
  const wasClosed = isClosedInRecording(situation);
  const isSettled = nowMs - recorded.commandedAtMs >= CONTACT_SETTLE_MS;
  const mostA = mostOf(drawnA);
  const appetite =
    wasClosed && isSettled
      ? { ...known, mostA, shares: mostA > 0 ? mapPhases(drawnA, (amps) => amps / mostA) : known.shares }
      : known;
  if (setpoint === 0) return { appetite, draw: mapPhases(plan.phaseMap, () => 0) };
  if (wasClosed) return { appetite, draw: 'recorded' };
  return { appetite, draw: mapPhases(appetite.shares, (share) => share * appetite.mostA) };
}

function isClosedInRecording({ plan, readings, recorded }: Situation): boolean {
  if (recorded.commanded !== undefined) return recorded.commanded > 0;
  const position = 'relayChannel' in plan ? readings?.[`relayClosed.${plan.relayChannel}`] : undefined;
  return position?.state === 'measured' && position.value === true;
}

function stepGenerator(situation: Situation<LimitedGeneratorPlan>, setpointA: number): Behaviour {
  const { plan, recorded, appetite: known, drawnA } = situation;
  const mostGivenA = mostOf(drawnA);
  const recordedLimitA = limitOf(situation, recorded.commanded ?? plan.ratingA);
  const isHeld = mostGivenA >= AT_ITS_LIMIT * recordedLimitA;
  const appetite = {
    ...known,
    shares: mostGivenA > 0 ? mapPhases(drawnA, (amps) => amps / mostGivenA) : known.shares,
    mostA: isHeld ? Math.max(known.mostA, mostGivenA) : mostGivenA,
  };
  const limitA = limitOf(situation, setpointA);
  if (!isHeld && mostGivenA <= limitA) return { appetite, draw: 'recorded' };
  const levelA = Math.min(appetite.mostA, limitA);
  return { appetite, draw: mapPhases(appetite.shares, (share) => share * levelA) };
}

/** The device is limited in watts, which are fewer amps at a high voltage. */
function limitOf({ plan, voltageV }: Situation<LimitedGeneratorPlan>, setpointA: number): number {
  if (setpointA >= plan.ratingA) return Number.POSITIVE_INFINITY;
  const phases = PHASES.filter((phase) => plan.phaseMap[phase] !== undefined);
  const volts = phases.reduce((sum, phase) => sum + (voltageV[phase] ?? 0), 0);
  return powerLimitOf(plan, setpointA) / Math.max(1, volts);
}
