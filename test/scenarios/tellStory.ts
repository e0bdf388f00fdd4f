import type { DomainEvent } from '../../src/domain/event.ts';
import { judge, type TakenStep } from './judge.ts';
import type { Observation } from './observation.ts';
import type { StageName } from './parts.ts';
import type { Scenario } from './scenarioSchema.ts';
import type { Stage } from './stages/stage.ts';
import { withoutRepetition } from './stepSchema.ts';

export interface Account {
  /** What was not as expected. */
  readonly failures: readonly string[];
  /** What was left out at this stage, and why. */
  readonly skipped: readonly string[];
  readonly observations: readonly Observation[];
}

/** Tells a story at a stage, with one look a second after the steps of that second, and judges what was seen. */
export async function tellStory(scenario: Scenario, stageName: StageName, stage: Stage): Promise<Account> {
  const skipped: string[] = [];
  const isToldHere = (what: string, notAt: Scenario['notAt']): boolean => {
    const because = notAt?.[stageName];
    if (because !== undefined) skipped.push(`${what}: ${because}`);
    return because === undefined;
  };
  const told = scenario.steps.filter(({ atS, do: what, notAt }) => isToldHere(`${what} at ${atS} s`, notAt));
  const steps = withoutRepetition(told);
  const expectations = scenario.expectations.filter(({ says, notAt }) => isToldHere(says, notAt));
  const observations: Observation[] = [];
  const taken: TakenStep[] = [];
  try {
    await stage.open();
    for (let atS = 0; atS <= scenario.durationS; atS += 1) {
      await stage.reach(atS);
      const due = steps.filter((step) => step.atS === atS);
      for (const step of due) await stage.take(step);
      const observation = await stage.look();
      observations.push(observation);
      if (due.length > 0) taken.push({ atS, takenAtS: observation.atS });
    }
  } finally {
    await stage.close();
  }
  return { failures: judge(expectations, observations, taken), skipped, observations };
}

/** The looks as a table, for whoever wants to know why a story did not end as expected. */
export function tableOf(observations: readonly Observation[]): string {
  return observations
    .map(({ atS, importA, exportA, carA, waterHeater, generator, judgement, events }) => {
      const flows = [importA, exportA, carA].map((valueA) => valueA.toFixed(1).padStart(5)).join(' ');
      const told = judgement?.reasons
        .map(({ reason }) => (reason.kind === 'limit' ? reason.source : `${reason.code}(${reason.subject})`))
        .join(',');
      const happened = events.map(tagOf).join(' ');
      return `${atS.toFixed(1).padStart(6)} s ${flows} ${waterHeater} ${generator} ${judgement?.posture ?? '-'} ${told ?? ''} ${happened}`;
    })
    .join('\n');
}

function tagOf(event: DomainEvent): string {
  if (!('reason' in event)) return event.kind;
  const { kind, reason } = event;
  const about = 'loadId' in event ? event.loadId : event.limitId;
  return `${kind}(${about}: ${reason.kind === 'limit' ? reason.source : `${reason.code} of ${reason.subject}`})`;
}
