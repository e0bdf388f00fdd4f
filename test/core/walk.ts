import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { LOWEST_SUPPLY_VOLTAGE_V } from '../../src/core/figures.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts';
import type { Command } from '../../src/domain/command.ts';
import type { ClockLevel } from '../../src/domain/instant.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { PHASES, type Phase } from '../../src/domain/phase.ts';
import type { DeviceReadings, PointName, PointValue, Snapshot } from '../../src/domain/point.ts';
import { measured, type Reading, unknown } from '../../src/domain/reading.ts';
import type { LoadPlan, SitePlan } from '../../src/domain/sitePlan.ts';
import type { Judgement } from './judgement.ts';
import * as laws from './laws.ts';
import { limitOn, moments, NOW_MS, switchingHome, USUAL_AGE_MS } from './world.ts';

/** Steps in the life of one home. */
const LIFE_STEPS = 500;

/** Small, quick and the same everywhere: xorshift with 32 bits. Not for secrets. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** 0 up to 1. */
  roll(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.roll() * count);
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }
}

type Manner = 'good' | 'deaf' | 'gone';

/** What a home really is and does, beside what the gateway knows of it. */
interface Life {
  readonly site: SitePlan;
  /** What may be asked for of this home. */
  readonly limits: readonly Limit[];
  readonly dice: Dice;
  /** Little fails here, so that what takes minutes comes to its end. */
  readonly isCalm: boolean;
  runningMs: number;
  utcMs: number;
  clockLevel: ClockLevel;
  readonly householdA: Record<Phase, number>;
  readonly silentSinceMs: Map<string, number>;
  readonly manners: Map<string, Manner>;
  readonly allowedA: Map<string, number>;
  /** Charge points that are on one phase, and those that say so. */
  readonly onOnePhase: Set<string>;
  readonly saidOnOnePhase: Set<string>;
  readonly phasesTold: laws.PhaseLedger;
  readonly shares: Map<string, number>;
  isObserved: boolean;
  canRecord: boolean;
  /** The one slot of the controlling party. */
  slot: readonly Limit[];
  memory: Memory;
}

export interface Walked {
  readonly steps: number;
  readonly commands: number;
  readonly restarts: number;
  readonly judged: Readonly<Record<string, number>>;
}

/**
 * Lets generated homes live on, step by step, and holds every step against laws 3, 7 and 10, and against the others in turn:
 * they take the decision again in another world, so that all of them at every step take many times as long.
 * @param only the one law to judge; absent: all
 * @param everyLaw every step against every law
 * @throws the law that was broken, with seed, home and step
 */
export function walkHomes(
  judgement: Judgement,
  {
    steps,
    seed,
    only,
    everyLaw = false,
  }: { readonly steps: number; readonly seed: number; readonly only?: string; readonly everyLaw?: boolean },
): Walked {
  const homes = Math.ceil(steps / LIFE_STEPS);
  const sampled = fc.sample(
    moments('simultaneous').chain(({ site }) =>
      fc.array(limitOn(site), { minLength: 4, maxLength: 4 }).map((limits) => ({ site, limits })),
    ),
    { numRuns: Math.min(2 * homes, 800), seed },
  );
  // A large home costs many times what a small one costs and is one in twelve of those.
  const seeds = sampled.filter(
    ({ site }, index) => site.loads.length * site.phases.length <= 3 || index % 12 === 0,
  );
  const switching = fc.sample(
    switchingHome().chain((site) =>
      fc.array(limitOn(site), { minLength: 4, maxLength: 4 }).map((limits) => ({ site, limits })),
    ),
    { numRuns: Math.min(homes, 200), seed },
  );
  const walked = { steps: 0, commands: 0, restarts: 0, judged: {} as Record<string, number> };
  for (let home = 0; home < homes; home += 1) {
    // Few homes switch phases, and they have the most ways to go: every fifth home is one of them.
    const from = home % 5 === 4 ? switching : seeds;
    const { site, limits } = from[home % from.length] as (typeof seeds)[number];
    const life = beginLife(site, limits, new Dice(seed + home * 7919), from === switching);
    for (let index = 0; index < Math.min(LIFE_STEPS, steps - home * LIFE_STEPS); index += 1) {
      try {
        liveOn(judgement, life, index, walked, { only, everyLaw });
      } catch (error) {
        throw new Error(`${(error as Error).message}\nseed ${seed}, home ${home}, step ${index}`, {
          cause: error,
        });
      }
    }
  }
  return walked;
}

