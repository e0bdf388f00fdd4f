import type { CurtailmentSchedule } from '../contract/curtailmentSchedule.ts';
import type { Now } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import { circuitOf, limitOnClock } from './limitOnClock.ts';
import { type Refusal, refuse } from './refusal.ts';

/** As far as a single curtailment can reach, which may begin 24 hours ahead and last as long. */
const MOST_AHEAD_MS = 48 * 3_600_000;

export type ScheduleOutcome = { readonly ok: true; readonly limits: readonly Limit[] } | Refusal;

/**
 * The limits of rank 6 that a schedule asks for, one for each interval that is not over, in order. Each keeps the number
 * of its interval in the schedule as it was sent: `curtailment:1` is the first. Needs a synced clock.
 * @param circuits of the site plan; the one without a parent is the connection point
 */
export function scheduleToLimits(
  schedule: CurtailmentSchedule,
  now: Now,
  circuits: readonly Circuit[],
): ScheduleOutcome {
  const circuit = circuitOf(schedule, circuits);
  if (!circuit.ok) return circuit;
  if (now.clockLevel !== 'synced') {
    return refuse(
      'its intervals begin by the wall clock, but the clock of the gateway is not synced; send a curtailment without startsAt when one is to begin',
    );
  }
  const stretches = schedule.intervals.map(({ startsAt, durationSeconds, ceiling }, index) => {
    const startsInMs = Date.parse(startsAt) - now.utcMs;
    const endsInMs = startsInMs + durationSeconds * 1_000;
    return { limitId: `curtailment:${index + 1}`, ceiling, startsInMs, endsInMs };
  });
  const lastEndsInMs = Math.max(...stretches.map(({ endsInMs }) => endsInMs));
  const lastEndsAt = new Date(now.utcMs + lastEndsInMs).toISOString();
  if (lastEndsInMs > MOST_AHEAD_MS) {
    return refuse(
      `its last interval ends at ${lastEndsAt}, more than 48 hours ahead; send the later intervals nearer to their start`,
    );
  }
  if (lastEndsInMs <= 0) return refuse(`its last interval ended at ${lastEndsAt}, before it was received`);
  const limits = stretches
    .filter(({ endsInMs }) => endsInMs > 0)
    .map((stretch) => limitOnClock(schedule, circuit.circuitId, stretch, now));
  return { ok: true, limits };
}
