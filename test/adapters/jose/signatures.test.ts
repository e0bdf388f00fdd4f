import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { openFileSigner } from '../../../src/adapters/jose/fileSigner.ts';
import { thumbprintOf } from '../../../src/adapters/jose/keyForms.ts';
import { createPassingSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { createSignatureReader } from '../../../src/adapters/jose/signatureReader.ts';

const folder = mkdtempSync(join(tmpdir(), 'loadgate-jose-'));
afterAll(() => rmSync(folder, { recursive: true }));

const reader = createSignatureReader();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = String(publicKey.export({ format: 'jwk' }).x);

/** RFC 8037, appendix A: the key, the message and its signature. */
const RFC8037 = {
  publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  payload: 'Example of Ed25519 signing',
  jws: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
} as const;

function base64url(value: string | object): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A correct signature under whatever header. */
function signAs(header: string | object, payload: string | object = { asked: 1 }): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

describe('the vector of RFC 8037', () => {
  it('is taken apart and verified', async () => {
    const { payload, jws } = RFC8037;
    expect(reader.takeApart(jws)).toEqual({ algorithm: 'EdDSA', keyId: undefined, payload });
    await expect(reader.isSignedBy(jws, RFC8037.publicKey)).resolves.toBe(true);
  });

  it('has the thumbprint that the RFC names, as jose makes it', async () => {
    expect(thumbprintOf(RFC8037.publicKey)).toBe(RFC8037.thumbprint);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: RFC8037.publicKey };
    await expect(calculateJwkThumbprint(jwk)).resolves.toBe(RFC8037.thumbprint);
  });
});

describe('signing', () => {
  it('by the own key is read by jose', async () => {
    const own = createPassingSigner();
    const jws = own.sign({ schema: 'x', text: 'é' });
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: own.publicKey }, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: own.keyId });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ schema: 'x', text: 'é' });
    expect(own.keyId).toBe(thumbprintOf(own.publicKey));
  });

  it('by a key file is read by node:crypto', async () => {
    const file = join(folder, 'party.key');
    writeFileSync(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const opened = openFileSigner(file);
    if (!opened.ok) throw new Error(opened.detail);
    const [header = '', payload = '', signature = ''] = (await opened.signer.sign({ asked: 2 })).split('.');
    const bytes = Buffer.from(`${header}.${payload}`);
    expect(verify(null, bytes, createPublicKey(privateKey), Buffer.from(signature, 'base64url'))).toBe(true);
    expect(opened.signer).toMatchObject({ publicKey: raw, keyId: thumbprintOf(raw) });
  });

  it('by a key file goes under the name that was given', async () => {
    const opened = openFileSigner(join(folder, 'party.key'), 'party:1');
    if (!opened.ok) throw new Error(opened.detail);
    const jws = await opened.signer.sign({ asked: 3 });
    expect(reader.takeApart(jws)).toEqual({ algorithm: 'EdDSA', keyId: 'party:1', payload: '{"asked":3}' });
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(true);
  });

  it.each([
    ['nothing there', undefined, 'no such file'],
    ['a text', 'a text', 'something else'],
    ['an empty file', '', 'an empty file'],
    [
      'a key of another kind',
      String(
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
      ),
      'a key of the kind ec',
    ],
  ])('by %s is refused with a sentence', (name, content, found) => {
    const file = join(folder, `${name}.key`);
    if (content !== undefined) writeFileSync(file, content);
    expect(openFileSigner(file)).toEqual({
      ok: false,
      detail: expect.stringContaining(`${file}: expected an Ed25519 private key`),
    });
    expect(openFileSigner(file)).toEqual({ ok: false, detail: expect.stringContaining(found) });
  });
});

