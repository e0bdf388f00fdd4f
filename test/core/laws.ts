import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { LOWEST_SUPPLY_VOLTAGE_V as LOWEST_V } from '../../src/core/figures.ts';
import type { Command, SetPowerLimit } from '../../src/domain/command.ts';
import type { Direction, Limit } from '../../src/domain/limit.ts';
import type { Phase } from '../../src/domain/phase.ts';
import type { DeviceReadings, PointName, PointValue, Snapshot } from '../../src/domain/point.ts';
import { ABSENT, freshValue, measured, unknown } from '../../src/domain/reading.ts';
import { hasLevel, isGenerator, type LoadPlan } from '../../src/domain/sitePlan.ts';
import type { Judgement } from './judgement.ts';
import { USUAL_AGE_MS } from './world.ts';

/*
 * The exact text of the laws, each as a claim about one judgement at one moment; it throws where the claim fails. What they
 * mean to the letter, and why, stands in docs/decisions/0014-laws-as-tested.md.
 */

const EPSILON_A = 1e-6;

/** Which reading of which device is lost, by place. */
export interface Loss {
  readonly device: number;
  readonly point: number;
  readonly isAbsent: boolean;
}

/** When a limit ends, and how long after that it is looked at again. */
export interface Later {
  readonly endsInMs: number;
  readonly stepMs: number;
}

function isAtMost(value: number, most: number): void {
  ok(value <= most + EPSILON_A, `${value} is more than ${most}`);
}

/** Law 1: the order of the limits does not matter. */
export function law1(judgement: Judgement, input: DecisionInput, seed: number): void {
  const shuffled = [...input.limits].sort(
    (a, b) => ((a.ceiling * 7919 + seed) % 13) - ((b.ceiling * 7919 + seed) % 13),
  );
  const one = judgement.decide(input);
  const other = judgement.decide({ ...input, limits: shuffled.reverse() });
  deepStrictEqual(other.commands, one.commands);
  deepStrictEqual(other.memory.loads, one.memory.loads);
}

/** Law 2: adding a limit never raises the flow in its direction. */
export function law2(judgement: Judgement, input: DecisionInput, limit: Limit): void {
  const without = judgement.decide(input);
  const withLimit = judgement.decide({ ...input, limits: [...input.limits, limit] });
  // Where only one of the two begins to switch phases, they are on their way to different homes: law 3 holds both.
  if (changingOf(without) !== changingOf(withLimit)) return;
  // The flow that the shares settle at: on the way there a load makes room before another has used it.
  const flowOf = (decision: Decision, phase: Phase): number =>
    settledFlow(input, decision, limit.circuitId, limit.direction, phase);
  if (limit.basis === 'activePowerW') {
    const sum = (decision: Decision): number =>
      input.site.phases.reduce((total, phase) => total + flowOf(decision, phase), 0);
    isAtMost(sum(withLimit), sum(without));
    return;
  }
  for (const phase of limit.phases ?? input.site.phases) {
    isAtMost(flowOf(withLimit, phase), flowOf(without, phase));
  }
}

/** Law 3: allotted plus uncontrolled import is within the ceiling, or every load behind it is at its floor. */
export function law3Import(judgement: Judgement, input: DecisionInput): void {
  const decision = judgement.decide(input);
  for (const circuit of decision.explanation.circuits) {
    for (const { phase, flowA, importCeilingA } of circuit.phases) {
      if (flowA === undefined || importCeilingA === undefined || !isReadUsually(input, circuit.circuitId))
        continue;
      const loads = input.site.loads.filter(
        (plan) => !isGenerator(plan) && isOn(input, plan, phase) && behind(input, circuit.circuitId, plan),
      );
      if (input.site.loads.some((plan) => plan.kind === 'switchedGenerator')) continue;
      // An unmeasured closed switch is in the reading already; any other unknown draw is taken as nothing so far.
      if (loads.some((plan) => plan.kind !== 'chargePoint' && drawnOf(input, plan, phase) === undefined))
        continue;
      const drawn = loads.reduce((total, plan) => total + (drawnOf(input, plan, phase) ?? 0), 0);
      const after = flowA - drawn + loads.reduce((total, plan) => total + allotted(decision, plan), 0);
      const areAtFloor = loads.every(
        (plan) => isDeaf(input, plan) || allotted(decision, plan) <= floorOf(plan) + EPSILON_A,
      );
      if (!areAtFloor) isAtMost(after, importCeilingA);
    }
  }
}

