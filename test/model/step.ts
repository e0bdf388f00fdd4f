import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { LOWEST_SUPPLY_VOLTAGE_V } from '../../src/core/figures.ts';
import type { SchemeReset } from '../../src/core/limitationScheme.ts';
import type { Command } from '../../src/domain/command.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { Judgement } from '../core/judgement.ts';
import {
  CURTAILMENT,
  ledgerAfterDecision,
  ledgerAfterTick,
  NARROWER,
  STRIDE_TICKS,
  settled,
  withControl,
  withoutControl,
} from './ledger.ts';
import { type Action, type SmallWorld, TICK_MS } from './smallWorld.ts';
import {
  type Carried,
  type Ledger,
  MANY_TICKS,
  snapshotOf,
  type Truth,
  type WorldState,
} from './worldState.ts';

/** A decision as it was taken in a step, for the properties to judge. */
export interface Taken {
  readonly input: DecisionInput;
  readonly decision: Decision;
  readonly isTick: boolean;
  /** The meter answered for it. */
  readonly isSeen: boolean;
}

export interface Stepped {
  readonly state: WorldState;
  /** Absent when the action changes the world and the gateway has not looked yet. */
  readonly taken?: Taken;
}

/** One step of a world; nothing when the action cannot happen now. */
export function step(
  judgement: Judgement,
  world: SmallWorld,
  state: WorldState,
  action: Action,
): Stepped | undefined {
  const { truth } = state;
  const turned = (change: Partial<Truth>): Stepped | undefined => {
    const next = { ...truth, ...change };
    return faultsOf(next) > world.mostFaults ? undefined : { state: { ...state, truth: next } };
  };
  switch (action) {
    case 'tick':
      return tick(judgement, world, state);
    case 'household changes':
      return turned({ household: truth.household === 'low' ? 'high' : 'low' });
    case 'meter falls silent or returns':
      return turned({ isMeterSilent: !truth.isMeterSilent });
    case 'device ignores what it is told':
      return truth.device === 'good' ? turned({ device: 'deaf' }) : undefined;
    case 'device falls silent':
      return truth.device === 'good' ? turned({ device: 'gone' }) : undefined;
    case 'device is in order again':
      return truth.device === 'good' ? undefined : turned({ device: 'good' });
    case 'the observed switch changes':
      return turned({ observed: truth.observed === 'free' ? 'limits' : 'free' });
    case 'the observed switch cannot be seen':
      return truth.observed === 'unseen' ? undefined : turned({ observed: 'unseen' });
    case 'the controlling party falls silent or returns':
      return turned({ isPartyThere: !truth.isPartyThere });
    case 'the store fails or works again':
      return turned({ canStore: !truth.canStore });
    case 'the clock is coarse':
      return truth.clockLevel === 'coarse' ? undefined : turned({ clockLevel: 'coarse' });
    case 'the clock is synced':
      return truth.clockLevel === 'synced' ? undefined : turned({ clockLevel: 'synced' });
    case 'the wall clock is stepped':
      return stepWallClock(state);
    case 'a curtailment arrives':
      return accept(judgement, world, state, CURTAILMENT);
    case 'a narrower curtailment arrives':
      return accept(judgement, world, state, NARROWER);
    case 'the curtailment is cancelled':
      return cancel(judgement, world, state);
    case 'restart at once':
      return restart(judgement, world, state, 0);
    case 'restart after a long time':
      return restart(judgement, world, state, MANY_TICKS);
    case 'the householder resets the scheme':
      return judged(judgement, world, state, { reset: { by: 'householder' } });
    case 'the engineer resets the scheme':
      return judged(judgement, world, state, { reset: { by: 'engineer' } });
  }
}

function faultsOf({ isMeterSilent, device, canStore, observed }: Truth): number {
  return [isMeterSilent, device !== 'good', !canStore, observed === 'unseen'].filter(Boolean).length;
}

