import { join } from 'node:path';
import { readSitePlan } from '../../../src/config/readSitePlan.ts';
import type { CurtailmentRequest } from '../../../src/contract/curtailment.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import type { Scenario, Step } from '../scenarioSchema.ts';

/** Instant of the recording at which the home is built, before its warm-up. */
export function buildAtMs({ startAt, warmUpS }: Scenario): number {
  return Date.parse(startAt) - warmUpS * 1_000;
}

/** The example plan of the home of the story, before its changes. */
export function examplePlan({ home }: Scenario): SitePlan {
  const read = readSitePlan(join(PROJECT_ROOT, 'config', `site.${home}.jsonc`));
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return read.plan;
}

/** The plan with what the story agrees with the distributor. */
export function adaptPlan(plan: SitePlan, change: Scenario['plan']): SitePlan {
  const circuits = plan.circuits.map((circuit) =>
    circuit.parentId === undefined ? { ...circuit, ...change } : circuit,
  );
  return { ...plan, circuits };
}

/** What the back office sends; the ids are counted by the second, so that each is new. */
export function requestOf(step: Step & { readonly do: 'curtail' }): CurtailmentRequest {
  const { atS, direction, basis, ceiling, seconds } = step;
  return {
    schema: 'loadgate.curtailment/1',
    id: `story-${atS}`,
    direction,
    basis,
    ceiling,
    durationSeconds: seconds,
    reason: 'a curtailment of the story',
  };
}

export function cancelOf(id: string): object {
  return { schema: 'loadgate.curtailment-cancel/1', id, reason: 'the story takes it back' };
}
