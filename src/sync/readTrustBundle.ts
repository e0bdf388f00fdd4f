import { type TrustBundleMessage, trustBundleOf, trustBundleSchema } from '../contract/trustBundle.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { SignatureReader } from '../ports/signature.ts';
import { readControl } from './readControl.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Two hundred keys and a thousand revocations have some 240 000 bytes when signed. */
const MOST_BUNDLE_BYTES = 262_144;

/** Who vouches for bundles, and how that is checked. */
export interface RootOfTrust {
  /** Raw Ed25519 public keys, base64url. Without any no bundle is believed. */
  readonly rootKeys: readonly string[];
  readonly verify: SignatureReader;
}

export type TrustBundleReading =
  | { readonly ok: true; readonly bundle: TrustBundle; readonly jws: string }
  | Refusal;

const SCHEMAS = { 'loadgate.trust-bundle/1': trustBundleSchema };

/**
 * A bundle that bears the signature of a root key. Which one is not asked of its header: they are few, and each is tried.
 * Says nothing of its version.
 */
export async function readTrustBundle(
  jws: string,
  { rootKeys, verify }: RootOfTrust,
): Promise<TrustBundleReading> {
  if (jws.length > MOST_BUNDLE_BYTES) {
    return refuse(`it has ${jws.length} bytes; a trust bundle has at most ${MOST_BUNDLE_BYTES}`);
  }
  const parts = verify.takeApart(jws);
  if (parts === undefined || parts.algorithm !== 'EdDSA') {
    return refuse('it is no compact JWS signed with EdDSA; a trust bundle comes signed by a root key');
  }
  const reading = readControl<TrustBundleMessage>(parts.payload, SCHEMAS);
  if (!reading.ok) return reading;
  if (rootKeys.length === 0) {
    return refuse('no root key is set (trust.rootKeysFile), so nobody can vouch for a trust bundle');
  }
  for (const rootKey of rootKeys) {
    if (await verify.isSignedBy(jws, rootKey)) {
      return { ok: true, bundle: trustBundleOf(reading.message), jws };
    }
  }
  return refuse(`version ${reading.message.version} is not signed by a root key of this gateway`);
}