/** Law 3: measured export above its ceiling takes generation away behind it. */
export function law3Export(judgement: Judgement, input: DecisionInput): void {
  const decision = judgement.decide(input);
  for (const circuit of decision.explanation.circuits) {
    for (const { phase, flowA, exportCeilingA } of circuit.phases) {
      if (flowA === undefined || exportCeilingA === undefined || -flowA <= exportCeilingA) continue;
      const generators = input.site.loads.filter(
        (plan) =>
          isGenerator(plan) && plan.phaseMap[phase] !== undefined && behind(input, circuit.circuitId, plan),
      );
      if (generators.length === 0 || generators.every((plan) => isDeaf(input, plan))) continue;
      // Open, or at least below what it was found to give.
      const isOneLess = generators.some((plan) => {
        const givenW = input.snapshot[plan.deviceId]?.totalPowerW;
        const phases = Object.keys(plan.phaseMap).length;
        const givenA = givenW?.state === 'measured' ? -Number(givenW.value) / (phases * LOWEST_V) : 0;
        return allotted(decision, plan) <= (plan.kind === 'limitedGenerator' ? givenA : 0);
      });
      deepStrictEqual(isOneLess, true);
    }
  }
}

/** Law 4: replacing a reading by an unknown or an absent one never raises a flow. */
export function law4(judgement: Judgement, input: DecisionInput, { device, point, isAbsent }: Loss): void {
  const devices = Object.keys(input.snapshot);
  const deviceId = devices[device % devices.length] as string;
  const readings = input.snapshot[deviceId] as DeviceReadings;
  const points = Object.keys(readings) as PointName[];
  if (points.length === 0) return;
  const name = points[point % points.length] as PointName;
  // That a model cannot read back its power limit at all is no loss: it is judged by what it gives.
  const gone = isAbsent && name !== 'powerLimitW' ? ABSENT : unknown('device-timeout', input.now.runningMs);
  const poorer = {
    ...input,
    snapshot: { ...input.snapshot, [deviceId]: { ...readings, [name]: gone } } as Snapshot,
  };
  const before = judgement.decide(input);
  const after = judgement.decide(poorer);
  for (const plan of input.site.loads) {
    const commanded = input.memory.loads[plan.loadId]?.commanded;
    // Another load may use the room that a silent one cannot take; the ceilings still hold (law 3).
    if (commanded === undefined || !isSeenBy(input, plan, deviceId)) continue;
    const heldA = hasLevel(plan) ? commanded : commanded * plan.ratingA;
    isAtMost(allotted(after, plan), Math.max(allotted(before, plan), heldA));
  }
}

/** Law 5: the same input gives the same decision, and applied to an unchanged world it gives no further command. */
export function law5(judgement: Judgement, input: DecisionInput): void {
  const first = judgement.decide(input);
  deepStrictEqual(judgement.decide(input), first);
  // A device that has not done what it was told is told again: that world is not unchanged.
  if (
    first.explanation.faults.some(
      ({ code }) => code.endsWith('not-confirmed') || code === 'load-exceeds-setpoint',
    )
  )
    return;
  // Nor is one in which a changeover of phases begins, goes on or ends.
  const wasChanging = Object.values(input.memory.loads).some(
    ({ phases }) => phases?.changeover !== undefined,
  );
  if (wasChanging || first.explanation.loads.some(({ phases }) => phases?.changingTo !== undefined)) return;
  // Opening a switch whose flow nobody measures changes the world in a way that the reading does not tell.
  if (first.commands.some(({ kind }) => kind !== 'setChargeCurrent')) return;
  // What narrows shows its proof before another load may use the room: a few rounds, and never down again.
  // A silent load that is told less counts for less from then on, which moves the shares of the others once more.
  const isWhole = !Object.values(input.snapshot).some((device) =>
    Object.values(device).some((reading) => reading?.state === 'unknown'),
  );
  let [decision, snapshot] = [first, input.snapshot];
  for (let round = 0; decision.commands.length > 0; round += 1) {
    isAtMost(round, input.site.loads.length);
    snapshot = obeyed({ ...input, snapshot }, decision);
    decision = judgement.decide({ ...input, snapshot, memory: decision.memory });
    if (isWhole)
      deepStrictEqual(
        decision.commands.filter(({ effect }) => effect === 'narrowing'),
        [],
      );
  }
}