function beginLife(site: SitePlan, limits: readonly Limit[], dice: Dice, isCalm: boolean): Life {
  return {
    site,
    limits,
    dice,
    isCalm,
    runningMs: NOW_MS,
    utcMs: Date.UTC(2026, 0, 5),
    clockLevel: 'synced',
    householdA: { L1: 5, L2: 5, L3: 5 },
    silentSinceMs: new Map(),
    manners: new Map(),
    onOnePhase: new Set(),
    saidOnOnePhase: new Set(),
    phasesTold: new Map(),
    allowedA: new Map(site.loads.map(({ loadId }) => [loadId, 0])),
    shares: new Map(site.loads.map(({ loadId }) => [loadId, 1])),
    isObserved: false,
    canRecord: true,
    slot: [],
    memory: EMPTY_MEMORY,
  };
}

function liveOn(
  judgement: Judgement,
  life: Life,
  index: number,
  walked: { steps: number; commands: number; restarts: number; judged: Record<string, number> },
  choice: Choice,
): void {
  const { dice, site } = life;
  disturb(life);
  const isRestart = index > 0 && dice.isOneIn(60);
  const before = life.memory;
  if (isRestart) {
    const read: Memory = JSON.parse(JSON.stringify(life.memory));
    life.memory = { ...read, schemes: judgement.schemesAfterRestart(read.schemes) };
    life.clockLevel = 'coarse';
    life.utcMs += dice.isOneIn(2) ? 0 : 3_600_000;
    walked.restarts += 1;
  } else {
    // Now and then a long time passes in one step, so that rests, leases and windows end.
    const stepMs = dice.isOneIn(life.isCalm ? 8 : 20) ? 60_000 : 200 + dice.below(1_800);
    life.runningMs += stepMs;
    life.utcMs += stepMs;
  }
  const input: DecisionInput = {
    now: { runningMs: life.runningMs, utcMs: life.utcMs, clockLevel: life.clockLevel },
    site,
    snapshot: snapshotOf(life, isRestart),
    limits: life.slot,
    memory: life.memory,
    randomOffsetMs: dice.below(600) * 1000,
    canRecord: life.canRecord,
    paces: {},
  };
  const decision = judgement.decide(input);
  judgeStep(judgement, life, { input, decision, before, isRestart, index, judged: walked.judged, choice });
  life.memory = decision.memory;
  for (const command of decision.commands) obey(life, command);
  walked.steps += 1;
  walked.commands += decision.commands.length;
}

