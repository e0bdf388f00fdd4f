import type { SitePlan } from '../domain/sitePlan.ts';
import type { Finding } from './finding.ts';

/**
 * With an agreed ceiling the whole way from a silent meter to inside the limit is at most 5 s (docs/limits.md). A command
 * on a slow serial line and the reaction of the load need 1 s of them.
 */
const LONGEST_HOLD_MS = 4_000;

/** Times that contradict each other. */
export function findTimingMistakes(plan: SitePlan): readonly Finding[] {
  const { meterMaxAgeMs, meterHoldMs, meterFrozenMs } = plan.timing;
  const findings: Finding[] = [];
  if (meterHoldMs < meterMaxAgeMs) {
    findings.push({
      path: 'timing.meterHoldMs',
      expected: `at least timing.meterMaxAgeMs, ${meterMaxAgeMs} ms`,
      found: `${meterHoldMs} ms`,
      toDo: 'a reading must be stale before it is given up: raise the one or lower the other',
    });
  }
  if (meterHoldMs > LONGEST_HOLD_MS) {
    findings.push({
      path: 'timing.meterHoldMs',
      expected: `at most ${LONGEST_HOLD_MS} ms, so that the home is inside its limits 5 s after the meter fell silent`,
      found: `${meterHoldMs} ms`,
      toDo: 'lower it, or leave it out',
    });
  }
  if (meterFrozenMs <= meterHoldMs) {
    findings.push({
      path: 'timing.meterFrozenMs',
      expected: `more than timing.meterHoldMs, ${meterHoldMs} ms`,
      found: `${meterFrozenMs} ms`,
      toDo: 'raise it, or leave it out',
    });
  }
  return findings;
}