/** Law 6: nothing widens before the end of a limit and its random offset. */
export function law6(
  judgement: Judgement,
  input: DecisionInput,
  limit: Limit,
  { endsInMs, stepMs }: Later,
): void {
  const ending = { ...limit, validUntilMs: input.now.runningMs + endsInMs };
  const first = judgement.decide({ ...input, limits: [ending] });
  const atMs = input.now.runningMs + endsInMs + stepMs;
  const ended = judgement.decide({
    ...at(input, input.now.runningMs + endsInMs),
    limits: [ending],
    memory: first.memory,
  });
  const second = judgement.decide({ ...at(input, atMs), limits: [], memory: ended.memory });
  const isHeld = second.explanation.limits.some((other) => other.limitId === limit.limitId);
  const wasInForce = first.explanation.limits.some((other) => other.limitId === limit.limitId);
  deepStrictEqual(isHeld, wasInForce && stepMs < input.randomOffsetMs);
}

/** Law 7: every command has a reason, and every reason names a limit or a fault. */
export function law7(judgement: Judgement, input: DecisionInput): void {
  const { commands, explanation } = judgement.decide(input);
  for (const { reason } of [...commands, ...explanation.loads]) {
    if (reason.kind === 'limit') ok(reason.limitId !== '');
    else ok(reason.subject !== '');
  }
}

/** Law 8: the memory survives being written and read. */
export function law8(judgement: Judgement, input: DecisionInput): void {
  const { memory } = judgement.decide(input);
  const restored = JSON.parse(JSON.stringify(memory));
  deepStrictEqual(restored, memory);
  deepStrictEqual(judgement.decide({ ...input, memory: restored }), judgement.decide({ ...input, memory }));
}

/** A store that cannot record stops every widening and no narrowing. */
export function lawOfTheStore(judgement: Judgement, input: DecisionInput): void {
  const able = judgement.decide({ ...input, canRecord: true });
  const unable = judgement.decide({ ...input, canRecord: false });
  deepStrictEqual(
    unable.commands,
    able.commands.filter((command) => command.effect !== 'widening'),
  );
}

/** Which loads are changing over to which phases. */
function changingOf({ explanation }: Decision): string {
  return explanation.loads.map(({ loadId, phases }) => `${loadId} ${phases?.changingTo ?? ''}`).join();
}

/** Half a minute: how long it is believed on how many phases a charge point is. */
const PHASES_KNOWN_MS = 30_000;

/**
 * Whether the current of a load counts on a phase of the supply: on each of its plan, but for a charge point that
 * read since it was last told, and was not told otherwise, that it is on its L1 alone, with nothing on its other terminals.
 */
function isOn(input: DecisionInput, plan: LoadPlan, phase: Phase): boolean {
  const terminal = plan.phaseMap[phase];
  if (terminal === undefined) return false;
  if (terminal === 'L1' || plan.kind !== 'chargePoint' || plan.phaseSwitching === undefined) return true;
  const {
    told,
    isDoubted,
    switchedAtMs = Number.NEGATIVE_INFINITY,
  } = input.memory.loads[plan.loadId]?.phases ?? {};
  const readings = input.snapshot[plan.deviceId] ?? {};
  const sinceThen = (point: PointName): PointValue | undefined => {
    const reading = readings[point];
    if (reading?.state !== 'measured' || reading.measuredAtMs <= switchedAtMs) return undefined;
    return freshValue(reading, input.now.runningMs, PHASES_KNOWN_MS);
  };
  const isDry = [sinceThen('phaseCurrentA.L2'), sinceThen('phaseCurrentA.L3')].every(
    (amps = 0) => Number(amps) <= 1,
  );
  return told === 3 || isDoubted === true || sinceThen('onePhase') !== true || !isDry;
}