function tick(judgement: Judgement, world: SmallWorld, state: WorldState): Stepped {
  const { carried, truth } = state;
  const runningMs = carried.runningMs + TICK_MS;
  const party = truth.isPartyThere ? { ...carried.party, heartbeatAtMs: runningMs } : carried.party;
  const later: Truth = { ...truth, meterSilentTicks: Math.min(4, truth.meterSilentTicks + 1) };
  return judged(
    judgement,
    world,
    {
      ...state,
      carried: { ...carried, runningMs, utcMs: carried.utcMs + TICK_MS, party },
      truth: later,
      ledger: ledgerAfterTick(world, state.ledger, later),
    },
    { isTick: true, owedBefore: state.ledger },
  );
}

function stepWallClock(state: WorldState): Stepped {
  const { carried, truth, ledger } = state;
  const strides = truth.strides === 0 ? 1 : 0;
  const byTicks = (strides - truth.strides) * STRIDE_TICKS;
  const { control } = ledger;
  const moved =
    control?.utcLeftTicks === undefined
      ? ledger
      : { ...ledger, control: { ...control, utcLeftTicks: control.utcLeftTicks - byTicks } };
  return {
    state: {
      ...state,
      carried: { ...carried, utcMs: carried.utcMs + byTicks * TICK_MS, strides },
      truth: { ...truth, strides },
      ledger: moved,
    },
  };
}

/** The sender hears of it when it is on the disk; while the store fails it is obeyed and sent again. */
function accept(
  judgement: Judgement,
  world: SmallWorld,
  state: WorldState,
  what: { readonly ceilingA: number; readonly ticks: number },
): Stepped | undefined {
  const { carried, truth, ledger } = state;
  if (!truth.canStore || !truth.isPartyThere) return undefined;
  const isTimed = truth.clockLevel === 'synced';
  const limit: Limit = {
    limitId: 'curtailment',
    source: 'curtailment',
    circuitId: 'supply',
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: what.ceilingA,
    validFromMs: carried.runningMs,
    validUntilMs: carried.runningMs + what.ticks * TICK_MS,
    ...(isTimed ? { validUntilUtcMs: carried.utcMs + what.ticks * TICK_MS } : {}),
    reason: 'a curtailment',
  };
  const party = { ...carried.party, controlAtMs: carried.runningMs };
  return judged(
    judgement,
    world,
    {
      ...state,
      carried: { ...carried, controls: [limit], party },
      ledger: withControl(world, ledger, what, isTimed),
    },
    { mustRecord: true },
  );
}

function cancel(judgement: Judgement, world: SmallWorld, state: WorldState): Stepped | undefined {
  const { carried, truth, ledger } = state;
  const isUnderWay = carried.controls.some(({ validUntilMs = 0 }) => validUntilMs > carried.runningMs);
  if (!truth.canStore || !truth.isPartyThere || !isUnderWay) return undefined;
  const party = { ...carried.party, controlAtMs: carried.runningMs };
  return judged(
    judgement,
    world,
    {
      ...state,
      carried: { ...carried, controls: [], party },
      ledger: { ...withoutControl(world, ledger), controlTicks: 0 },
    },
    { mustRecord: true },
  );
}

/**
 * What was recorded last comes back, and the running clock goes on from there. What could not be recorded is not owed any
 * more: no gateway could know of it.
 */
function restart(judgement: Judgement, world: SmallWorld, state: WorldState, offTicks: number): Stepped {
  const { ledgerBefore, ...rest } = state;
  const { recorded, truth } = rest;
  const read: Carried = JSON.parse(JSON.stringify(recorded));
  const byTicks = offTicks + (truth.strides - recorded.strides) * STRIDE_TICKS;
  const { aboveTicks: _, ...ledger } = ledgerBefore ?? state.ledger;
  const { control } = ledger;
  const isMoved = control?.utcLeftTicks !== undefined && offTicks > 0;
  return judged(
    judgement,
    world,
    {
      ...rest,
      carried: {
        ...read,
        core: { ...read.core, schemes: judgement.schemesAfterRestart(read.core.schemes) },
        utcMs: read.utcMs + byTicks * TICK_MS,
        strides: truth.strides,
      },
      truth: { ...truth, clockLevel: 'coarse', isMeterKnown: false, meterSilentTicks: 0 },
      ledger: {
        ...ledger,
        // The running clock stood still, and with it the time since the party was heard.
        unheardTicks: state.recordedUnheardTicks,
        disobeyingTicks: 0,
        ...(isMoved ? { control: { ...control, utcLeftTicks: -STRIDE_TICKS - 1 } } : {}),
      },
    },
    { isStart: true, mustRecord: true },
  );
}

