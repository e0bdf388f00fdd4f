import { CompactSign } from 'jose';
import type { Signer } from '../../ports/signature.ts';
import { readKeyFile } from './keyFile.ts';
import { publicKeyOf, thumbprintOf } from './keyForms.ts';

export type FileSignerResult =
  | { readonly ok: true; readonly signer: Signer }
  | { readonly ok: false; readonly detail: string };

/**
 * Signs with the Ed25519 private key of a PEM file, which is read once.
 * @param keyId by which the trust bundle knows the key. Absent: its thumbprint (RFC 7638)
 */
export function openFileSigner(file: string, keyId?: string): FileSignerResult {
  const read = readKeyFile(file);
  if (!read.ok) {
    const toDo = 'make one: loadgate keys make, or openssl genpkey -algorithm ed25519';
    const detail = `${file}: expected an Ed25519 private key, PEM, without a passphrase, found ${read.found}; ${toDo}.`;
    return { ok: false, detail };
  }
  const { key } = read;
  const publicKey = publicKeyOf(key);
  const kid = keyId ?? thumbprintOf(publicKey);
  const encoder = new TextEncoder();
  return {
    ok: true,
    signer: {
      keyId: kid,
      publicKey,
      sign: (payload) =>
        new CompactSign(encoder.encode(JSON.stringify(payload)))
          .setProtectedHeader({ alg: 'EdDSA', kid })
          .sign(key),
    },
  };
}
