import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** @param key Ed25519, private or public. @returns the raw public key, base64url */
export function publicKeyOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return String(publicKey.export({ format: 'jwk' }).x);
}

/**
 * Names a key by itself, so that nobody has to give out names.
 * @param publicKey raw Ed25519 key, base64url
 * @returns SHA-256 over the key as a JWK with its members in order, base64url. Source: RFC 7638, RFC 8037 appendix A.3
 */
export function thumbprintOf(publicKey: string): string {
  const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`;
  return createHash('sha256').update(canonical).digest('base64url');
}

type PrivateKeyReading =
  | { readonly ok: true; readonly key: KeyObject }
  | { readonly ok: false; readonly found: string };

/** @param pem an Ed25519 private key (PKCS #8) without a passphrase */
export function readPrivateKey(pem: Buffer): PrivateKeyReading {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return { ok: true, key };
    return { ok: false, found: `a key of the kind ${key.asymmetricKeyType}` };
  } catch {
    return { ok: false, found: pem.byteLength === 0 ? 'an empty file' : 'something else' };
  }
}
