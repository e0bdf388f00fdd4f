import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { fingerprintOf } from '../../src/config/planSignature.ts';
import { loadgate, testContext } from '../cli/testContext.ts';

const EXAMPLE = join(import.meta.dirname, '../../config/site.single-phase.jsonc');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-signature-'));
  cpSync(EXAMPLE, at('site.jsonc'));
  const settings = { gatewayId: 'home-1', sitePlan: 'site.jsonc', sitePlanKeysFile: 'installers.pem' };
  const directories = { stateDirectory: 'state', runtimeDirectory: 'run' };
  writeFileSync(at('loadgate.jsonc'), JSON.stringify({ ...settings, ...directories }));
});
afterEach(() => rmSync(folder, { recursive: true }));

function at(file: string): string {
  return join(folder, file);
}

/** Makes a key pair; the private one goes to a file of that name. */
function makeKey(file = 'installer.key'): KeyObject {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at(file), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return publicKey;
}

function trust(...keys: readonly KeyObject[]): void {
  writeFileSync(
    at('installers.pem'),
    keys.map((key) => key.export({ type: 'spki', format: 'pem' })).join('# the next one\n'),
  );
}

function signPlan(key = 'installer.key') {
  return loadgate(['sign-plan', 'site.jsonc', '--key', key], testContext({}, { workingDirectory: folder }));
}

function check() {
  return loadgate(['check', '--config', at('loadgate.jsonc')]);
}

describe('a site plan that must be signed', () => {
  it('counts with the signature of one of the keys, and it is said which', async () => {
    const installer = makeKey();
    trust(makeKey('other.key'), installer);
    const signed = await signPlan();
    expect(signed).toEqual({
      exitCode: 0,
      out: `Signed site single-phase-home, revision 1, by the key ${fingerprintOf(installer)}: ${at('site.jsonc.sig')}\n`,
      err: '',
    });
    const { exitCode, out } = await check();
    expect(exitCode).toBe(0);
    expect(out).toContain(`\nThe plan is signed by the key ${fingerprintOf(installer)}.\n`);
  });

  it.each([
    ['without a signature', () => rmSync(at('site.jsonc.sig')), 'no such file'],
    ['with one byte more', () => appendFileSync(at('site.jsonc'), ' '), 'of another plan'],
    [
      'with a higher limit',
      () => {
        const text = readFileSync(at('site.jsonc'), 'utf8');
        writeFileSync(at('site.jsonc'), text.replace('"ratingA": 60', '"ratingA": 61'));
      },
      'of another plan',
    ],
    ['with a cut signature', () => writeFileSync(at('site.jsonc.sig'), 'short'), 'by another key'],
    ['signed by another key', () => trust(makeKey('other.key')), 'by another key'],
  ])('is refused %s, and a gateway does not start with it', async (_, change, found) => {
    trust(makeKey());
    await signPlan();
    const before = readFileSync(at('site.jsonc'), 'utf8');
    expect((await check()).exitCode).toBe(0);
    change();
    const { exitCode, out, err } = await check();
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongConfiguration.code, out: '' });
    expect(err).toContain(`${at('site.jsonc.sig')}\n  expected  a signature over ${at('site.jsonc')}`);
    expect(err).toMatch(new RegExp(`found .*${found}`));
    expect(before).toContain('"ratingA": 60');
    const run = await loadgate(['run', '--config', at('loadgate.jsonc')]);
    expect(run.exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
  });

  it.each([
    ['none', undefined, 'no such file'],
    ['an empty file', '', 'none'],
    ['a private key', 'private', 'among them "PRIVATE KEY"'],
    ['a key of another kind', 'rsa', 'among them a key of the kind rsa'],
    ['a damaged key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'one that is damaged'],
  ])('is refused where the file of keys holds %s', async (_, content, found) => {
    const installer = makeKey();
    await signPlan();
    trust(installer);
    if (content === undefined) rmSync(at('installers.pem'));
    else if (content === 'private') cpSync(at('installer.key'), at('installers.pem'));
    else if (content === 'rsa')
      trust(installer, generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
    else writeFileSync(at('installers.pem'), content);
    const { exitCode, err } = await check();
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain(`${at('installers.pem')}\n  expected  one or more Ed25519 public keys, PEM`);
    expect(err).toContain(`found     ${found}`);
  });

  it('tells its other mistakes besides', async () => {
    trust(makeKey());
    writeFileSync(at('site.jsonc'), '{ "siteId": "home" }');
    const { err } = await check();
    expect(err).toContain('revision');
    expect(err).toContain('site.jsonc.sig');
  });
});

describe('loadgate sign-plan', () => {
  it.each([
    ['a key that is not there', 'none.key', 'no such file'],
    ['something that is no key', 'site.jsonc', 'something else'],
  ])('refuses %s', async (_, key, found) => {
    const { exitCode, err } = await signPlan(key);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain('expected  an Ed25519 private key');
    expect(err).toContain(`found     ${found}`);
  });

  it('refuses a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(at('rsa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect((await signPlan('rsa.key')).err).toContain('found     a key of the kind rsa');
  });

  it('signs no plan with mistakes', async () => {
    makeKey();
    writeFileSync(at('site.jsonc'), '{}');
    const { exitCode, err } = await signPlan();
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain('siteId');
    expect(() => readFileSync(at('site.jsonc.sig'))).toThrow();
  });
});
