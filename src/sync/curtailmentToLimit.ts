import type { CurtailmentRequest } from '../contract/curtailment.ts';
import type { Now } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import { circuitOf, limitOnClock } from './limitOnClock.ts';
import { type Refusal, refuse } from './refusal.ts';

/** There is one slot for curtailments; a new one takes the place of the one before. */
const CURTAILMENT_LIMIT_ID = 'curtailment';

/** The slot would be taken from a curtailment in force, so it is not given to one that is far off. */
const MOST_AHEAD_MS = 24 * 3_600_000;

export type CurtailmentOutcome = { readonly ok: true; readonly limit: Limit } | Refusal;

/**
 * The limit of rank 6 that a request asks for, on the running clock. A request without a start begins now. One with
 * a start needs a synced clock; what has passed of it is not made up for.
 * @param circuits of the site plan; the one without a parent is the connection point
 */
export function curtailmentToLimit(
  request: CurtailmentRequest,
  now: Now,
  circuits: readonly Circuit[],
): CurtailmentOutcome {
  const circuit = circuitOf(request, circuits);
  if (!circuit.ok) return circuit;
  const delay = delayUntilStart(request, now);
  if (!delay.ok) return delay;
  const startsInMs = delay.delayMs;
  const endsInMs = startsInMs + request.durationSeconds * 1_000;
  if (endsInMs <= 0) {
    return refuse(`it ended at ${new Date(now.utcMs + endsInMs).toISOString()}, before it was received`);
  }
  const stretch = { limitId: CURTAILMENT_LIMIT_ID, ceiling: request.ceiling, startsInMs, endsInMs };
  return { ok: true, limit: limitOnClock(request, circuit.circuitId, stretch, now) };
}

/** Negative when the start lies in the past. */
function delayUntilStart(
  request: CurtailmentRequest,
  now: Now,
): { readonly ok: true; readonly delayMs: number } | Refusal {
  if (request.startsAt === undefined) return { ok: true, delayMs: 0 };
  if (now.clockLevel !== 'synced') {
    return refuse(
      `startsAt is ${request.startsAt}, but the clock of the gateway is not synced; send it without startsAt when it is to begin`,
    );
  }
  const delayMs = Date.parse(request.startsAt) - now.utcMs;
  if (delayMs > MOST_AHEAD_MS) {
    return refuse(`startsAt is ${request.startsAt}, more than 24 hours ahead; send it nearer to its start`);
  }
  return { ok: true, delayMs };
}
