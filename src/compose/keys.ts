import { openFileSigner } from '../adapters/jose/fileSigner.ts';
import { makeKeyFile } from '../adapters/jose/keyFile.ts';
import { publicKeyOf, thumbprintOf } from '../adapters/jose/keyForms.ts';
import type { NamedKey } from '../cli/context.ts';

/** Makes a private key for its user alone; never over a file that is there. */
export function makeKey(
  file: string,
): ({ readonly ok: true } & NamedKey) | { readonly ok: false; readonly detail: string } {
  const made = makeKeyFile(file);
  if (!made.ok) {
    const found = made.cause === 'exists' ? 'a file that is there already, and stays as it is' : made.found;
    return { ok: false, detail: `${file}: expected a new file for a private key, found ${found}.` };
  }
  const publicKey = publicKeyOf(made.key);
  return { ok: true, keyId: thumbprintOf(publicKey), publicKey };
}

export { openFileSigner as openSigner, thumbprintOf as keyIdOf };
