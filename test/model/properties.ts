import { schemeFiguresOf, stateOf } from '../../src/core/limitationScheme.ts';
import type { Memory } from '../../src/core/memory.ts';
import { safeCurrentOf } from '../../src/core/trust.ts';
import type { Command } from '../../src/domain/command.ts';
import { hasRested, isLocked, isLost, owedImportA, resetWindowMs, toldA } from './ledger.ts';
import { type Action, CONFIRM_TICKS, type SmallWorld, TICK_MS } from './smallWorld.ts';
import { type Stepped, type Taken, targetOf } from './step.ts';
import { gridFlow, type WorldState } from './worldState.ts';

/** What must hold on every transition; the names are those that the mutants name. */
export const PROPERTIES = [
  'a seen excess is met at once',
  'a lost picture means the safe posture',
  'a load that has more than it was told is told again',
  'nothing widens without its proof',
  'nothing widens above what is owed',
  'narrowing never raises',
  'a limit that is owed is in force',
  'a long excursion is counted and locks',
  'a lock-out is left only by a permitted reset',
  'nothing counted is forgotten',
  'every command has a reason',
] as const;

export type Property = (typeof PROPERTIES)[number];

export interface Violation {
  readonly property: Property;
  readonly detail: string;
}

interface Transition {
  readonly world: SmallWorld;
  readonly action: Action;
  readonly before: WorldState;
  readonly after: WorldState;
  readonly taken: Taken;
}

/** The first property that a step breaks. */
export function violationOf(
  world: SmallWorld,
  action: Action,
  before: WorldState,
  { state: after, taken }: Stepped,
): Violation | undefined {
  if (taken === undefined) return undefined;
  const transition = { world, action, before, after, taken };
  return (
    judgeOwed(transition) ??
    judgeCommands(transition) ??
    judgeFlow(transition) ??
    judgeLockOut(transition) ??
    judgeCounters(transition)
  );
}

const EPSILON_A = 1e-6;

function judgeFlow({ world, before, after, taken }: Transition): Violation | undefined {
  const { truth, ledger } = after;
  const told = toldA(world, after.carried.core) ?? truth.inForceA;
  const givenA = Math.min(told, truth.inForceA);
  if (isLost(truth) && told > safeCurrentOf(world.load) + EPSILON_A)
    return { property: 'a lost picture means the safe posture', detail: `it may have ${told} A` };
  if (ledger.disobeyingTicks > CONFIRM_TICKS + 1)
    return {
      property: 'a load that has more than it was told is told again',
      detail: `told ${told} A, has ${truth.inForceA} A for ${ledger.disobeyingTicks} ticks`,
    };
  if (!taken.isSeen || told <= EPSILON_A) return undefined;
  // A load is not trusted to stay below what it may have; of a generator, what it gives is what counts.
  const flowA = gridFlow(world, truth, world.load.kind === 'limitedGenerator' ? givenA : told);
  const [importA, exportA] = owedCeilings(world, after);
  // What goes down now is right: it was seen above only in this decision.
  if (flowA <= importA + EPSILON_A && -flowA <= exportA + EPSILON_A) return undefined;
  const wasA = gridFlow(world, truth, before.truth.inForceA);
  return {
    property: 'a seen excess is met at once',
    detail: `${flowA} A at what it is told (${told} A), ${wasA} A before, of ${importA} A import and ${exportA} A export`,
  };
}

function owedCeilings(world: SmallWorld, state: WorldState): [number, number] {
  const [circuit] = world.site.circuits;
  const importA = owedImportA(world, state);
  const exportA = circuit?.maximumExportLimitA ?? circuit?.ratingA ?? 0;
  const locked = state.carried.core.schemes.filter(({ lockedAtMs }) => lockedAtMs !== undefined);
  const isLockedIn = (direction: string): boolean => locked.some((one) => one.direction === direction);
  return [isLockedIn('import') ? 0 : importA, isLockedIn('export') ? 0 : exportA];
}