/** What may happen to a home between two looks. */
function disturb(life: Life): void {
  const { dice, site } = life;
  if (dice.isOneIn(life.isCalm ? 20 : 8)) {
    const phase = PHASES[dice.below(3)] as Phase;
    const isLittle = life.isCalm && !dice.isOneIn(3);
    life.householdA[phase] = isLittle ? dice.roll() * 8 : dice.roll() * 45 - 5;
  }
  if (life.isCalm && !dice.isOneIn(20)) return;
  if (dice.isOneIn(50)) {
    const { deviceId } = site.meters[dice.below(site.meters.length)] as SitePlan['meters'][0];
    if (!life.silentSinceMs.delete(deviceId)) life.silentSinceMs.set(deviceId, life.runningMs);
  }
  if (dice.isOneIn(50)) {
    const load = site.loads[dice.below(site.loads.length)] as LoadPlan;
    const manner = (['good', 'good', 'deaf', 'gone'] as const)[dice.below(4)] as Manner;
    life.manners.set(load.deviceId, manner);
  }
  if (dice.isOneIn(20)) {
    const load = site.loads[dice.below(site.loads.length)] as LoadPlan;
    life.shares.set(load.loadId, dice.roll());
  }
  if (dice.isOneIn(60)) {
    const wanted = life.limits[dice.below(life.limits.length)] as Limit;
    const durationMs = (1 + dice.below(400)) * 1000;
    life.slot = [
      {
        ...wanted,
        validFromMs: life.runningMs,
        validUntilMs: life.runningMs + durationMs,
        ...(life.clockLevel === 'synced' ? { validUntilUtcMs: life.utcMs + durationMs } : {}),
      },
    ];
  } else if (dice.isOneIn(150)) life.slot = [];
  if (dice.isOneIn(80)) life.clockLevel = (['none', 'coarse', 'synced'] as const)[dice.below(3)] ?? 'none';
  if (dice.isOneIn(100)) life.utcMs += (dice.below(7) - 3) * 600_000;
  if (dice.isOneIn(100)) life.canRecord = !life.canRecord;
  if (dice.isOneIn(60)) life.isObserved = !life.isObserved;
}

/** Which laws a step is held against. */
interface Choice {
  readonly only: string | undefined;
  readonly everyLaw: boolean;
}

interface JudgedStep {
  readonly input: DecisionInput;
  readonly decision: Decision;
  readonly before: Memory;
  readonly isRestart: boolean;
  readonly index: number;
  /** How often each law was held against a step. */
  readonly judged: Record<string, number>;
  readonly choice: Choice;
}

