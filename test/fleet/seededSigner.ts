import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { OwnSigner } from '../../src/ports/signature.ts';

/** PKCS #8 of an Ed25519 private key up to its 32 bytes. Source: RFC 8410 section 10.3 */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that belongs to the seed and the name: never for anything that is not a rehearsal on one machine. */
function seededKey(seed: number, name: string): KeyObject {
  const secret = createHash('sha256').update(`${seed}/${name}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, secret]), format: 'der', type: 'pkcs8' });
}

/** Signs with such a key; its id is its thumbprint (RFC 7638). */
export function createSeededSigner(seed: number, name: string): OwnSigner {
  const key = seededKey(seed, name);
  const publicKey = String(createPublicKey(key).export({ format: 'jwk' }).x);
  const keyId = createHash('sha256')
    .update(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`)
    .digest('base64url');
  const header = encode({ alg: 'EdDSA', kid: keyId });
  return {
    keyId,
    publicKey,
    sign: (payload) => {
      const signed = `${header}.${encode(payload)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
