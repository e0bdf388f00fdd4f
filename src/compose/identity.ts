import { join } from 'node:path';
import { createPassingSigner, openOwnSigner } from '../adapters/jose/ownSigner.ts';
import type { Log } from '../ports/log.ts';
import type { OwnSigner } from '../ports/signature.ts';
import { refusal } from './refusal.ts';

/**
 * The key that this gateway signs with. A key file that holds no key stops the start; a disk that takes none does not, for the
 * home is held inside its limits without a record too.
 */
export function openIdentity(keyFile: string | undefined, stateDirectory: string, log: Log): OwnSigner {
  const file = keyFile ?? join(stateDirectory, 'identity.key');
  const opened = openOwnSigner(file);
  if (opened.ok) {
    const { keyId, publicKey } = opened.signer;
    if (opened.isNew) log.info({ file, keyId, publicKey }, 'A key was made for this gateway');
    return opened.signer;
  }
  if (opened.cause === 'unusable') throw refusal('wrongConfiguration', opened.detail);
  log.error(
    { detail: opened.detail },
    'No key can be kept; until the next start one signs that nobody knows',
  );
  return createPassingSigner();
}
