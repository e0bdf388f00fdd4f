import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { OwnSigner } from '../../ports/signature.ts';
import { type KeyFileResult, makeKeyFile, readKeyFile } from './keyFile.ts';
import { publicKeyOf, thumbprintOf } from './keyForms.ts';

export type OwnSignerResult =
  | { readonly ok: true; readonly signer: OwnSigner; readonly isNew: boolean }
  | {
      readonly ok: false;
      /** unusable: there is a file, and no key can be read from it. unwritable: there is none, and none can be made. */
      readonly cause: 'unusable' | 'unwritable';
      readonly detail: string;
    };

/**
 * The gateway's own key, from its file; made when there is none. A file that holds no key is never replaced: a new key
 * is another gateway to everybody who knows the old one.
 */
export function openOwnSigner(file: string): OwnSignerResult {
  const read = readKeyFile(file);
  if (read.ok) return { ok: true, signer: signerOf(read.key), isNew: false };
  if (read.cause !== 'missing') return { ok: false, cause: 'unusable', detail: unusable(file, read.found) };
  const made: KeyFileResult = makeKeyFile(file);
  if (made.ok) return { ok: true, signer: signerOf(made.key), isNew: true };
  const detail = `${file}: expected a folder where the key of this gateway can be made, found ${made.found}; let the user of the gateway write there.`;
  return { ok: false, cause: 'unwritable', detail };
}

/** A key that is kept nowhere, for a gateway whose disk takes nothing: what it signs does not outlive it either. */
export function createPassingSigner(): OwnSigner {
  return signerOf(generateKeyPairSync('ed25519').privateKey);
}

/** Signs at once, so with node:crypto: jose signs by a promise only. */
function signerOf(key: KeyObject): OwnSigner {
  const publicKey = publicKeyOf(key);
  const keyId = thumbprintOf(publicKey);
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

function unusable(file: string, found: string): string {
  return (
    `${file}: expected the private key of this gateway (PEM, Ed25519), found ${found}; put its copy back, or move the ` +
    'file away: a new key is made at the next start, and the back office has to learn it.'
  );
}