interface Manner {
  readonly reset?: SchemeReset;
  readonly isStart?: boolean;
  readonly isTick?: boolean;
  /** What was owed at the decision before. */
  readonly owedBefore?: Ledger;
  readonly mustRecord?: boolean;
}

/** One decision of the gateway: narrowing and widening go out, what is pressing is recorded. */
function judged(
  judgement: Judgement,
  world: SmallWorld,
  state: WorldState,
  { reset, isStart = false, isTick = false, mustRecord = false, owedBefore }: Manner = {},
): Stepped {
  const { carried } = state;
  const truth: Truth =
    isStart || state.truth.isMeterSilent
      ? state.truth
      : { ...state.truth, isMeterKnown: true, meterSilentTicks: 0 };
  const { runningMs, utcMs } = carried;
  const input: DecisionInput = {
    now: { runningMs, utcMs, clockLevel: truth.clockLevel },
    site: world.site,
    snapshot: snapshotOf(world, truth, runningMs, isStart),
    limits: carried.controls,
    memory: carried.core,
    randomOffsetMs: world.offsetTicks * TICK_MS,
    canRecord: truth.canStore,
    party: carried.party,
    paces: { device: { writeSpacingMs: 0, setpointStepA: 1 } },
    ...(reset === undefined ? {} : { schemeReset: reset }),
  };
  const decision = judgement.decide(input);
  const next: Carried = { ...carried, core: decision.memory };
  const inForceA = obeyed(world, truth, decision.commands);
  const ledger = ledgerAfterDecision(world, {
    ledger: settled(world, state.ledger, truth),
    truth,
    isSeen: isSeen(truth, isStart),
    isCleared: reset?.by === 'engineer',
    inForceA,
    before: carried.core,
    after: decision.memory,
    isTick,
  });
  const isPressing =
    mustRecord || reset !== undefined || decision.commands.length > 0 || decision.events.length > 0;
  const isRecorded = isPressing && truth.canStore;
  const commanded: WorldState = {
    ...state,
    carried: next,
    truth: { ...truth, inForceA },
    ledger,
  };
  return {
    state: withRecord(commanded, owedBefore ?? state.ledger, isRecorded, isPressing),
    taken: { input, decision, isTick, isSeen: isSeen(truth, isStart) },
  };
}

function isSeen({ isMeterSilent }: Truth, isStart: boolean): boolean {
  return !isStart && !isMeterSilent;
}

function withRecord(
  state: WorldState,
  ledgerBefore: Ledger,
  isRecorded: boolean,
  isPressing: boolean,
): WorldState {
  if (isRecorded) {
    const { ledgerBefore: _, ...rest } = state;
    return { ...rest, recorded: state.carried, recordedUnheardTicks: state.ledger.unheardTicks };
  }
  return isPressing && state.ledgerBefore === undefined ? { ...state, ledgerBefore } : state;
}

function obeyed({ load }: SmallWorld, { device, inForceA }: Truth, commands: readonly Command[]): number {
  if (device !== 'good') return inForceA;
  return commands.reduce((_, command) => targetOf(load.ratingA, command), inForceA);
}

/** Amps that a command allows. */
export function targetOf(ratingA: number, command: Command): number {
  switch (command.kind) {
    case 'setChargeCurrent':
      return command.currentA;
    case 'setSwitch':
      return command.position === 'closed' ? ratingA : 0;
    case 'setPowerLimit':
      return command.powerW === undefined ? ratingA : command.powerW / LOWEST_SUPPLY_VOLTAGE_V;
    case 'setPhases':
      throw new Error('no world of the model has a charge point that switches its phases');
  }
}
