import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';
import { runProgram } from './runProgram.ts';

it('the bundle starts by its entry guard, knows its version and brings the profiles', () => {
  const built = runProgram(['scripts/build.mjs']);
  expect(built).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^dist\/ui\/desk\/desk\.js: \d+ kB\ndist\/ui\/desk\/desk\.css: \d+ kB\ndist\/main\.mjs: \d+ kB\n$/,
    ),
    stderr: '',
  });

  const { version } = JSON.parse(readOwn('package.json')) as { version: string };
  expect(runProgram(['dist/loadgate.mjs', '--version'])).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  expect(existsSync(join(PROJECT_ROOT, 'dist', 'drivers', 'keba-p30.json'))).toBe(true);
});
