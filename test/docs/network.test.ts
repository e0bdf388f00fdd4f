import { expect, it } from 'vitest';
import { replaceBlock } from '../../scripts/renderDocs.ts';
import { renderLadder } from '../../scripts/renderLadder.ts';
import { RUNGS } from '../../src/domain/network.ts';
import { CAUSES } from '../../src/network/causes.ts';
import { readOwn } from '../architecture/ownSources.ts';

const page = readOwn('docs/network.md');

it('docs/network.md holds exactly the causes of the program (npm run docs)', () => {
  expect(page).toBe(replaceBlock(page, 'ladder', renderLadder()));
});

it('docs/network.md has a heading for each rung and a row for each cause', () => {
  const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, words]) => words);
  expect(headings).toEqual(Object.values(RUNGS));
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code]) => code);
  expect(rows.toSorted()).toEqual(Object.keys(CAUSES).toSorted());
});

it('the example of docs/network.md says what the program says', () => {
  const sentences = new Set<string>(Object.values(CAUSES).map(({ sentence }) => sentence));
  const shown = [...page.matchAll(/^ {2}(?:passed|FAILED|unsure) .+? ms {2}(.+)$/gm)].map(
    ([, words = '']) => words,
  );
  expect(shown).toHaveLength(6);
  expect(shown.filter((words) => !sentences.has(words))).toEqual([]);
});
