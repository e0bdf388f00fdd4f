import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Mistake, show } from './mistake.ts';
import { readBytes } from './readBytes.ts';

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly mistake: Mistake };

const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]*-----END \1-----/g;

/**
 * One or more Ed25519 public keys of a PEM file.
 * @param toDo how to come by such a file
 */
export function readPublicKeys(file: string, toDo: string): Read<readonly KeyObject[]> {
  const pem = readBytes(file);
  const expected = 'one or more Ed25519 public keys, PEM';
  const wrong = (found: string): Read<readonly KeyObject[]> => ({
    ok: false,
    mistake: { source: file, path: '', expected, found, toDo },
  });
  if (typeof pem === 'string') return wrong(pem);
  const blocks = [...pem.toString('latin1').matchAll(PEM_BLOCK)];
  const foreign = blocks.find(([, label]) => label !== 'PUBLIC KEY');
  if (foreign !== undefined) return wrong(`among them ${show(foreign[1])}`);
  if (blocks.length === 0) return wrong('none');
  try {
    const keys = blocks.map(([block]) => createPublicKey(block));
    const other = keys.find((key) => key.asymmetricKeyType !== 'ed25519');
    if (other !== undefined) return wrong(`among them a key of the kind ${other.asymmetricKeyType}`);
    return { ok: true, value: keys };
  } catch {
    return wrong('one that is damaged');
  }
}
