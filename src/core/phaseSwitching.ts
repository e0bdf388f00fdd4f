import type { Command } from '../domain/command.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Reason } from '../domain/reason.ts';
import type { ChargePointPlan } from '../domain/sitePlan.ts';
import type { Want } from './allocate.ts';
import { CHANGEOVER_MS, CONFIRM_TOLERANCE_A, UNUSED_PHASE_A } from './figures.ts';
import type { LoadView } from './loadView.ts';
import type { LoadMemory, PhaseMemory } from './memory.ts';
import { phaseMemoryOf, switchesPhases } from './phases.ts';
import type { Trust } from './trust.ts';
import { commandedA, loadReason } from './wants.ts';

/*
 * A charge point that switches its phases. steady -> pausing: the other number of phases has been the better one for long
 * enough (betterPhases.ts). pausing -> settling: it was seen paused and is told. pausing -> steady: it could not be told
 * in time; the rest begins anew. settling -> steady: the time for a changeover is over, whatever it reads.
 */

/** While it changes over it asks for nothing: a device that resumes by itself finds a set-point of 0. */
export function changingWant(want: Want, view: LoadView): Want {
  const changeover = switchesPhases(view.plan) ? view.memory.phases?.changeover : undefined;
  return changeover === undefined ? want : { mostA: 0, reason: changeover.reason };
}

/** Why a load is paused on its way to three phases: nothing limits it. */
export function toThreeReason(plan: ChargePointPlan): Reason {
  return loadReason(plan, 0, `${plan.loadId} is paused while it changes over to three phases`);
}

interface StepArguments {
  readonly view: LoadView;
  readonly memory: LoadMemory;
  readonly trust: Trust;
  readonly canRecord: boolean;
  readonly nowMs: RunningMs;
}

/** One step of a changeover that is under way: it is told its phases once it was seen paused, with the proof of a widening. */
export function stepChangeover({ view, memory, trust, canRecord, nowMs }: StepArguments): {
  readonly memory: LoadMemory;
  readonly command?: Command;
} {
  const { plan } = view;
  const { changeover, ...steady } = phaseMemoryOf(memory);
  if (!switchesPhases(plan) || changeover === undefined) return { memory };
  const isOver = nowMs - changeover.sinceMs >= CHANGEOVER_MS;
  if (changeover.isTold) return { memory: isOver ? { ...memory, phases: steady } : memory };
  if (isOver) return { memory: { ...memory, phases: { ...steady, switchedAtMs: nowMs } } };
  if (trust.state !== 'fresh' || !(canRecord && isSeenPaused(view))) return { memory };
  const { to, reason } = changeover;
  const { loadId, deviceId } = plan;
  const told: PhaseMemory = {
    told: to,
    switchedAtMs: nowMs,
    changeover: { ...changeover, sinceMs: nowMs, isTold: true },
    ...(to === 1 ? { reason } : {}),
  };
  return {
    memory: { ...memory, phases: told },
    command: { kind: 'setPhases', loadId, deviceId, effect: 'widening', reason, phases: to },
  };
}

/** It was told 0, reads 0, and draws nothing. */
function isSeenPaused(view: LoadView): boolean {
  const drawsNothing =
    view.drawnA !== undefined && Object.values(view.drawnA).every((drawnA) => drawnA < UNUSED_PHASE_A);
  const isCharging = view.iecState === undefined || view.iecState === 'C' || view.iecState === 'D';
  const reads0 = view.readBackA !== undefined && view.readBackA <= CONFIRM_TOLERANCE_A;
  return commandedA(view) === 0 && reads0 && view.isAnswering && drawsNothing && !isCharging;
}
