import { expect, it } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { createProgram } from '../../src/cli/program.ts';
import { readOwn } from '../architecture/ownSources.ts';
import { listPages } from './pages.ts';

const silent = { write: () => {}, isTerminal: false, columns: 80 };
const context: Context = {
  standardOutput: silent,
  errorOutput: silent,
  environment: {},
  workingDirectory: '.',
  version: '0.0.0',
  onStopSignal: () => () => {},
  compose: () => Promise.reject(new Error('the pages need no gateway')),
};

it('every command of loadgate that a page names is one', () => {
  const known = createProgram(context, () => async () => {}).commands.map((command) => command.name());
  const named = listPages().flatMap((page) =>
    [...readOwn(page).matchAll(/(?:npm run loadgate -- |`loadgate )([a-z][a-z-]*)/g)].map(
      ([, name]) => `${page}: ${name}`,
    ),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((line) => !known.includes(line.split(': ')[1] ?? ''))).toEqual([]);
});
