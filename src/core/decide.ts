import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Reason } from '../domain/reason.ts';
import { hasLevel } from '../domain/sitePlan.ts';
import { scheduleLimits } from './chargingHours.ts';
import { constraintsOf } from './constraints.ts';
import { stepParty } from './controllingParty.ts';
import type { Decision, DecisionInput, Explanation } from './decision.ts';
import { explain } from './explain.ts';
import { openFlowAccount } from './flowAccount.ts';
import { stepSchemes } from './limitationScheme.ts';
import { powerLimitOf } from './limitedGenerators.ts';
import { limitsInForce } from './limitsInForce.ts';
import { extendTrace, viewLoads } from './loads.ts';
import type { LoadView } from './loadView.ts';
import type { LoadMemory } from './memory.ts';
import { judgeLoads, type Verdict } from './narrow.ts';
import { observeExcursions, observeFaults } from './observe.ts';
import { observedLimits } from './observedSwitches.ts';
import type { Pace } from './pace.ts';
import { viewMeters } from './picture.ts';
import { trustOf } from './trust.ts';
import { unbalanceLimits } from './unbalance.ts';
import { commandedA, limitedWant, ownLimit, wantOf } from './wants.ts';
import { floorToStep, judgeWidening, stepOfLevel, type Widening } from './widen.ts';

const NO_PACE: Pace = { writeSpacingMs: 0, setpointStepA: 0.1 };

interface Step {
  readonly command?: Command;
  readonly memory: LoadMemory;
}

/**
 * The one judgement. Pure: the same input gives the same commands, reasons, events and memory.
 * Narrowing comes out whatever else is wrong; widening only with fresh readings, rest, ramp and a working record.
 */
export function decide(input: DecisionInput): Decision {
  const { now, site, snapshot, memory, canRecord, paces, distrust } = input;
  const nowMs = now.runningMs;
  const { meters, memories } = viewMeters({ nowMs, site, snapshot, memory });
  const loads = viewLoads({ nowMs, site, snapshot, memory, meters });
  const traces = loads.map((view) => extendTrace(view, nowMs));
  const scheme = stepSchemes({
    site,
    meters,
    schemes: memory.schemes,
    reset: input.schemeReset,
    nowMs,
  });
  const observed = observedLimits(site, snapshot, nowMs);
  const party = stepParty({
    plan: site.controllingParty,
    controls: input.limits,
    contact: input.party ?? {},
    known: memory.party,
    now,
  });
  const scheduled = scheduleLimits(site, input.chargingHours, now);
  const inForce = limitsInForce({
    ...input,
    limits: [...party.limits, ...observed, ...scheme.limits, ...scheduled],
  });
  const unbalance = unbalanceLimits(site, meters);
  const limits = [...inForce.all, ...unbalance];
  const constraints = constraintsOf({ site, limits, meters, loads, traces });
  const trusts = loads.map((_, index) => trustOf(site, index, meters, distrust));
  const wants = loads.map((view, index) =>
    limitedWant(
      wantOf(view, trusts[index] ?? { state: 'fresh' }, nowMs),
      ownLimit(view.plan.loadId, inForce.all, input.preferences ?? [], nowMs),
    ),
  );
  const verdicts = judgeLoads({ loads, trusts, wants, constraints, marginA: site.timing.marginA, nowMs });

  const account = openFlowAccount(constraints, loads, true);
  const presentA = loads.map((view) => Math.max(view.inForceA, commandedA(view) ?? 0));
  for (const [index, currentA] of presentA.entries()) account.setTarget(index, currentA);
  const widenings = new Map<number, Widening>();
  const byPriority = loads
    .map((_, index) => index)
    .sort((a, b) => priorityOf(loads, a) - priorityOf(loads, b) || a - b);
  for (const index of byPriority) {
    const view = loads[index];
    const verdict = verdicts.get(index);
    const want = wants[index];
    const trust = trusts[index];
    if (view === undefined || verdict === undefined || want === undefined || trust === undefined) continue;
    const pace = paces[view.plan.deviceId] ?? NO_PACE;
    const { timing } = site;
    const widening = judgeWidening({
      index,
      view,
      verdict,
      want,
      trust,
      constraints,
      account,
      timing,
      pace,
      canRecord,
      nowMs,
    });
    widenings.set(index, widening);
    if (widening.kind === 'widen') account.setTarget(index, Math.max(widening.toA, presentA[index] ?? 0));
  }

  const commands: Command[] = [];
  const commandEvents: DomainEvent[] = [];
  const loadMemories: Record<string, LoadMemory> = {};
  loads.forEach((view, index) => {
    const verdict = verdicts.get(index);
    const pace = paces[view.plan.deviceId] ?? NO_PACE;
    const step = stepOf(view, verdict, widenings.get(index), pace, nowMs, site.timing.confirmMs);
    const answered =
      view.readBackA === undefined ? {} : { lastInForce: view.inForceA, lastAnsweredAtMs: nowMs };
    loadMemories[view.plan.loadId] = { ...step.memory, ...answered, trace: traces[index] ?? [] };
    if (step.command === undefined) return;
    commands.push(step.command);
    commandEvents.push(commandEvent(step.command));
  });

  const { faults, events: faultEvents } = observeFaults({
    known: memory.faults,
    meters,
    loads,
    canRecord,
    distrust,
    nowMs,
  });
  const { excursions, events: excursionEvents } = observeExcursions(memory.excursions, constraints, nowMs);
  const next = {
    loads: loadMemories,
    inForce: inForce.external,
    held: inForce.held,
    starting: inForce.starting,
    excursions,
    faults,
    meters: memories,
    schemes: scheme.schemes,
    ...(party.memory === undefined ? {} : { party: party.memory }),
  };
  let explanation: Explanation | undefined;
  return {
    commands,
    events: [
      ...inForce.events,
      ...scheme.events,
      ...party.events,
      ...faultEvents,
      ...excursionEvents,
      ...commandEvents,
    ],
    memory: next,
    // Worked out when it is first asked for: a narrowing need not wait until it has been explained.
    get explanation() {
      explanation ??= explain({
        site,
        meters,
        constraints,
        loads,
        trusts,
        verdicts,
        widenings,
        limits,
        present: [...inForce.present, ...unbalance],
        next,
        nowMs,
      });
      return explanation;
    },
  };
}

