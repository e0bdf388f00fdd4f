import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import { choosePhases } from './betterPhases.ts';
import { scheduleLimits } from './chargingHours.ts';
import { constraintsOf } from './constraints.ts';
import { stepParty } from './controllingParty.ts';
import type { Decision, DecisionInput, Explanation } from './decision.ts';
import { explain } from './explain.ts';
import { openFlowAccount } from './flowAccount.ts';
import { stepSchemes } from './limitationScheme.ts';
import { limitsInForce } from './limitsInForce.ts';
import { extendTrace, viewLoads } from './loads.ts';
import type { LoadView } from './loadView.ts';
import type { LoadMemory } from './memory.ts';
import { judgeLoads } from './narrow.ts';
import { observeExcursions, observeFaults } from './observe.ts';
import { observedLimits } from './observedSwitches.ts';
import type { Pace } from './pace.ts';
import { changingWant, stepChangeover } from './phaseSwitching.ts';
import { viewMeters } from './picture.ts';
import { commandEvent, stepLoad } from './stepLoad.ts';
import { trustOf } from './trust.ts';
import { unbalanceLimits } from './unbalance.ts';
import { commandedA, limitedWant, ownLimit, wantOf } from './wants.ts';
import { judgeWidening, type Widening } from './widen.ts';

const NO_PACE: Pace = { writeSpacingMs: 0, setpointStepA: 0.1 };

/**
 * The one judgement. Pure: the same input gives the same commands, reasons, events and memory.
 * Narrowing comes out whatever else is wrong; widening only with fresh readings, rest, ramp and a working record.
 */
export function decide(input: DecisionInput): Decision {
  const { now, site, snapshot, memory, canRecord, paces, distrust } = input;
  const nowMs = now.runningMs;
  const { meters, memories } = viewMeters({ nowMs, site, snapshot, memory });
  const seen = viewLoads({ nowMs, site, snapshot, memory, meters });
  const traces = seen.map((view) => extendTrace(view, nowMs));
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
    limits: [...(input.restrictions ?? []), ...party.limits, ...observed, ...scheme.limits, ...scheduled],
  });
  const unbalance = unbalanceLimits(site, meters);
  const limits = [...inForce.all, ...unbalance];
  const constraints = constraintsOf({ site, limits, meters, loads: seen, traces });
  const trusts = seen.map((_, index) => trustOf(site, index, meters, distrust));
  const wants = seen.map((view, index) =>
    changingWant(
      limitedWant(
        wantOf(view, trusts[index] ?? { state: 'fresh' }, nowMs),
        ownLimit(view.plan.loadId, inForce.all, input.preferences ?? [], nowMs),
      ),
      view,
    ),
  );
  const { marginA } = site.timing;
  const verdicts = judgeLoads({ loads: seen, trusts, wants, constraints, marginA, nowMs });
  const loads = choosePhases({
    ...{ site, limits, meters, traces, trusts, wants, verdicts, canRecord, nowMs },
    loads: seen,
  });

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
    const told = stepLoad({
      view,
      verdict,
      widening: widenings.get(index),
      pace,
      nowMs,
      confirmMs: site.timing.confirmMs,
    });
    const trust = trusts[index];
    const step =
      told.command !== undefined || trust === undefined
        ? told
        : stepChangeover({ view, memory: told.memory, trust, canRecord, nowMs });
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
