import { describe, expect, it } from 'vitest';
import { readOwn } from '../architecture/ownSources.ts';
import { listPages } from './pages.ts';

const { scripts } = JSON.parse(readOwn('package.json')) as { scripts: Readonly<Record<string, string>> };

const OWN_OF_NPM = ['ci', 'install', 'run'];

/** Each `npm run <script>` and `npm <command>` of a page. */
const commands = listPages().flatMap((page) =>
  [...readOwn(page).matchAll(/\bnpm (?:run (?:-s )?([a-z][a-z0-9:]*)|([a-z]+))/g)].map(
    ([command, script, own]) => ({ page, command, script, own }),
  ),
);

describe('the commands that the pages name', () => {
  it.each(commands)('$page: $command', ({ script, own }) => {
    expect(OWN_OF_NPM.includes(own ?? '') || scripts[script ?? own ?? ''] !== undefined).toBe(true);
  });

  it('begin with the two that a newcomer needs', () => {
    expect(/```sh\n([\s\S]*?)```/.exec(readOwn('README.md'))?.[1]).toBe('npm ci\nnpm start\n');
  });
});
