import { expect, it } from 'vitest';
import { renderBrokerWords } from '../../scripts/renderBroker.ts';
import { replaceBlock } from '../../scripts/renderDocs.ts';
import { BrokerTroubles } from '../../src/adapters/mqtt/brokerTroubles.ts';
import { BROKER_REASONS, LINK_REASONS, REFUSAL_REASONS } from '../../src/adapters/mqtt/brokerWords.ts';
import { readOwn } from '../architecture/ownSources.ts';

const page = readOwn('docs/broker.md');

it('docs/broker.md holds exactly the words of the program (npm run docs)', () => {
  expect(page).toBe(replaceBlock(page, 'words', renderBrokerWords()));
});

it('what docs/broker.md says that the status says is what it says', () => {
  const troubles = new BrokerTroubles(1);
  troubles.sessionLost(0);
  for (const nowMs of [0, 1]) troubles.published('t', { ok: false, cause: 'timeout', detail: '' }, nowMs);
  const said = new Set<string>([
    ...troubles.sentences(2),
    ...Object.values(BROKER_REASONS),
    ...Object.values(REFUSAL_REASONS),
    ...LINK_REASONS.map(([, words]) => words),
  ]);
  const [, section = ''] = page.split('## When something is wrong\n');
  const rows = section.split('\n## ')[0]?.match(/^\| (?!-|What happens).+\|$/gm) ?? [];
  expect(rows.length).toBeGreaterThanOrEqual(19);
  const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, words = '']) => words));
  expect(quoted.length).toBeGreaterThanOrEqual(14);
  expect(quoted.filter((words) => !said.has(words))).toEqual([]);
});
