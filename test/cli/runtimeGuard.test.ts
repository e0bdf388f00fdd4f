import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-guard-'));
  for (const place of ['source', 'bundle']) {
    cpSync(join(import.meta.dirname, '../../src/loadgate.mjs'), join(folder, place, 'loadgate.mjs'));
  }
  writeFileSync(join(folder, 'source/main.ts'), 'const said: string = "from source"; console.log(said);');
  writeFileSync(join(folder, 'bundle/main.mjs'), 'console.log("from bundle");');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the guard on this runtime, which claims to be another. */
function start(versions: object, place = 'source', ...flags: readonly string[]) {
  const claim = `Object.defineProperty(process, 'versions', { value: { ...process.versions, ...${JSON.stringify(versions)} } })`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(claim)}`, ...flags];
  const done = spawnSync(process.execPath, [...args, join(folder, place, 'loadgate.mjs')], {
    encoding: 'utf8',
  });
  return { exitCode: done.status, out: done.stdout.trim(), err: done.stderr };
}

describe('the entry guard', () => {
  it.each(['22.22.2', '22.23.0', '24.15.0', '26.0.0', '27.1.0'])('lets Node.js %s in', (node) => {
    expect(start({ node })).toMatchObject({ exitCode: 0, out: 'from source' });
  });

  it.each(['14.21.3', '20.20.2', '22.22.1', '22.9.0', '23.11.0', '24.14.9', '25.3.0'])(
    'turns Node.js %s away with one sentence',
    (node) => {
      const { exitCode, out, err } = start({ node });
      expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.runtimeTooOld.code, out: '' });
      expect(err).toMatch(/^loadgate: Loadgate needs Node\.js [^\n]+\.\n$/);
      expect(err).toContain(`this is ${node}`);
    },
  );

  it('turns a build without the Node-API of the database away', () => {
    expect(start({ napi: '9' })).toMatchObject({ exitCode: EXIT_CODES.runtimeTooOld.code });
  });

  it('turns a runtime away that was told not to read TypeScript, but not from the bundle', () => {
    expect(start({}, 'source', '--no-experimental-strip-types').exitCode).toBe(EXIT_CODES.runtimeTooOld.code);
    expect(start({}, 'bundle', '--no-experimental-strip-types')).toMatchObject({
      exitCode: 0,
      out: 'from bundle',
    });
  });

  it('prefers the bundle beside it', () => {
    writeFileSync(join(folder, 'bundle/main.ts'), 'console.log("from source");');
    expect(start({}, 'bundle').out).toBe('from bundle');
  });
});