function judgeStep(judgement: Judgement, life: Life, step: JudgedStep): void {
  const { input, decision, before, isRestart, index, judged, choice } = step;
  const { dice } = life;
  const hold = (name: string, law: () => void): void => {
    if (choice.only !== undefined && choice.only !== name) return;
    judged[name] = (judged[name] ?? 0) + 1;
    try {
      law();
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  };
  const same: Judgement = {
    ...judgement,
    decide: (given) => (given === input ? decision : judgement.decide(given)),
  };
  hold('law 3', () => laws.law3Import(same, input));
  hold('law 3, export', () => laws.law3Export(same, input));
  hold('law 7', () => laws.law7(same, input));
  hold('law 10', () => law10(life, decision, before, isRestart));
  hold('law 11', () => laws.law11(decision, input, life.phasesTold));
  const limit = life.limits[dice.below(life.limits.length)] as Limit;
  const ofTheStore = (): void => hold('the law of the store', () => laws.lawOfTheStore(same, input));
  const inTurn: readonly (() => void)[] = [
    () => hold('law 1', () => laws.law1(same, { ...input, limits: life.limits }, dice.below(1000))),
    ofTheStore,
    () => hold('law 2', () => laws.law2(same, input, limit)),
    ofTheStore,
    () => {
      const loss = { device: dice.below(99), point: dice.below(99), isAbsent: dice.isOneIn(2) };
      hold('law 4', () => laws.law4(same, input, loss));
    },
    () => hold('law 5', () => laws.law5({ ...judgement }, input)),
    () => {
      const later = { endsInMs: dice.below(60_000), stepMs: 1 + dice.below(700_000) };
      hold('law 6', () => laws.law6(same, input, { ...limit, limitId: 'one more' }, later));
    },
    () => hold('law 8', () => laws.law8(same, input)),
  ];
  if (choice.everyLaw) for (const law of new Set(inTurn)) law();
  else inTurn[index % 16]?.();
}

/** What was accepted holds until its end on the running clock, and a lock-out until it is reset, over every restart. */
function law10(
  { slot, runningMs, utcMs, clockLevel }: Life,
  decision: Decision,
  before: Memory,
  isRestart: boolean,
): void {
  const { limits } = decision.explanation;
  for (const owed of slot) {
    const isOverByClock =
      clockLevel === 'synced' && utcMs >= (owed.validUntilUtcMs ?? Number.POSITIVE_INFINITY);
    if (runningMs >= (owed.validUntilMs ?? 0) || isOverByClock) continue;
    const isHeld = limits.some(({ limitId, ceiling }) => limitId === owed.limitId && ceiling <= owed.ceiling);
    ok(isHeld, `${owed.limitId} is owed until ${owed.validUntilMs} and not in force at ${runningMs}`);
  }
  for (const { limit, releasesAtMs } of before.held) {
    if (runningMs >= releasesAtMs) continue;
    const isHeld = limits.some(
      (other) =>
        other.circuitId === limit.circuitId &&
        other.direction === limit.direction &&
        other.ceiling <= limit.ceiling,
    );
    ok(isHeld, `${limit.limitId} is released ${releasesAtMs - runningMs} ms early`);
  }
  const locked = before.schemes.filter(({ lockedAtMs }) => lockedAtMs !== undefined);
  for (const { circuitId, direction } of locked) {
    const after = decision.memory.schemes.find(
      (one) => one.circuitId === circuitId && one.direction === direction,
    );
    ok(
      after?.lockedAtMs !== undefined,
      `the lock-out of ${direction} is forgotten${isRestart ? ' by a restart' : ''}`,
    );
  }
  const countOf = (memory: Memory): number =>
    memory.schemes.reduce((sum, { lockOutsAtMs }) => sum + lockOutsAtMs.length, 0);
  ok(countOf(decision.memory) >= countOf(before), 'a lock-out of the reset window is forgotten');
  if (!isRestart) return;
  const countedOf = (memory: Memory): number =>
    memory.schemes.reduce((sum, { countedAtMs }) => sum + countedAtMs.length, 0);
  ok(countedOf(decision.memory) >= countedOf(before), 'a counted excursion is forgotten by a restart');
}

function obey(life: Life, command: Command): void {
  if ((life.manners.get(command.deviceId) ?? 'good') !== 'good') return;
  const plan = life.site.loads.find(({ loadId }) => loadId === command.loadId);
  if (plan === undefined) return;
  if (command.kind === 'setPhases') {
    // Now and then its contactor sticks, and the device may say so or not.
    const isStuck = life.dice.isOneIn(3);
    const places = isStuck
      ? life.dice.isOneIn(2)
        ? [life.saidOnOnePhase]
        : []
      : [life.saidOnOnePhase, life.onOnePhase];
    for (const place of places) {
      if (command.phases === 1) place.add(plan.loadId);
      else place.delete(plan.loadId);
    }
    return;
  }
  const phases = Object.keys(plan.phaseMap).length;
  const toA =
    command.kind === 'setChargeCurrent'
      ? command.currentA
      : command.kind === 'setSwitch'
        ? command.position === 'closed'
          ? plan.ratingA
          : 0
        : command.powerW === undefined
          ? plan.ratingA
          : command.powerW / (phases * LOWEST_SUPPLY_VOLTAGE_V);
  life.allowedA.set(plan.loadId, toA);
}

/** Amps per phase that a load takes or gives. */
function flowOf({ allowedA, shares }: Life, plan: LoadPlan): number {
  const mostA = allowedA.get(plan.loadId) ?? 0;
  if (plan.kind === 'chargePoint' && mostA < plan.minimumA) return 0;
  return mostA * (shares.get(plan.loadId) ?? 1);
}

function snapshotOf(life: Life, isRestart: boolean): Snapshot {
  const { site, runningMs } = life;
  const atMs = runningMs - USUAL_AGE_MS;
  const snapshot: Record<string, DeviceReadings> = {};
  for (const meter of site.meters) {
    const sinceMs = life.silentSinceMs.get(meter.deviceId);
    const readings: Partial<Record<PointName, Reading<PointValue>>> = {};
    for (const [phase, terminal] of Object.entries(meter.phaseMap) as [Phase, Phase][]) {
      const flowA = meteredA(life, meter.meterId, phase);
      readings[`phaseCurrentA.${terminal}`] = isRestart
        ? unknown('not-yet-read', runningMs)
        : sinceMs === undefined
          ? measured(Math.abs(flowA), atMs)
          : unknown('device-timeout', sinceMs);
      if (isRestart || sinceMs !== undefined) continue;
      readings[`phasePowerW.${terminal}`] = measured(flowA * 230, atMs);
      // Noise, so that a meter in order is never frozen.
      readings[`phaseVoltageV.${terminal}`] = measured(229 + (runningMs % 997) / 500, atMs);
    }
    snapshot[meter.deviceId] = readings as DeviceReadings;
  }
  if (isRestart) return snapshot;
  for (const plan of site.loads) snapshot[plan.deviceId] = loadReadings(life, plan, atMs);
  for (const { deviceId } of site.observedSwitches ?? []) {
    snapshot[deviceId] = { 'inputActive.1': measured(!life.isObserved, atMs) };
  }
  return snapshot;
}

function meteredA(life: Life, meterId: string, phase: Phase): number {
  const { site, householdA } = life;
  const own = site.loads.find((plan) => plan.kind !== 'chargePoint' && plan.meterId === meterId);
  if (own !== undefined) return flowOf(life, own) * (own.kind.endsWith('Generator') ? -1 : 1);
  const circuit = site.circuits.find((candidate) => candidate.meterId === meterId);
  let flowA = circuit?.parentId === undefined ? householdA[phase] : 0;
  for (const plan of site.loads) {
    const isBehind = circuit?.parentId === undefined || plan.circuitId === circuit.circuitId;
    if (!isBehind || !reaches(life, plan, phase)) continue;
    flowA += flowOf(life, plan) * (plan.kind.endsWith('Generator') ? -1 : 1);
  }
  return flowA;
}

/** Whether a load really takes or gives anything on a phase. */
function reaches({ onOnePhase }: Life, { loadId, phaseMap }: LoadPlan, phase: Phase): boolean {
  const terminal = phaseMap[phase];
  return terminal !== undefined && (terminal === 'L1' || !onOnePhase.has(loadId));
}

function loadReadings(life: Life, plan: LoadPlan, atMs: number): DeviceReadings {
  const isGone = life.manners.get(plan.deviceId) === 'gone';
  const of = (value: PointValue): Reading<PointValue> =>
    isGone ? unknown('device-timeout', atMs) : measured(value, atMs);
  const allowedA = life.allowedA.get(plan.loadId) ?? 0;
  const flowA = flowOf(life, plan);
  const phases = Object.keys(plan.phaseMap).length;
  if (plan.kind === 'chargePoint') {
    const isOne = life.onOnePhase.has(plan.loadId);
    return {
      setpointA: of(allowedA),
      chargingState: of(plan.phaseSwitching !== undefined && allowedA < plan.minimumA ? 'B' : 'C'),
      'phaseCurrentA.L1': of(flowA),
      'phaseCurrentA.L2': of(isOne ? 0 : flowA),
      'phaseCurrentA.L3': of(isOne ? 0 : flowA),
      ...(plan.phaseSwitching === undefined ? {} : { onePhase: of(life.saidOnOnePhase.has(plan.loadId)) }),
    } as DeviceReadings;
  }
  if (plan.kind === 'limitedGenerator') {
    return {
      powerLimitW: of(allowedA * phases * LOWEST_SUPPLY_VOLTAGE_V),
      totalPowerW: of(-flowA * phases * LOWEST_SUPPLY_VOLTAGE_V),
    } as DeviceReadings;
  }
  return { [`relayClosed.${plan.relayChannel}`]: of(allowedA > 0) } as DeviceReadings;
}
