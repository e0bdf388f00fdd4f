import { existsSync } from 'node:fs';
import { openOwnSigner } from '../adapters/jose/ownSigner.ts';
import { createSignatureReader } from '../adapters/jose/signatureReader.ts';
import type { OwnSigner, SignatureReader } from '../ports/signature.ts';

export type OwnKeyResult =
  | { readonly ok: true; readonly signer: OwnSigner }
  | { readonly ok: false; readonly detail: string };

/** The key of the gateway whose journal is handed out. Never made here: a new one would prove nothing. */
export function readOwnKey(file: string): OwnKeyResult {
  if (!existsSync(file)) {
    const detail =
      `${file}: expected the private key of the gateway, found no such file; name its state directory, ` +
      'or the key itself with --identity-key-file.';
    return { ok: false, detail };
  }
  const opened = openOwnSigner(file);
  return opened.ok ? opened : { ok: false, detail: opened.detail };
}

/** Checks signatures, without anything else of a gateway. */
export function openVerifier(): SignatureReader {
  return createSignatureReader();
}
