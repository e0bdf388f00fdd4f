import { createPublicKey } from 'node:crypto';

/** @param publicKey raw Ed25519 key, base64url */
export function publicPemOf(publicKey: string): string {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return String(key.export({ type: 'spki', format: 'pem' }));
}
