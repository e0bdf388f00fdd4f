import type { CurtailmentRequest } from '../contract/curtailment.ts';
import type { CurtailmentSchedule } from '../contract/curtailmentSchedule.ts';
import type { Now } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';

type Request = CurtailmentRequest | CurtailmentSchedule;

/** One stretch of a request, from now on; a negative beginning lies in the past and is not made up for. */
export interface Stretch {
  readonly limitId: string;
  readonly ceiling: number;
  readonly startsInMs: number;
  /** Greater than 0. */
  readonly endsInMs: number;
}

/** @param circuits of the site plan; the one without a parent is the connection point */
export function circuitOf(
  request: Request,
  circuits: readonly Circuit[],
): { readonly ok: true; readonly circuitId: string } | Refusal {
  const circuit = circuits.find(({ circuitId, parentId }) =>
    request.circuit === undefined ? parentId === undefined : circuitId === request.circuit,
  );
  if (circuit !== undefined) return { ok: true, circuitId: circuit.circuitId };
  const known = circuits.map(({ circuitId }) => circuitId).join(', ');
  return refuse(`circuit "${request.circuit}" is not in the site plan; it has ${known}`);
}

/** The limit of rank 6 for one stretch of a request, on the running clock and, where it is synced, on the wall clock. */
export function limitOnClock(request: Request, circuitId: string, stretch: Stretch, now: Now): Limit {
  const { limitId, ceiling, startsInMs, endsInMs } = stretch;
  const { direction, basis, randomisedBy, reason } = request;
  return {
    limitId,
    source: 'curtailment',
    circuitId,
    direction,
    basis,
    ceiling,
    validFromMs: now.runningMs + Math.max(0, startsInMs),
    ...(startsInMs > 0 && { validFromUtcMs: now.utcMs + startsInMs }),
    validUntilMs: now.runningMs + endsInMs,
    ...(now.clockLevel === 'synced' && { validUntilUtcMs: now.utcMs + endsInMs }),
    ...(randomisedBy !== undefined && { randomisedBy }),
    reason,
  };
}
