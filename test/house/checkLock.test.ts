import { describe, expect, it } from 'vitest';
import { makeFixtureTree } from '../architecture/fixtureTree.ts';
import { runProgram } from './runProgram.ts';

interface LockEntry {
  readonly [key: string]: unknown;
}

const entry = { version: '1.0.0', integrity: 'sha512-x' };

function check(manifest: object, packages: Readonly<Record<string, LockEntry>>) {
  const folder = makeFixtureTree({
    'package.json': JSON.stringify(manifest),
    'package-lock.json': JSON.stringify({ packages }),
  });
  const { code, stderr } = runProgram(['scripts/checkLock.mjs', folder]);
  return { code, mistakes: stderr.trim().split('\n') };
}

describe('the check of the lock', () => {
  it('passes for this project', () => {
    expect(runProgram(['scripts/checkLock.mjs'])).toEqual({
      code: 0,
      stdout: 'lock: complete and exact\n',
      stderr: '',
    });
  });

  it('finds an optional package in the dependant, beside it or above it', () => {
    const wants = { ...entry, optionalDependencies: { o: '1.0.0' } };
    const dependencies = { a: '1.0.0' };
    for (const place of ['node_modules/o', 'node_modules/a/node_modules/o']) {
      const packages = { '': { dependencies }, 'node_modules/a': wants, [place]: entry };
      expect(check({ dependencies }, packages).code).toBe(0);
    }
    const nested = {
      '': { dependencies },
      'node_modules/a': entry,
      'node_modules/a/node_modules/b': wants,
      'node_modules/a/node_modules/o': entry,
    };
    expect(check({ dependencies }, nested).code).toBe(0);
  });

  it.each<[string, object, Record<string, LockEntry>, string]>([
    [
      'an optional package without an entry',
      {},
      {
        '': {},
        'node_modules/a': { ...entry, optionalDependencies: { o: '1' } },
        'node_modules/b/node_modules/o': entry,
      },
      'package-lock.json: node_modules/a wants o, which has no entry; npm ci fails',
    ],
    [
      'an optional package of the project without an entry',
      { optionalDependencies: { o: '1.0.0' } },
      { '': { optionalDependencies: { o: '1.0.0' } } },
      'package-lock.json: the project wants o, which has no entry; npm ci fails',
    ],
    [
      'a download address',
      {},
      { '': {}, 'node_modules/a': { ...entry, resolved: 'https://example.org/a.tgz' } },
      'package-lock.json: node_modules/a carries a download address; remove its "resolved"',
    ],
    [
      'an entry without integrity',
      {},
      { '': {}, 'node_modules/a': { version: '1.0.0' } },
      'package-lock.json: node_modules/a has no integrity; lock it again',
    ],
    [
      'a version range',
      { dependencies: { a: '^1.0.0' } },
      { '': { dependencies: { a: '^1.0.0' } } },
      'package.json: a is "^1.0.0"; pin one exact version',
    ],
    [
      'a lock of another package.json',
      { devDependencies: { a: '1.0.0' } },
      { '': { devDependencies: { a: '1.0.1' } } },
      'package-lock.json: its devDependencies differ from package.json; run npm install',
    ],
  ])('names %s', (_what, manifest, packages, mistake) => {
    expect(check(manifest, packages)).toEqual({ code: 1, mistakes: [mistake] });
  });
});
