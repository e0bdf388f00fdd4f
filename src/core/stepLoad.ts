import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Reason } from '../domain/reason.ts';
import { hasLevel } from '../domain/sitePlan.ts';
import { powerLimitOf } from './limitedGenerators.ts';
import type { LoadView } from './loadView.ts';
import type { LoadMemory } from './memory.ts';
import type { Verdict } from './narrow.ts';
import type { Pace } from './pace.ts';
import { commandedA } from './wants.ts';
import { floorToStep, stepOfLevel, type Widening } from './widen.ts';

/** What a load is told in a decision, if anything, and what is remembered of it. */
export interface Step {
  readonly command?: Command;
  readonly memory: LoadMemory;
}

interface StepArguments {
  readonly view: LoadView;
  readonly verdict: Verdict | undefined;
  readonly widening: Widening | undefined;
  readonly pace: Pace;
  readonly nowMs: RunningMs;
  readonly confirmMs: number;
}

/** The command that a verdict asks for, if it is not already given, and the memory after it. */
export function stepLoad({ view, verdict, widening, pace, nowMs, confirmMs }: StepArguments): Step {
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

/** What a command is in the story of the home. */
export function commandEvent(command: Command): DomainEvent {
  if (command.kind === 'setPhases') {
    const { loadId, phases, reason } = command;
    return { kind: 'phasesSwitched', loadId, to: phases, reason };
  }
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
    case 'setPhases':
      return command.phases === 1 ? 'one phase' : 'three phases';
  }
}
