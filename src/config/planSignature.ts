import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Mistake } from './mistake.ts';
import { readPublicKeys } from './publicKeys.ts';
import { readBytes } from './readBytes.ts';

/** Stands beside the site plan: the bare Ed25519 signature (RFC 8032) over the bytes of its file. */
export function signatureFileOf(planFile: string): string {
  return `${planFile}.sig`;
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly mistake: Mistake };

/**
 * Who signed a site plan, by the fingerprint of the key; or why it does not bear the signature of one who may.
 * @param bytes of the very plan that is used, read once
 * @param keysFile one or more Ed25519 public keys, PEM
 */
export function checkPlanSignature(planFile: string, bytes: Uint8Array, keysFile: string): Read<string> {
  const toMake = 'write one: openssl pkey -in installer.key -pubout -out installers.pem';
  const keys = readPublicKeys(keysFile, toMake);
  if (!keys.ok) return keys;
  const signatureFile = signatureFileOf(planFile);
  const signature = readBytes(signatureFile);
  const expected = `a signature over ${planFile} by a key of ${keysFile}`;
  const toDo = 'let somebody who holds one of the keys sign the plan as it is: loadgate sign-plan';
  const refused = (found: string): Read<string> => ({
    ok: false,
    mistake: { source: signatureFile, path: '', expected, found, toDo },
  });
  if (typeof signature === 'string') return refused(signature);
  const signer = keys.value.find((key) => verify(null, bytes, key, signature));
  if (signer === undefined) return refused('one by another key, or of another plan');
  return { ok: true, value: fingerprintOf(signer) };
}

/** The key that a person signs plans with, or what is wrong with its file. */
export function readSigningKey(file: string): Read<KeyObject> {
  const pem = readBytes(file);
  const expected = 'an Ed25519 private key, PEM, without a passphrase';
  const toDo = 'make one: openssl genpkey -algorithm ed25519 -out installer.key';
  const wrong = (found: string): Read<KeyObject> => ({
    ok: false,
    mistake: { source: file, path: '', expected, found, toDo },
  });
  if (typeof pem === 'string') return wrong(pem);
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return wrong(`a key of the kind ${key.asymmetricKeyType}`);
    return { ok: true, value: key };
  } catch {
    return wrong('something else');
  }
}

export function signPlan(bytes: Uint8Array, key: KeyObject): Uint8Array {
  return sign(null, bytes, key);
}

/** Names a public key to people: SHA-256 over its DER form, in hexadecimal digits. */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('hex')}`;
}
