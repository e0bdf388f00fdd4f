import type { Network, NetworkFinding } from '../contract/network.ts';
import { type NetworkChange, RESPONSIBLE, RUNGS, type Rung } from '../domain/network.ts';
import { alignColumns, duration } from './table.ts';

const STATES: Readonly<Record<NetworkFinding['state'], string>> = {
  passed: 'passed',
  failed: 'FAILED',
  notReached: '-',
  cannotBeTold: 'unsure',
};

/** The ladder with the top rung last: a line for each, below it what there is to do, and of a broken one what was found. */
export function renderNetwork(network: Network, hasDetails: boolean): string {
  const rows = network.rungs.flatMap((finding) => rowsOf(finding, hasDetails));
  const took = `Looked at ${network.at}, took ${(network.tookMs / 1000).toFixed(1)} s`;
  return [network.sentence, '', ...alignColumns(rows).map((line) => `  ${line}`), '', took].join('\n');
}

function rowsOf(finding: NetworkFinding, hasDetails: boolean): readonly (readonly string[])[] {
  const { rung, state, sentence, tookMs, nextStep, responsible, forEngineer, seen } = finding;
  const isWorthMore = hasDetails || state === 'failed';
  const whose = responsible === undefined ? '' : ` (${RESPONSIBLE[responsible]})`;
  const found = [
    ...(forEngineer === sentence ? [] : [`for an engineer: ${forEngineer}`]),
    ...seen.map((line) => `seen: ${line}`),
  ];
  const more = [...(isWorthMore ? found : []), ...(nextStep === undefined ? [] : [`-> ${nextStep}${whose}`])];
  return [
    [STATES[state], wordsOf(rung), state === 'notReached' ? '' : `${tookMs} ms`, sentence],
    ...more.map((line) => ['', '', '', `  ${line}`]),
  ];
}

/** A rung of a newer gateway keeps its name. */
function wordsOf(rung: string): string {
  return RUNGS[rung as Rung] ?? rung;
}

/** Oldest first, with how long each state lasted. */
export function renderHistory(changes: readonly NetworkChange[]): string {
  if (changes.length === 0) return 'The way to the back office was never found broken.';
  const rows = changes.map(({ atUtcMs, broken, sentence }, index) => {
    const next = changes[index + 1];
    const lasted = next === undefined ? 'until now' : `for ${duration(next.atUtcMs - atUtcMs)}`;
    return [
      new Date(atUtcMs).toISOString(),
      broken === undefined ? 'whole' : wordsOf(broken),
      lasted,
      sentence,
    ];
  });
  return alignColumns(rows).join('\n');
}
