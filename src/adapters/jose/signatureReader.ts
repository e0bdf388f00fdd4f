import { base64url, compactVerify, importJWK } from 'jose';
import type { SignatureReader, SignedHeader } from '../../ports/signature.ts';

/** The one algorithm. What a header asks for is never a choice. */
const ALGORITHM = 'EdDSA';

/**
 * What a header may hold. Anything else (crit, b64, jwk, jku, x5c ...) asks a reader to do something else than to check one
 * Ed25519 signature over the bytes as they are, so it is no header of ours.
 */
const HEADER_MEMBERS: readonly string[] = ['alg', 'kid', 'typ'];

export function createSignatureReader(): SignatureReader {
  return { takeApart, isSignedBy };
}

function takeApart(jws: string): SignedHeader | undefined {
  const parts = jws.split('.');
  const [header, payload, signature] = parts.map(decode);
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return undefined;
  }
  const members = readMembers(header);
  const text = readText(payload);
  if (members === undefined || members.alg === undefined || text === undefined) return undefined;
  return { algorithm: members.alg, keyId: members.kid, payload: text };
}

async function isSignedBy(jws: string, publicKey: string): Promise<boolean> {
  if (takeApart(jws)?.algorithm !== ALGORITHM || decode(publicKey)?.byteLength !== 32) return false;
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, ALGORITHM);
    await compactVerify(jws, key, { algorithms: [ALGORITHM] });
    return true;
  } catch {
    return false;
  }
}

/** Only the one text that these bytes have in base64url: no padding, no space, no bits beyond the last byte. */
function decode(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const bytes = base64url.decode(text);
    return base64url.encode(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
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
  const texts = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return texts.length === 2 * members.length ? Object.fromEntries(members) : undefined;
}

/** UTF-8 to the last byte; a byte order mark is a character like any other. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
