import { describe, expect, it } from 'vitest';
import { trustBundleOf, trustBundleSchema } from '../../src/contract/trustBundle.ts';
import { makeSigner } from '../support/keys.ts';

const { publicKey } = makeSigner();
const KEY = { keyId: 'desk-1', role: 'distributor', distributors: ['12'], publicKey };
const BUNDLE = {
  schema: 'loadgate.trust-bundle/1',
  version: 3,
  issuedAt: '2026-01-05T00:00:00Z',
  keys: [KEY],
  revoked: [{ keyId: 'desk-0', revokedAt: '2026-01-04T00:00:00Z', reason: 'lost' }],
};

function isTaken(change: object): boolean {
  return trustBundleSchema.safeParse({ ...BUNDLE, ...change }).success;
}

describe('a trust bundle', () => {
  it('comes into the words of the domain with its instants', () => {
    const notAfter = '2027-01-01T00:00:00+01:00';
    const message = trustBundleSchema.parse({ ...BUNDLE, keys: [{ ...KEY, notAfter }] });
    expect(trustBundleOf(message)).toEqual({
      version: 3,
      issuedAtUtcMs: Date.UTC(2026, 0, 5),
      keys: [{ ...KEY, notAfterUtcMs: Date.UTC(2026, 11, 31, 23) }],
      revoked: [{ keyId: 'desk-0', revokedAtUtcMs: Date.UTC(2026, 0, 4), reason: 'lost' }],
    });
  });

  it('takes every thumbprint for the name of a key', () => {
    for (let n = 0; n < 200; n += 1) {
      expect(isTaken({ keys: [{ ...KEY, keyId: makeSigner().keyId }] })).toBe(true);
    }
    expect(isTaken({ keys: [{ ...KEY, keyId: '-_'.padEnd(43, 'x') }] })).toBe(true);
  });

  it.each([
    ['a version of nothing', { version: 0 }],
    ['the same key id twice', { keys: [KEY, { ...KEY }] }],
    ['a distributor without its networks', { keys: [{ ...KEY, distributors: undefined }] }],
    ['a party with networks', { keys: [{ ...KEY, role: 'controllingParty' }] }],
    ['a public key that is cut', { keys: [{ ...KEY, publicKey: publicKey.slice(1) }] }],
    ['a role that nobody has', { keys: [{ ...KEY, role: 'everybody' }] }],
    ['a field of a later version', { alsoTrust: 'x' }],
    ['a key with a field of a later version', { keys: [{ ...KEY, onlyFor: 'x' }] }],
    ['more revocations than a gateway keeps', { revoked: Array(1_001).fill(BUNDLE.revoked[0]) }],
  ])('is none with %s', (_, change) => {
    expect(isTaken(change)).toBe(false);
  });
});