function priorityOf(loads: readonly LoadView[], index: number): number {
  return loads[index]?.plan.priority ?? 0;
}

/** The command that a verdict asks for, if it is not already given, and the memory after it. */
function stepOf(
  view: LoadView,
  verdict: Verdict | undefined,
  widening: Widening | undefined,
  pace: Pace,
  nowMs: number,
  confirmMs: number,
): Step {
  const { memory, plan } = view;
  if (verdict === undefined) return { memory };
  const heldA = commandedA(view);
  if (verdict.narrowToA !== undefined) {
    const toA = hasLevel(plan) ? floorToStep(verdict.narrowToA, stepOfLevel(plan, pace)) : verdict.narrowToA;
    // One that was never told anything and cannot be read may have all: it is told, unless it is about to be met.
    const isNew = heldA === undefined ? !view.isStarting : memory.commanded === undefined || toA < heldA;
    if (isNew) {
      const paused = toA === 0 ? { pausedAtMs: nowMs } : {};
      const lowered = {
        ...memory,
        commanded: storedValueOf(view, toA),
        commandedAtMs: nowMs,
        narrowedAtMs: nowMs,
        ...paused,
      };
      return { command: commandOf(view, toA, 'narrowing', verdict.reason), memory: lowered };
    }
  }
  if (heldA !== undefined && mustReassert(view, nowMs, confirmMs)) {
    const reason: Reason = {
      kind: 'fault',
      code: view.fault ?? 'setpoint-not-confirmed',
      subject: plan.deviceId,
    };
    return {
      command: commandOf(view, heldA, 'narrowing', reason),
      memory: { ...memory, reassertedAtMs: nowMs },
    };
  }
  if (widening?.kind === 'widen') {
    const command = commandOf(view, widening.toA, 'widening', verdict.reason);
    if (widening.toA === heldA) return { command, memory: { ...memory, reassertedAtMs: nowMs } };
    return {
      command,
      memory: { ...memory, commanded: storedValueOf(view, widening.toA), commandedAtMs: nowMs },
    };
  }
  return { memory };
}

/** The device reports or draws more than it was told: say it again, at the pace at which it could have confirmed. */
function mustReassert(view: LoadView, nowMs: number, confirmMs: number): boolean {
  const { commanded, commandedAtMs, reassertedAtMs } = view.memory;
  const heldA = commandedA(view);
  if (commanded === undefined || heldA === undefined || view.readBackA === undefined) return false;
  if (view.fault === undefined || view.fault === 'fallback-not-set') return false;
  const isMore = view.inForceA > heldA || view.fault === 'load-exceeds-setpoint';
  return isMore && nowMs - Math.max(commandedAtMs, reassertedAtMs) >= confirmMs;
}

function storedValueOf(view: LoadView, currentA: number): number {
  return hasLevel(view.plan) ? currentA : currentA > 0 ? 1 : 0;
}

function commandOf(view: LoadView, toA: number, effect: Command['effect'], reason: Reason): Command {
  const { loadId, deviceId } = view.plan;
  if (view.plan.kind === 'chargePoint') {
    return { kind: 'setChargeCurrent', loadId, deviceId, effect, reason, currentA: toA };
  }
  if (view.plan.kind === 'limitedGenerator') {
    const powerW = toA >= view.plan.ratingA ? {} : { powerW: powerLimitOf(view.plan, toA) };
    return { kind: 'setPowerLimit', loadId, deviceId, effect, reason, ...powerW };
  }
  const position = toA > 0 ? 'closed' : 'open';
  const { relayChannel } = view.plan;
  return { kind: 'setSwitch', loadId, deviceId, effect, reason, relayChannel, position };
}

function commandEvent(command: Command): DomainEvent {
  const kind = command.effect === 'widening' ? 'loadWidened' : 'loadNarrowed';
  return { kind, loadId: command.loadId, to: statedTarget(command), reason: command.reason };
}

/** Where a command takes its load, for people: `16 A`, `open`, `no limit`. */
export function statedTarget(command: Command): string {
  switch (command.kind) {
    case 'setChargeCurrent':
      return `${command.currentA} A`;
    case 'setSwitch':
      return command.position;
    case 'setPowerLimit':
      return command.powerW === undefined ? 'no limit' : `${command.powerW} W`;
  }
}
