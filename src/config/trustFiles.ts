import { type Mistake, show } from './mistake.ts';
import { readPublicKeys } from './publicKeys.ts';
import { readBytes } from './readBytes.ts';
import type { TrustSettings } from './settings.ts';

/** What the files of a trust setting hold. Nothing of it is verified yet. */
export interface TrustFiles {
  /** Raw Ed25519 public keys, base64url. */
  readonly rootKeys: readonly string[];
  /** Compact JWS, signed or not by one of them. */
  readonly bundleJws?: string;
}

export type TrustFilesResult =
  | { readonly ok: true; readonly files: TrustFiles }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const ROOT_KEYS_TO_DO = 'take the file of the enrolment, or write one: loadgate keys show --pem root.key';

export function readTrustFiles({ rootKeysFile, bundleFile }: TrustSettings): TrustFilesResult {
  const keys = rootKeysFile === undefined ? undefined : readPublicKeys(rootKeysFile, ROOT_KEYS_TO_DO);
  const bundle = bundleFile === undefined ? undefined : readBundleText(bundleFile);
  const mistakes = [
    ...(keys === undefined || keys.ok ? [] : [keys.mistake]),
    ...(bundle === undefined || bundle.ok ? [] : [bundle.mistake]),
  ];
  if (mistakes.length > 0) return { ok: false, mistakes };
  const rootKeys = keys?.ok === true ? keys.value.map((key) => String(key.export({ format: 'jwk' }).x)) : [];
  return { ok: true, files: { rootKeys, ...(bundle?.ok === true && { bundleJws: bundle.jws }) } };
}

function readBundleText(
  file: string,
): { readonly ok: true; readonly jws: string } | { readonly ok: false; readonly mistake: Mistake } {
  const bytes = readBytes(file);
  // The line break at the end is the editor's.
  const text = typeof bytes === 'string' ? undefined : bytes.toString('latin1').trim();
  if (text !== undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { ok: true, jws: text };
  const found = typeof bytes === 'string' ? bytes : show(text?.slice(0, 20));
  const expected = 'a signed trust bundle (compact JWS)';
  const toDo = 'take the file of the enrolment, or sign one: loadgate keys bundle';
  return { ok: false, mistake: { source: file, path: '', expected, found, toDo } };
}
