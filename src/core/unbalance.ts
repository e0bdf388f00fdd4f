import type { Limit } from '../domain/limit.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { MeterView } from './picture.ts';

/**
 * Ceilings that keep the phases of a circuit within an agreed unbalance: each phase may import so much more than the least
 * loaded one does now. Without a fresh reading of every phase nothing can be said of it; the picture is then late or lost.
 */
export function unbalanceLimits(site: SitePlan, meters: ReadonlyMap<string, MeterView>): readonly Limit[] {
  return site.circuits.flatMap(({ circuitId, meterId, maximumUnbalanceA }) => {
    const meter = meterId === undefined ? undefined : meters.get(meterId);
    if (maximumUnbalanceA === undefined || meter?.state !== 'fresh' || site.phases.length < 2) return [];
    return site.phases.map((phase): Limit => {
      const others = site.phases.filter((other) => other !== phase);
      // A flow whose direction is not certain counts as the lesser load: the allowance shrinks with it.
      const leastA = Math.min(...others.map((other) => -(meter.flows[other]?.exportA ?? 0)));
      return {
        limitId: `${circuitId}:unbalance:${phase}`,
        source: 'protection',
        circuitId,
        direction: 'import',
        basis: 'phaseCurrentA',
        phases: [phase],
        ceiling: Math.max(0, leastA + maximumUnbalanceA),
        validFromMs: 0,
        reason: `at most ${maximumUnbalanceA} A more than the least loaded phase`,
      };
    });
  });
}
