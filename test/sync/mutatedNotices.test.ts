import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { REFUSALS, type RefusalCode } from '../../src/domain/restriction.ts';
import { makeSigner } from '../support/keys.ts';
import { seededRandom } from '../support/processes/waiting.ts';
import { FEEDER, InboxDesk, KEYS, NOTICE, NOTICE_CANCEL, REQUEST } from './inboxDesk.ts';

const GOOD = KEYS.distributor.sign(NOTICE);
const [HEADER = '', PAYLOAD = '', SIGNATURE = ''] = GOOD.split('.');
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The order of the group of Ed25519. Source: RFC 8032 section 5.1 */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const random = seededRandom(20_260_105);

/** Whatever somebody can do to a good notice who has every public key and no private one. */
function* mutations(): Generator<string> {
  for (let at = 0; at < GOOD.length; at += 1) {
    yield replaced(at, pick(BASE64URL));
    yield replaced(at, pick('AEIMQUYcgkosw048'));
    yield replaced(at, String.fromCharCode(GOOD.charCodeAt(at) ^ (1 << Math.floor(random() * 8))));
    yield replaced(at, String.fromCharCode(Math.floor(random() * 256)));
    yield replaced(at, '');
    yield `${GOOD.slice(0, at)}${pick(BASE64URL)}${GOOD.slice(at)}`;
    yield GOOD.slice(0, at);
    yield GOOD.slice(at + 1);
    yield `${GOOD.slice(0, at)}${GOOD.slice(at).toLowerCase()}`;
  }
  const texts = [JSON.stringify(NOTICE), JSON.stringify({ ...NOTICE, sequence: 2 })];
  for (const signature of [SIGNATURE, '', 'AA', 'A'.repeat(86), `${SIGNATURE}A`, SIGNATURE.slice(0, -2)]) {
    for (const text of texts) {
      for (const header of headers()) {
        const mutated = `${encode(header)}.${encode(text)}.${signature}`;
        if (mutated !== GOOD) yield mutated;
      }
    }
  }
  for (const secret of secrets()) {
    for (const header of headers()) {
      const signed = `${encode(header)}.${PAYLOAD}`;
      yield `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    }
  }
  for (const payload of otherPayloads()) yield `${HEADER}.${encode(payload)}.${SIGNATURE}`;
  for (const separator of ['', '.', '..', '\n', ' ', '\0', ',', '~']) yield `${GOOD}${separator}${GOOD}`;
  for (const around of ['\ufeff', '\u200b', ' ', '\n', '"', '\u202e', '=', '==', '.', '\0']) {
    yield `${around}${GOOD}`;
    yield `${GOOD}${around}`;
    yield GOOD.replaceAll('.', `.${around}`);
    yield `${HEADER}${around}.${PAYLOAD}.${SIGNATURE}`;
  }
  yield `${HEADER}.${PAYLOAD}.${unusedBitSet(SIGNATURE)}`;
  yield `${unusedBitSet(HEADER)}.${PAYLOAD}.${SIGNATURE}`;
  yield `${HEADER}.${unusedBitSet(PAYLOAD)}.${SIGNATURE}`;
  yield `${HEADER}.${PAYLOAD}.${addGroupOrder(SIGNATURE)}`;
  yield `${PAYLOAD}.${HEADER}.${SIGNATURE}`;
  yield `${HEADER}.${SIGNATURE}.${PAYLOAD}`;
  yield GOOD.replaceAll('.', '\uff0e');
  yield JSON.stringify({ protected: HEADER, payload: PAYLOAD, signature: SIGNATURE });
  yield JSON.stringify({ payload: PAYLOAD, signatures: [{ protected: HEADER, signature: SIGNATURE }] });
  const forgers = [makeSigner('distributor-1'), makeSigner('distributor-2'), KEYS.party, KEYS.root];
  for (const forger of forgers) {
    for (const header of headers()) yield forger.sign(NOTICE, JSON.parse(header));
    yield forger.sign(NOTICE_CANCEL);
  }
}

/** Texts of headers: what the algorithm and the key could be made to be. */
function headers(): readonly string[] {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: KEYS.distributor.publicKey };
  const kids = ['distributor-1', 'party-1', KEYS.root.keyId, 'Distributor-1', '__proto__', ''];
  const algorithms = ['EdDSA', 'none', 'None', 'HS256', 'HS512', 'ES256', 'RS256', 'Ed25519', 'EdDSA ', ''];
  const members = algorithms.flatMap((alg) => kids.map((kid) => ({ alg, kid })));
  const asked = [{ crit: ['exp'] }, { b64: false }, { jwk }, { jku: 'x' }, { x5c: ['AA'] }, { zip: 'DEF' }];
  const strange = asked.map((more) => ({ alg: 'EdDSA', kid: 'distributor-1', ...more }));
  return [...members, ...strange, { alg: 'EdDSA' }, { kid: 'distributor-1' }, {}].map((header) =>
    JSON.stringify(header),
  );
}

/** The public key in every dress in which it could be taken for a shared secret. */
function secrets(): readonly (string | Buffer)[] {
  const raw = Buffer.from(KEYS.distributor.publicKey, 'base64url');
  return [KEYS.distributor.publicKey, raw, raw.toString('hex'), raw.toString('base64'), ''];
}

function* otherPayloads(): Generator<string> {
  const kept = Object.keys(NOTICE);
  for (const name of kept) yield JSON.stringify({ ...NOTICE, [name]: undefined });
  for (let n = 1; n <= 500; n += 1) yield JSON.stringify({ ...NOTICE, sequence: n + 1 });
  for (let n = 1; n <= 500; n += 1) yield JSON.stringify({ ...NOTICE, durationSeconds: 1_800 + n });
  for (const issuer of ['10', '13', '１２', '12\u200b']) yield JSON.stringify({ ...NOTICE, issuer });
  yield JSON.stringify({ ...NOTICE, rehearsal: true });
  yield JSON.stringify(NOTICE, undefined, 1);
  yield JSON.stringify(NOTICE).replace('{', '{"sequence":9,');
  yield JSON.stringify(NOTICE).replace('transformer', 'tr\u0430nsformer');
  yield JSON.stringify(NOTICE).replace('notice-1', '\\u006eotice-1');
  yield JSON.stringify(NOTICE_CANCEL);
  yield JSON.stringify(REQUEST);
}

describe('a notice that was tampered with', () => {
  it('is never taken: each byte, each header, each spelling, more than 10,000 of them', async () => {
    const desk = new InboxDesk();
    let told = 0;
    const codes = new Map<RefusalCode, number>();
    desk.open({
      onRestrictionRefused: async ({ code }) => {
        told += 1;
        codes.set(code, (codes.get(code) ?? 0) + 1);
      },
    });
    let count = 0;
    for (const text of mutations()) {
      if (text === GOOD) continue;
      // One at a time, so that each refusal is told.
      if (count % 10 === 0) await desk.clock.advance(60_000);
      await desk.receiveBytes(Buffer.from(text), FEEDER);
      count += 1;
      if (!desk.hasObeyedNothing()) throw new Error(`taken: ${JSON.stringify(text)}`);
    }
    expect(count).toBeGreaterThan(10_000);
    expect(told).toBe(count);
    for (const code of codes.keys()) expect(REFUSALS[code].check).toBeLessThanOrEqual(3);
    expect([...codes.keys()]).toEqual(
      expect.arrayContaining(['shape', 'unknownKey', 'wrongRole', 'badSignature']),
    );
    await desk.receiveBytes(GOOD, FEEDER);
    expect(desk.restrictions).toHaveLength(1);
  }, 60_000);
});

function replaced(at: number, by: string): string {
  return `${GOOD.slice(0, at)}${by}${GOOD.slice(at + 1)}`;
}

function pick(letters: string): string {
  return letters[Math.floor(random() * letters.length)] ?? '';
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** The same bytes in another spelling, where the last letter has bits to spare. */
function unusedBitSet(text: string): string {
  const next = BASE64URL[BASE64URL.indexOf(text.at(-1) ?? '') + 1] ?? 'A';
  return `${text.slice(0, -1)}${next}`;
}

/** The same signature in arithmetic, with its scalar written beyond the order of the group. */
function addGroupOrder(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + GROUP_ORDER;
  const shifted = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([bytes.subarray(0, 32), shifted]).toString('base64url');
}