/** Amps that each load may have after a decision. */
function allotted(decision: Decision, plan: LoadPlan): number {
  const view = decision.explanation.loads.find((load) => load.loadId === plan.loadId);
  if (view === undefined) throw new Error(`no explanation for ${plan.loadId}`);
  return view.commandedA ?? view.inForceA;
}

function behind(input: DecisionInput, circuitId: string, plan: LoadPlan): boolean {
  for (let at: string | undefined = plan.circuitId; at !== undefined; ) {
    if (at === circuitId) return true;
    at = input.site.circuits.find((circuit) => circuit.circuitId === at)?.parentId;
  }
  return false;
}

/** Flow that the loads behind a circuit may cause in a direction on a phase once all have what they should have. */
function settledFlow(
  input: DecisionInput,
  decision: Decision,
  circuitId: string,
  direction: Direction,
  phase: Phase,
): number {
  let flow = 0;
  for (const plan of input.site.loads) {
    if (isGenerator(plan) !== (direction === 'export') || !isOn(input, plan, phase)) continue;
    if (!behind(input, circuitId, plan)) continue;
    flow += decision.explanation.loads.find(({ loadId }) => loadId === plan.loadId)?.desiredA ?? 0;
  }
  return flow;
}

/** Whether a device is the load's own, its meter, or the meter of a circuit that it stands behind. */
function isSeenBy(input: DecisionInput, plan: LoadPlan, deviceId: string): boolean {
  if (plan.deviceId === deviceId) return true;
  const meterIds = input.site.meters
    .filter((meter) => meter.deviceId === deviceId)
    .map(({ meterId }) => meterId);
  const isOwn = plan.kind !== 'chargePoint' && plan.meterId !== undefined && meterIds.includes(plan.meterId);
  const isObserved = (input.site.observedSwitches ?? []).some(
    (seen) => seen.deviceId === deviceId && behind(input, seen.circuitId, plan),
  );
  return (
    isOwn ||
    isObserved ||
    input.site.circuits.some(
      ({ circuitId, meterId }) =>
        meterId !== undefined && meterIds.includes(meterId) && behind(input, circuitId, plan),
    )
  );
}

/** A load that was never told anything and cannot be read: nothing can be said of what it holds, so nothing is sent. */
function isDeaf(input: DecisionInput, plan: LoadPlan): boolean {
  const point = pointOf(plan);
  const reading = input.snapshot[plan.deviceId]?.[point];
  const isRead = freshValue(reading, input.now.runningMs, input.site.timing.loadMaxAgeMs) !== undefined;
  return input.memory.loads[plan.loadId]?.commanded === undefined && !isRead;
}

/** True when the circuit has no meter or every current of it was read at the usual moment. */
function isReadUsually(input: DecisionInput, circuitId: string): boolean {
  const { meterId } = input.site.circuits.find((circuit) => circuit.circuitId === circuitId) ?? {};
  const meter = input.site.meters.find((candidate) => candidate.meterId === meterId);
  if (meter === undefined) return true;
  return Object.values(meter.phaseMap).every((terminal) => {
    const reading = input.snapshot[meter.deviceId]?.[`phaseCurrentA.${terminal}`];
    return reading?.state === 'measured' && reading.measuredAtMs === input.now.runningMs - USUAL_AGE_MS;
  });
}

/** Where a load's set-point or position is read back. */
function pointOf(plan: LoadPlan): PointName {
  if (plan.kind === 'chargePoint') return 'setpointA';
  return plan.kind === 'limitedGenerator' ? 'powerLimitW' : `relayClosed.${plan.relayChannel}`;
}

function floorOf(plan: LoadPlan): number {
  if (plan.kind === 'chargePoint') return plan.floorA;
  return plan.kind === 'switchedLoad' && plan.floor === 'closed' ? plan.ratingA : 0;
}

