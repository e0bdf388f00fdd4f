import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeKeyFile } from '../../../src/adapters/jose/keyFile.ts';
import { openOwnSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { createSignatureReader } from '../../../src/adapters/jose/signatureReader.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-identity-'));
  file = join(folder, 'identity.key');
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

function open() {
  const opened = openOwnSigner(file);
  if (!opened.ok) throw new Error(opened.detail);
  return opened;
}

it('makes the key at the first start, for its user alone, and finds it at the next', async () => {
  const first = open();
  const second = open();
  expect([first.isNew, second.isNew]).toEqual([true, false]);
  expect(second.signer.keyId).toBe(first.signer.keyId);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['identity.key']);
  const jws = second.signer.sign({ told: 1 });
  await expect(createSignatureReader().isSignedBy(jws, first.signer.publicKey)).resolves.toBe(true);
});

it('starts anew after a power cut between making and naming the key', () => {
  writeFileSync(`${file}.new`, 'half a k');
  expect(open().isNew).toBe(true);
  expect(readdirSync(folder)).toEqual(['identity.key']);
});

it.each([
  ['is empty', ''],
  ['was cut off', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ'],
  ['holds something else', 'hello'],
])('does not replace a key file that %s', (_, content) => {
  writeFileSync(file, content);
  expect(openOwnSigner(file)).toMatchObject({
    ok: false,
    cause: 'unusable',
    detail: expect.stringContaining(`${file}: expected the private key of this gateway`),
  });
  expect(readFileSync(file, 'utf8')).toBe(content);
});

it('says when the file cannot be read, or is a folder', () => {
  mkdirSync(file);
  expect(openOwnSigner(file)).toMatchObject({ ok: false, cause: 'unusable' });
});

it('says when no key can be made', () => {
  file = join(folder, 'missing', 'identity.key');
  expect(openOwnSigner(file)).toMatchObject({
    ok: false,
    cause: 'unwritable',
    detail: expect.stringContaining('let the user of the gateway write there'),
  });
});

it('says the same when a file stands in the place of its folder', () => {
  writeFileSync(join(folder, 'state'), '');
  expect(openOwnSigner(join(folder, 'state', 'identity.key'))).toMatchObject({
    ok: false,
    cause: 'unwritable',
  });
});

it('never makes a key over a file that is there', () => {
  writeFileSync(file, 'kept');
  expect(makeKeyFile(file)).toMatchObject({ ok: false, cause: 'exists' });
  expect(readFileSync(file, 'utf8')).toBe('kept');
  expect(readdirSync(folder)).toEqual(['identity.key']);
});
