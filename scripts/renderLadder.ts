import { RESPONSIBLE, RUNG_NAMES, RUNGS } from '../src/domain/network.ts';
import { CAUSES, type CauseCode, causeRow } from '../src/network/causes.ts';

const STATES = { passed: 'passed', failed: '**FAILED**', cannotBeTold: 'unsure' } as const;

/** For docs/network.md: each rung with all that can be found there, from the tables of src/network. */
export function renderLadder(): string {
  const codes = Object.keys(CAUSES) as CauseCode[];
  const sections = RUNG_NAMES.map((rung) => {
    const rows = codes.filter((code) => causeRow(code).rung === rung).map(rowOf);
    const head = [
      '| cause | result | in plain words | for an engineer | what to do |',
      '| --- | --- | --- | --- | --- |',
    ];
    return [`### ${RUNGS[rung]}`, [...head, ...rows].join('\n')].join('\n\n');
  });
  return sections.join('\n\n');
}

function rowOf(code: CauseCode): string {
  const { state, sentence, forEngineer, nextStep, responsible } = causeRow(code);
  const whose = responsible === undefined ? '' : ` (${RESPONSIBLE[responsible]})`;
  const step = nextStep === undefined ? '' : `${nextStep}${whose}`;
  return `| \`${code}\` | ${STATES[state]} | ${sentence} | ${escaped(forEngineer)} | ${escaped(step)} |`;
}

/** What stands in angle brackets would be taken for a tag. */
function escaped(text: string): string {
  return text.replace(/<(\w+)>/g, '\\<$1>');
}