/** What a load drew when the meters were read; nothing when it cannot tell or was read at another moment. */
function drawnOf(input: DecisionInput, plan: LoadPlan, phase: Phase): number | undefined {
  const { timing } = input.site;
  const readings = input.snapshot[plan.deviceId];
  if (plan.kind === 'chargePoint') {
    const terminal = plan.phaseMap[phase];
    const reading = terminal === undefined ? undefined : readings?.[`phaseCurrentA.${terminal}`];
    const isUsual =
      reading?.state === 'measured' && reading.measuredAtMs === input.now.runningMs - USUAL_AGE_MS;
    return isUsual
      ? (freshValue(reading, input.now.runningMs, timing.loadMaxAgeMs) as number | undefined)
      : undefined;
  }
  if (plan.kind === 'limitedGenerator') return undefined;
  const position = freshValue(
    readings?.[`relayClosed.${plan.relayChannel}`],
    input.now.runningMs,
    timing.loadMaxAgeMs,
  );
  return position === false && plan.meterId === undefined ? 0 : undefined;
}

function at(input: DecisionInput, runningMs: number): DecisionInput {
  const shift = runningMs - input.now.runningMs;
  const now = { ...input.now, runningMs, utcMs: input.now.utcMs + shift };
  return { ...input, now };
}

/** The world after every command was obeyed at once and nothing else changed. */
function obeyed(input: DecisionInput, decision: Decision): Snapshot {
  const snapshot: Record<string, DeviceReadings> = { ...input.snapshot };
  for (const command of decision.commands) {
    const readings = snapshot[command.deviceId] ?? {};
    if (command.kind === 'setPowerLimit') continue;
    const [point, value] = readBackOf(command);
    if (readings[point]?.state !== 'measured') continue;
    snapshot[command.deviceId] = { ...readings, [point]: measured(value, readings[point].measuredAtMs) };
  }
  return snapshot;
}

/** Where a command shows, and as what. */
function readBackOf(command: Exclude<Command, SetPowerLimit>): readonly [PointName, PointValue] {
  switch (command.kind) {
    case 'setChargeCurrent':
      return ['setpointA', command.currentA];
    case 'setSwitch':
      return [`relayClosed.${command.relayChannel}`, command.position === 'closed'];
    case 'setPhases':
      return ['onePhase', command.phases === 1];
  }
}

/** What of the switching of phases is remembered outside of the judgement: when each load was last told. */
export type PhaseLedger = Map<string, number>;

/**
 * Law 11: phases are switched only while the load is seen paused, with a record, and no sooner than its rest after the last
 * time, one load at a time; nothing is resumed while it changes over; and it is counted on one phase only where it is sure to be.
 */
export function law11(decision: Decision, input: DecisionInput, ledger: PhaseLedger): void {
  const nowMs = input.now.runningMs;
  for (const command of decision.commands) {
    const toldAtMs = ledger.get(command.loadId) ?? Number.NEGATIVE_INFINITY;
    const plan = input.site.loads.find(({ loadId }) => loadId === command.loadId);
    if (plan?.kind !== 'chargePoint') continue;
    if (command.kind === 'setChargeCurrent' && command.currentA > 0)
      ok(nowMs - toldAtMs >= PHASES_KNOWN_MS, `${plan.loadId} goes on while it changes over`);
    if (command.kind !== 'setPhases') continue;
    const setpointA = freshValue(
      input.snapshot[plan.deviceId]?.setpointA,
      nowMs,
      input.site.timing.loadMaxAgeMs,
    );
    ok(setpointA === 0, `${plan.loadId} is switched at ${setpointA} A`);
    ok(input.canRecord, `${plan.loadId} is switched without a record`);
    ok(
      nowMs - toldAtMs >= (plan.phaseSwitching?.restMs ?? Infinity),
      `${plan.loadId} is switched without rest`,
    );
    ledger.set(plan.loadId, nowMs);
  }
  const changing = decision.explanation.loads.filter(({ phases }) => phases?.changingTo !== undefined);
  ok(changing.length <= 1, `${changing.map(({ loadId }) => loadId).join(' and ')} change over together`);
  for (const { loadId, phases } of decision.explanation.loads) {
    const plan = input.site.loads.find((load) => load.loadId === loadId) as LoadPlan;
    if (phases?.counted !== 1) continue;
    const counted = input.site.phases.filter((phase) => isOn(input, plan, phase));
    ok(counted.length === 1, `${loadId} counts on one phase and may be on ${counted.join()}`);
  }
}
