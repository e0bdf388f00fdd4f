import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock, keyIdOf, makeKey, openSigner, openVerifier } from '../../src/compose.ts';
import { MESSAGES } from '../../src/contract/messages.ts';
import { loadgate, testContext } from './testContext.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function keys(...args: readonly string[]) {
  const composition = { createClock, keyIdOf, makeKey, openSigner, openVerifier };
  return loadgate(['keys', ...args], testContext(composition, { workingDirectory: folder }));
}

/** A root, its public half, and the two keys of config/trust.jsonc. */
async function makeAll(): Promise<void> {
  for (const name of ['root', 'party', 'distributor']) {
    await keys('make', `${name}.key`);
    const { out } = await keys('show', '--pem', `${name}.key`);
    writeFileSync(join(folder, `${name}.pem`), out);
  }
  cpSync(join(import.meta.dirname, '../../config/trust.jsonc'), join(folder, 'trust.jsonc'));
}

function sign() {
  return keys('sign-bundle', 'trust.jsonc', '--key', 'root.key', '--output', 'trust.jws', '--json');
}

describe('loadgate keys make', () => {
  it('writes a key for its user alone and says by what others know it', async () => {
    const made = await keys('make', 'root.key', '--json');
    const { file, keyId, publicKey } = JSON.parse(made.out);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(keyId).toBe(keyIdOf(publicKey));
    expect((await keys('make', 'other.key')).out).toMatch(
      /^Made .+other\.key\nkey id +\S+\npublic key +\S+\n$/,
    );
  });

  it('never replaces a file', async () => {
    writeFileSync(join(folder, 'root.key'), 'precious');
    const refused = await keys('make', 'root.key');
    expect(refused.exitCode).toBe(74);
    expect(refused.err).toContain('there already, and stays as it is');
    expect(readFileSync(join(folder, 'root.key'), 'utf8')).toBe('precious');
  });

  it('says when it cannot write', async () => {
    expect(await keys('make', 'missing/root.key')).toMatchObject({ exitCode: 74 });
  });
});

describe('loadgate keys show', () => {
  it('shows the same of a private key and of its public half, and nothing that is secret', async () => {
    await makeAll();
    const ofPrivate = await keys('show', 'party.key', '--json');
    const ofPublic = await keys('show', 'party.pem', '--json');
    expect(JSON.parse(ofPrivate.out)).toEqual(JSON.parse(ofPublic.out));
    expect(Object.keys(JSON.parse(ofPrivate.out)[0])).toEqual(['keyId', 'publicKey']);
    expect((await keys('show', 'party.key')).out).toBe((await keys('show', 'party.pem')).out);
  });

  it('shows every key of a file with several', async () => {
    await makeAll();
    const both = ['root.pem', 'party.pem'].map((name) => readFileSync(join(folder, name), 'utf8')).join('');
    writeFileSync(join(folder, 'both.pem'), both);
    expect(JSON.parse((await keys('show', 'both.pem', '--json')).out)).toHaveLength(2);
    expect((await keys('show', 'both.pem', '--pem')).out).toBe(both);
  });

  it.each([
    ['a file that is missing', undefined],
    ['a file with something else', 'hello'],
    ['a private key that is cut', '-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n'],
  ])('refuses %s', async (_, content) => {
    if (content !== undefined) writeFileSync(join(folder, 'x.pem'), content);
    const refused = await keys('show', 'x.pem');
    expect(refused).toMatchObject({ exitCode: 78, out: '' });
    expect(refused.err).toContain('x.pem');
  });
});

describe('loadgate keys sign-bundle and show-bundle', () => {
  it('sign the example as a gateway reads it, and show whom it names', async () => {
    await makeAll();
    const signed = await sign();
    expect(signed.exitCode).toBe(0);
    const { bundle, version } = JSON.parse(signed.out);
    expect(version).toBe(1);
    expect(MESSAGES['loadgate.trust-bundle/1'].safeParse(bundle).success).toBe(true);
    const shown = await keys('show-bundle', 'trust.jws', '--root', 'root.pem');
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toMatch(/^Version 1, issued at .+, signed by a key of .+root\.pem\.\n/);
    expect(shown.out).toMatch(/aggregator-2026 +controllingParty +aggregator +from 2026-01-01\S+ +until/);
    expect(shown.out).toMatch(/desk-2026 +distributor +12/);
    const asJson = await keys('show-bundle', 'trust.jws', '--root', 'root.pem', '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ version: 1, keys: [{ keyId: 'aggregator-2026' }, {}] });
  });

  it('show what is revoked, and that nobody is left', async () => {
    await makeAll();
    const revoked = [{ keyId: 'desk-2026', revokedAt: '2026-01-05T09:00:00Z', reason: 'laptop stolen' }];
    const key = { keyId: 'desk-2026', role: 'distributor', distributors: ['12'] };
    const keyed = { ...key, publicKeyFile: 'distributor.pem' };
    for (const [listed, said] of [
      [[keyed], /REVOKED/],
      [[], /Nobody may give commands/],
    ] as const) {
      writeFileSync(join(folder, 'trust.jsonc'), JSON.stringify({ version: 2, keys: listed, revoked }));
      await sign();
      const { out } = await keys('show-bundle', 'trust.jws', '--root', 'root.pem');
      expect(out).toMatch(said);
      expect(out).toMatch(/Revoked:\ndesk-2026 +2026-01-05T09:00:00.000Z +laptop stolen/);
    }
  });

  it('refuse a bundle of another root', async () => {
    await makeAll();
    await sign();
    const refused = await keys('show-bundle', 'trust.jws', '--root', 'party.pem');
    expect(refused).toMatchObject({ exitCode: 78, out: '' });
    expect(refused.err).toContain('not signed by a root key');
  });

  it('refuse files that are not what they should be, and leave no bundle behind', async () => {
    await makeAll();
    writeFileSync(join(folder, 'trust.jsonc'), '{ "keys": [] }');
    expect(await sign()).toMatchObject({ exitCode: 78, err: expect.stringContaining('version') });
    writeFileSync(join(folder, 'trust.jsonc'), '{ "version": 1 }');
    const byNobody = ['sign-bundle', 'trust.jsonc', '--key', 'none.key', '--output', 'trust.jws'] as const;
    expect(await keys(...byNobody)).toMatchObject({ exitCode: 78, err: expect.stringContaining('none.key') });
    const nowhere = ['sign-bundle', 'trust.jsonc', '--key', 'root.key', '--output', 'no/trust.jws'] as const;
    expect(await keys(...nowhere)).toMatchObject({ exitCode: 74 });
    expect(await keys('show-bundle', 'trust.jws', '--root', 'root.pem')).toMatchObject({ exitCode: 78 });
  });
});
