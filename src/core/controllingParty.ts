import type { DomainEvent } from '../domain/event.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { ControllingPartyPlan, StandingCeiling } from '../domain/sitePlan.ts';
import { holdsAt } from './limitsInForce.ts';
import type { PartyMemory } from './memory.ts';

/** What the controlling party has said, as the gateway keeps it over restarts. */
export interface PartyContact {
  /** When its last heartbeat came; absent: never. */
  readonly heartbeatAtMs?: RunningMs;
  /** When its last control came: a limit, a schedule, a cancel; absent: never. */
  readonly controlAtMs?: RunningMs;
}

interface Arguments {
  readonly plan: ControllingPartyPlan | undefined;
  readonly controls: readonly Limit[];
  readonly contact: PartyContact;
  readonly known: PartyMemory | undefined;
  readonly now: Now;
}

/**
 * Rank 6: the controls of the party as they stand, and what stands in for them. A stored schedule runs to its end whether
 * the party is there or not. Pattern: EEBus limitation of power consumption.
 */
export function stepParty({ plan, controls, contact, known, now }: Arguments): {
  readonly limits: readonly Limit[];
  readonly memory?: PartyMemory;
  readonly events: readonly DomainEvent[];
} {
  if (plan === undefined) return { limits: controls, events: [] };
  const memory = nextState(plan, contact, known, now.runningMs);
  const isControlled = controls.some((control) => holdsAt(control, now));
  const standing = isControlled ? [] : plan.defaults.map((ceiling) => standingLimit(ceiling, 'default'));
  const failSafe =
    memory?.state === 'failSafe'
      ? (plan.heartbeat?.failSafe ?? []).map((ceiling) => standingLimit(ceiling, 'failSafe'))
      : [];
  const limits = [...controls, ...standing, ...failSafe];
  if (memory === undefined) return { limits, events: [] };
  // Told at once, so that a power cut does not forget it.
  const isChanged = known !== undefined && known.state !== memory.state;
  const event: DomainEvent = {
    kind: 'partyStateChanged',
    from: known?.state ?? memory.state,
    to: memory.state,
  };
  return { limits, memory, events: isChanged ? [event] : [] };
}

function nextState(
  { heartbeat }: ControllingPartyPlan,
  { heartbeatAtMs, controlAtMs }: PartyContact,
  known: PartyMemory | undefined,
  nowMs: RunningMs,
): PartyMemory | undefined {
  if (heartbeat === undefined) return undefined;
  // A gateway that begins has not heard the party yet: the fail-safe holds until it has.
  const before: PartyMemory = known ?? { state: 'failSafe', sinceMs: nowMs };
  const isThere = heartbeatAtMs !== undefined && nowMs - heartbeatAtMs < heartbeat.lostAfterMs;
  if (before.state === 'controlled') return isThere ? before : { state: 'failSafe', sinceMs: nowMs };
  const hasReturned =
    isThere &&
    controlAtMs !== undefined &&
    controlAtMs >= before.sinceMs &&
    Math.abs(controlAtMs - heartbeatAtMs) <= heartbeat.limitWithinMs;
  if (hasReturned) return { state: 'controlled', sinceMs: nowMs };
  const isOver = before.state === 'failSafe' && nowMs - before.sinceMs >= heartbeat.failSafeMinimumMs;
  return isOver ? { state: 'autonomous', sinceMs: nowMs } : before;
}

function standingLimit(
  { circuitId, direction, basis, ceiling }: StandingCeiling,
  kind: 'default' | 'failSafe',
): Limit {
  return {
    limitId: `${circuitId}:${kind}:${direction}:${basis}`,
    source: 'curtailment',
    circuitId,
    direction,
    basis,
    ceiling,
    validFromMs: 0,
    reason:
      kind === 'default'
        ? 'default agreed with the controlling party, in force while none of its controls is'
        : 'fail-safe agreed with the controlling party, which is not heard',
  };
}