describe('reading', () => {
  it('believes what jose has signed', async () => {
    const jws = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ: 'JOSE' })
      .sign(privateKey);
    expect(reader.takeApart(jws)?.keyId).toBe('one');
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(true);
  });

  it('believes nothing that jose does not believe, however a good text was changed', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ "\n\u00e9';
    const change = fc.record({
      place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc.string({ unit: fc.constantFrom(...letters), maxLength: 3 }),
    });
    const payload = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.json());
    await fc.assert(
      fc.asyncProperty(payload, change, fc.constantFrom(raw, RFC8037.publicKey), async (body, how, key) => {
        const good = signAs({ alg: 'EdDSA', kid: 'one' }, body);
        const place = Math.floor(how.place * good.length);
        const jws = `${good.slice(0, place)}${how.put}${good.slice(place + how.cut)}`;
        const isBelieved = await reader.isSignedBy(jws, key);
        if (jws === good) expect(isBelieved).toBe(key === raw);
        if (isBelieved) expect(await isBelievedByJose(jws, key)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('believes what jose believes of its own texts, with any key of 32 bytes and any signature', async () => {
    const bytes = (length: number): fc.Arbitrary<string> =>
      fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((value) => Buffer.from(value).toString('base64url'));
    const key = fc.oneof(fc.constant(raw), bytes(32));
    const signature = fc.option(fc.oneof(bytes(64), bytes(63), bytes(65)), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), key, signature, async (asked, publicKey, other) => {
        const signed = await new CompactSign(Buffer.from(JSON.stringify({ asked })))
          .setProtectedHeader({ alg: 'EdDSA', kid: 'one' })
          .sign(privateKey);
        const jws = other === undefined ? signed : signed.replace(/[^.]*$/, other);
        expect(await reader.isSignedBy(jws, publicKey)).toBe(await isBelievedByJose(jws, publicKey));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the keys of many signers apart', async () => {
    const signers = Array.from({ length: 40 }, () => createPassingSigner());
    const texts = signers.map((signer) => signer.sign({ by: signer.keyId }));
    for (const round of [1, 2]) {
      for (const [place, jws] of texts.entries()) {
        const { publicKey = '' } = signers[place] ?? {};
        const { publicKey: another = '' } = signers[(place + round) % signers.length] ?? {};
        await expect(reader.isSignedBy(jws, publicKey)).resolves.toBe(true);
        await expect(reader.isSignedBy(jws, another)).resolves.toBe(false);
      }
    }
  });

  it('believes no other key, and nothing that is no key', async () => {
    const jws = signAs({ alg: 'EdDSA' });
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(true);
    await expect(reader.isSignedBy(jws, RFC8037.publicKey)).resolves.toBe(false);
    for (const none of ['', 'x', raw.slice(0, -1), `${raw}A`, `${raw}=`, raw.replace(/.$/, '_')]) {
      await expect(reader.isSignedBy(jws, none)).resolves.toBe(false);
    }
  });

  it.each([
    ['critical extensions', { alg: 'EdDSA', crit: ['b64'], b64: false }],
    ['a key of its own', { alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: raw } }],
    ['the address of a key', { alg: 'EdDSA', jku: 'https://example.org/keys' }],
    ['a chain of certificates', { alg: 'EdDSA', x5c: ['AAAA'] }],
    ['a compression', { alg: 'EdDSA', zip: 'DEF' }],
    ['no algorithm', { kid: 'one' }],
    ['a key id that is no text', { alg: 'EdDSA', kid: 1 }],
    ['the same member twice', '{"alg":"EdDSA","kid":"one","kid":"two"}'],
    ['a member twice, once in disguise', '{"alg":"EdDSA","kid":"one","\\u006bid":"two"}'],
    ['a list', '["alg","EdDSA"]'],
    ['nothing', 'null'],
    ['a byte order mark', '\ufeff{"alg":"EdDSA"}'],
    ['no JSON', '{alg:"EdDSA"}'],
  ])('refuses a header with %s', async (_, header) => {
    const jws = signAs(header);
    expect(reader.takeApart(jws)).toBeUndefined();
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(false);
  });

  it.each(['a"b', 'a\\', '\\"', '"'])('reads the key id %s, which is spelled with escapes', async (kid) => {
    const jws = signAs({ alg: 'EdDSA', kid });
    expect(reader.takeApart(jws)?.keyId).toBe(kid);
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(true);
    const twice = `{"alg":"EdDSA","kid":${JSON.stringify(kid)},"kid":${JSON.stringify(kid)}}`;
    expect(reader.takeApart(signAs(twice))).toBeUndefined();
  });

  it.each(['none', 'HS256', 'ES256', 'Ed25519', 'eddsa'])('refuses the algorithm %s', async (alg) => {
    const jws = signAs({ alg, kid: 'one' });
    expect(reader.takeApart(jws)?.algorithm).toBe(alg);
    await expect(reader.isSignedBy(jws, raw)).resolves.toBe(false);
  });

  it('refuses every other writing of the same bytes', async () => {
    const good = signAs({ alg: 'EdDSA' }, { asked: 10 });
    const [header = '', payload = '', signature = ''] = good.split('.');
    const spellings = [
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}.${signature}==`,
      `${header}.${payload}.${signature}\n`,
      ` ${good}`,
      `${header}.${payload}.${signature.slice(0, -1)}${nextLetter(signature)}`,
      `${header}.${payload.slice(0, -1)}${nextLetter(payload)}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}..${signature}`,
      `${good}.${signature}`,
      `${good}${good}`,
      Buffer.from(signature, 'base64url').toString('base64').replace(/^/, `${header}.${payload}.`),
      '',
      '..',
    ];
    await expect(reader.isSignedBy(good, raw)).resolves.toBe(true);
    for (const spelling of spellings.filter((one) => one !== good)) {
      await expect(reader.isSignedBy(spelling, raw)).resolves.toBe(false);
    }
  });

  it('refuses a payload that is no UTF-8', () => {
    const signed = `${base64url({ alg: 'EdDSA' })}.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}`;
    const jws = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    expect(reader.takeApart(jws)).toBeUndefined();
  });
});

/** An independent reader of the same standard. */
async function isBelievedByJose(jws: string, x: string): Promise<boolean> {
  try {
    await compactVerify(jws, await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA'), {
      algorithms: ['EdDSA'],
    });
    return true;
  } catch {
    return false;
  }
}

/** The same bytes, with a bit set that no byte needs. */
function nextLetter(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(text.at(-1) ?? '') + 1] ?? 'A';
}