function judgeCommands(transition: Transition): Violation | undefined {
  for (const command of transition.taken.decision.commands) {
    const violation = judgeCommand(transition, command);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function judgeCommand({ world, before, after, taken }: Transition, command: Command): Violation | undefined {
  const { reason, effect } = command;
  const names = reason.kind === 'limit' ? reason.limitId : `${reason.code}${reason.subject}`;
  if (names === '') return { property: 'every command has a reason', detail: JSON.stringify(command) };
  const toA = targetOf(world.load.ratingA, command);
  const { truth, ledger } = after;
  const heldA = toldA(world, taken.input.memory);
  const answeredA = before.truth.device === 'gone' ? world.load.ratingA : before.truth.inForceA;
  const mostA = Math.max(heldA ?? answeredA, before.truth.inForceA);
  if (effect !== 'widening') {
    if (toA <= mostA + EPSILON_A) return undefined;
    return { property: 'narrowing never raises', detail: `${effect} from ${mostA} A to ${toA} A` };
  }
  const missing = [
    ...(!taken.isSeen ? ['a fresh reading'] : []),
    ...(truth.device === 'gone' ? ['an answer of the device'] : []),
    ...(truth.canStore ? [] : ['a record']),
    ...(toA > (heldA ?? 0) + EPSILON_A && !hasRested(before.ledger, taken.isTick) ? ['rest'] : []),
  ];
  if (missing.length > 0)
    return {
      property: 'nothing widens without its proof',
      detail: `to ${toA} A without ${missing.join(', ')}`,
    };
  const flowA = gridFlow(world, truth, toA);
  const [importA, exportA] = owedCeilings(world, { ...after, ledger });
  if (flowA <= importA + EPSILON_A && -flowA <= exportA + EPSILON_A) return undefined;
  return {
    property: 'nothing widens above what is owed',
    detail: `to ${flowA} A of ${importA} A import and ${exportA} A export`,
  };
}

/** By the list of what the gateway itself says is in force. */
function judgeOwed({ world, after, taken }: Transition): Violation | undefined {
  const [importA, exportA] = owedCeilings(world, after);
  const { limits } = taken.decision.explanation;
  for (const [direction, owedA] of [['import', importA] as const, ['export', exportA] as const]) {
    const heldA = Math.min(
      ...limits.filter((limit) => limit.direction === direction).map(({ ceiling }) => ceiling),
    );
    if (heldA > owedA + EPSILON_A)
      return {
        property: 'a limit that is owed is in force',
        detail: `${owedA} A of ${direction} are owed, ${heldA} A in force`,
      };
  }
  return undefined;
}

function judgeLockOut({ world, action, before, after, taken }: Transition): Violation | undefined {
  const figures = schemeFiguresOf(world.site);
  const { aboveTicks } = after.ledger;
  const [scheme] = after.carried.core.schemes;
  if (aboveTicks !== undefined) {
    const lengthMs = aboveTicks * TICK_MS;
    const isUncounted = lengthMs >= figures.countedAfterMs && scheme?.above?.isCounted !== true;
    if (isUncounted || lengthMs >= figures.lockAfterMs)
      return {
        property: 'a long excursion is counted and locks',
        detail: `above for ${aboveTicks} ticks, in state ${scheme === undefined ? 1 : stateOf(scheme)}`,
      };
  }
  // A restart is judged against what was in force before it, a reset against what it found.
  const mayForget = action.startsWith('restart') && before.ledgerBefore !== undefined;
  if (!isLocked(before.carried.core) || isLocked(after.carried.core) || mayForget) return undefined;
  const by = taken.input.schemeReset?.by;
  const inWindow = before.ledger.lockOutTicks.filter(
    (ticks) => ticks * TICK_MS <= resetWindowMs(world),
  ).length;
  const isPermitted =
    by === 'engineer' || (by === 'householder' && inWindow < figures.householderResetsBelow);
  if (isPermitted) return undefined;
  return {
    property: 'a lock-out is left only by a permitted reset',
    detail: `${action}, ${inWindow} lock-outs in the window`,
  };
}

function judgeCounters({ world, action, before, after, taken }: Transition): Violation | undefined {
  const isRestart = action.startsWith('restart');
  if (taken.input.schemeReset?.by === 'engineer' || (isRestart && before.ledgerBefore !== undefined))
    return undefined;
  const { longRepeatWindowMs } = schemeFiguresOf(world.site);
  const nowMs = taken.input.now.runningMs;
  // A restart takes the running clock back to the record, so ages only become less.
  const countedOf = (memory: Memory): number =>
    memory.schemes
      .flatMap(({ countedAtMs }) => countedAtMs)
      .filter((atMs) => nowMs - atMs <= longRepeatWindowMs).length;
  const lockOutsOf = (memory: Memory): number =>
    memory.schemes
      .flatMap(({ lockOutsAtMs }) => lockOutsAtMs)
      .filter((atMs) => nowMs - atMs <= resetWindowMs(world)).length;
  const [was, is] = [before.carried.core, after.carried.core];
  const isNewlyLocked = isLocked(is) && !isLocked(was);
  if (lockOutsOf(is) < lockOutsOf(was))
    return {
      property: 'nothing counted is forgotten',
      detail: `${lockOutsOf(is)} of ${lockOutsOf(was)} lock-outs`,
    };
  if (!isNewlyLocked && countedOf(is) < countedOf(was))
    return {
      property: 'nothing counted is forgotten',
      detail: `${countedOf(is)} of ${countedOf(was)} counted excursions`,
    };
  return undefined;
}
