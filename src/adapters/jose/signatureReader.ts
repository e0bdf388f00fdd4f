import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { SignatureReader, SignedHeader } from '../../ports/signature.ts';

/** The one algorithm. What a header asks for is never a choice. */
const ALGORITHM = 'EdDSA';
const PUBLIC_KEY_BYTES = 32;

/**
 * What a header may hold. Anything else (crit, b64, jwk, jku, x5c ...) asks a reader to do something else than to check one
 * Ed25519 signature over the bytes as they are, so it is no header of ours.
 */
const HEADER_MEMBERS: readonly string[] = ['alg', 'kid', 'typ'];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** More than a gateway has keys in use. */
const MOST_KEYS = 16;

interface TakenApart {
  readonly header: SignedHeader;
  /** What the signature is over: header and payload as they came. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/**
 * Everything at once, without a thread of its own: a command that narrows waits for it. jose would check by the same library
 * (OpenSSL), but through promises and threads.
 */
export function createSignatureReader(): SignatureReader {
  const keyOf = keepKeys();
  // A text is looked into first and then verified.
  let latest: { readonly jws: string; readonly parts: TakenApart | undefined } | undefined;
  const partsOf = (jws: string): TakenApart | undefined => {
    if (latest?.jws !== jws) latest = { jws, parts: takeApart(jws) };
    return latest.parts;
  };
  return {
    takeApart: (jws) => partsOf(jws)?.header,
    isSignedBy: async (jws, publicKey) => {
      const parts = partsOf(jws);
      const key = keyOf(publicKey);
      if (parts?.header.algorithm !== ALGORITHM || key === undefined) return false;
      return verify(null, parts.signed, key, parts.signature);
    },
    sha256: (bytes) => hash('sha256', bytes, 'hex'),
  };
}

/** Makes a key from its text once: that takes as long as a signature. */
function keepKeys(): (publicKey: string) => KeyObject | undefined {
  const kept = new Map<string, KeyObject>();
  return (publicKey) => {
    const known = kept.get(publicKey);
    if (known !== undefined) return known;
    if (decode(publicKey)?.byteLength !== PUBLIC_KEY_BYTES) return undefined;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= MOST_KEYS) kept.delete(oldest);
    kept.set(publicKey, key);
    return key;
  };
}

function takeApart(jws: string): TakenApart | undefined {
  const texts = jws.split('.');
  const [header, payload, signature] = texts.map(decode);
  if (texts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return undefined;
  }
  const members = readMembers(header);
  const text = readText(payload);
  if (members === undefined || members.alg === undefined || text === undefined) return undefined;
  const signed = Buffer.from(jws.slice(0, jws.lastIndexOf('.')), 'latin1');
  return { header: { algorithm: members.alg, keyId: members.kid, payload: text }, signed, signature };
}

/** Only the one text that these bytes have in base64url: no padding, no space, no bits beyond the last byte. */
function decode(text: string): Buffer | undefined {
  if (text === '') return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function readMembers(header: Uint8Array): Partial<Record<string, string>> | undefined {
  const text = readText(header);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = Object.entries(value);
  const isKnown = members.every(([name, of]) => HEADER_MEMBERS.includes(name) && typeof of === 'string');
  if (!isKnown) return undefined;
  // A member that stands twice has two meanings (RFC 7515 section 4): all is text here, so each has two texts.
  return countTexts(text) === 2 * members.length ? Object.fromEntries(members) : undefined;
}

/** Of JSON: how many texts stand in it. Without a pattern, which would be compiled anew for nearly every command. */
function countTexts(json: string): number {
  let quotes = 0;
  for (let place = 0; place < json.length; place += 1) {
    if (json[place] === '\\') place += 1;
    else if (json[place] === '"') quotes += 1;
  }
  return quotes / 2;
}

/** UTF-8 to the last byte; a byte order mark is a character like any other. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
