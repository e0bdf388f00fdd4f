import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyIdOf, openVerifier } from '../../src/compose.ts';
import { readTrustDescription } from '../../src/config/readTrustDescription.ts';
import { readTrustFiles } from '../../src/config/trustFiles.ts';
import { loadgate, testContext } from '../cli/testContext.ts';
import { makeKeys, writeTrust } from '../support/keys.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-trust-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keys = makeKeys();

function file(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('the files of a trust setting', () => {
  it('give the raw root keys and the bundle, whatever line break the editor left', () => {
    const { trust } = writeTrust(folder, keys);
    file('trust.jws', `${keys.bundleJws}\n`);
    expect(readTrustFiles(trust)).toEqual({
      ok: true,
      files: { rootKeys: [keys.root.publicKey], bundleJws: keys.bundleJws },
    });
    expect(readTrustFiles({})).toEqual({ ok: true, files: { rootKeys: [] } });
  });

  it.each([
    ['are missing', undefined, undefined, 'no such file', 'no such file'],
    ['hold something else', 'hello', '{"version":1}', 'none', '"{\\"version\\":1}"'],
  ])('are each a mistake when they %s', (_, rootKeys, bundle, foundKeys, foundBundle) => {
    const rootKeysFile = rootKeys === undefined ? join(folder, 'none.pem') : file('roots.pem', rootKeys);
    const bundleFile = bundle === undefined ? join(folder, 'none.jws') : file('trust.jws', bundle);
    const read = readTrustFiles({ rootKeysFile, bundleFile });
    expect(read.ok ? [] : read.mistakes).toMatchObject([
      { source: rootKeysFile, found: foundKeys },
      { source: bundleFile, found: foundBundle },
    ]);
  });

  it('are judged by check, the signature of the bundle too', async () => {
    const check = (trust: object) => {
      const settings = { gatewayId: 'home-1', sitePlan: 'site.jsonc', trust };
      const path = file('loadgate.jsonc', { ...settings, stateDirectory: '.', runtimeDirectory: '.' });
      const plan = join(import.meta.dirname, '../../config/site.single-phase.jsonc');
      const context = testContext({ openVerifier }, { environment: {} });
      return loadgate(['check', '--config', path, '--site-plan', plan], context);
    };
    const { trust } = writeTrust(folder, keys);
    expect(await check(trust)).toMatchObject({ exitCode: 0 });
    file('trust.jws', makeKeys().bundleJws);
    const wrong = await check(trust);
    expect(wrong.exitCode).toBe(78);
    expect(wrong.err).toMatch(
      /trust\.jws\n +expected +a trust bundle signed by .+\n +found +version 1 is not/,
    );
    expect((await check({ ...trust, rootKeysFile: 'none.pem' })).err).toContain('none.pem');
  });

  it('that no gateway with a broker lacks without a warning', async () => {
    const path = file('loadgate.jsonc', { gatewayId: 'home-1', broker: { url: 'mqtt://box' } });
    const plan = join(import.meta.dirname, '../../config/site.single-phase.jsonc');
    const directories = ['--state-directory', folder, '--runtime-directory', folder];
    const checked = await loadgate(['check', '--config', path, '--site-plan', plan, ...directories]);
    expect(checked.err).toContain('no command of the back office is obeyed');
  });
});

describe('the description of a trust bundle', () => {
  const given = { issuedAt: '2026-01-05T00:00:00Z', keyIdOf };
  const party = { role: 'controllingParty', publicKey: keys.party.publicKey };
  const describeAs = (content: string | object) => readTrustDescription(file('trust.jsonc', content), given);

  it('may leave out the instant, the name of a key and what is empty', () => {
    expect(describeAs({ version: 1, keys: [party] })).toEqual({
      ok: true,
      message: {
        schema: 'loadgate.trust-bundle/1',
        version: 1,
        issuedAt: given.issuedAt,
        keys: [{ keyId: keyIdOf(keys.party.publicKey), ...party }],
        revoked: [],
      },
    });
  });

  it('may name the file of a key, from its own folder', () => {
    writeTrust(folder, keys);
    const key = { keyId: 'one', role: 'controllingParty', publicKeyFile: 'root-keys.pem' };
    expect(describeAs({ version: 1, keys: [key] })).toMatchObject({
      ok: true,
      message: { keys: [{ keyId: 'one', publicKey: keys.root.publicKey }] },
    });
  });

  it.each([
    ['no version', { keys: [party] }, ['version']],
    ['a list in its place', '[]', ['']],
    ['a text in its place', '"x"', ['']],
    ['a list of keys that is none', { version: 1, keys: 3 }, ['keys']],
    ['a key that is none', { version: 1, keys: ['x', party] }, ['keys[0]']],
    ['a key without a role', { version: 1, keys: [{ publicKey: party.publicKey }] }, ['keys[0].role']],
    ['an unknown word', { version: 1, keys: [{ ...party, rôle: 1 }] }, ['keys[0]']],
    ['the same key under two names', { version: 1, keys: [party, { ...party, keyId: 'b' }] }, ['keys']],
    [
      'a day that is no instant',
      { version: 1, keys: [{ ...party, notAfter: '2027' }] },
      ['keys[0].notAfter'],
    ],
  ])('with %s is refused by its place', (_, content, paths) => {
    const read = describeAs(content);
    expect(read.ok ? [] : read.mistakes.map(({ path }) => path)).toEqual(paths);
  });

  it('with a file of a key that is missing is refused by that file', () => {
    const read = describeAs({ version: 1, keys: [{ role: 'controllingParty', publicKeyFile: 'none.pem' }] });
    expect(read.ok ? [] : read.mistakes).toMatchObject([
      { source: join(folder, 'none.pem'), found: 'no such file' },
    ]);
  });
});
