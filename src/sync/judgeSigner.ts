import { iso, type Now } from '../domain/instant.ts';
import type { DistributorId } from '../domain/mpan.ts';
import type { RefusalCode } from '../domain/restriction.ts';
import type { KeyRole, TrustBundle, TrustedKey } from '../domain/trustBundle.ts';

/** Who may give a command. */
export interface RightfulSigner {
  readonly role: KeyRole;
  /** Of a controlling party, where the site plan names it. */
  readonly party?: string;
  /** Of a distributor: in whose name the command is, and to whom this supply is connected. */
  readonly issuer?: DistributorId;
  readonly distributor?: DistributorId;
}

export type SignerJudgement =
  | { readonly ok: true; readonly key: TrustedKey }
  | { readonly ok: false; readonly code: RefusalCode; readonly cause: string };

/**
 * Whether the key that a command names may give it. Says nothing of the signature: that is checked with the key found.
 * The times of a key are judged only by a clock that is right.
 * Source: the order of REFUSALS
 */
export function judgeSigner(
  keyId: string | undefined,
  rightful: RightfulSigner,
  bundle: TrustBundle,
  now: Now,
): SignerJudgement {
  const revoked = bundle.revoked.find((one) => one.keyId === keyId);
  const key = bundle.keys.find((one) => one.keyId === keyId);
  if (key === undefined) {
    if (revoked !== undefined) return refused('revokedKey', sinceWhen(revoked));
    return refused('unknownKey', whyUnknown(keyId, bundle));
  }
  if (key.role !== rightful.role) {
    return refused('wrongRole', `its key ${key.keyId} is of the role ${key.role}, not ${rightful.role}`);
  }
  if (rightful.party !== undefined && key.party !== rightful.party) {
    const found = key.party === undefined ? 'nobody that is named' : `"${key.party}"`;
    const cause = `its key ${key.keyId} is of ${found}; the site plan names "${rightful.party}"`;
    return refused('wrongRole', cause);
  }
  if (rightful.role === 'distributor') {
    const cause = whyWrongDistributor(key, rightful);
    if (cause !== undefined) return refused('wrongDistributor', cause);
  }
  if (revoked !== undefined) return refused('revokedKey', sinceWhen(revoked));
  const outside = now.clockLevel === 'synced' ? whyOutOfDate(key, now.utcMs) : undefined;
  return outside === undefined ? { ok: true, key } : refused('keyOutOfDate', outside);
}

function whyUnknown(keyId: string | undefined, bundle: TrustBundle): string {
  if (keyId === undefined) return 'its header names no key (kid)';
  if (bundle.version === 0) return 'this gateway has no trust bundle, so it knows no key';
  return `its key ${keyId} is not in the trust bundle ${bundle.version}`;
}

function whyWrongDistributor(key: TrustedKey, { issuer, distributor }: RightfulSigner): string | undefined {
  if (issuer === undefined || key.distributors?.includes(issuer) !== true) {
    return `its issuer is ${issuer}; the key ${key.keyId} is of ${key.distributors?.join(', ') ?? 'none'}`;
  }
  if (distributor === undefined) return 'the site plan names no supply, so this gateway knows no distributor';
  if (issuer !== distributor) return `its issuer is ${issuer}; this supply is connected to ${distributor}`;
  return undefined;
}

function sinceWhen({ keyId, revokedAtUtcMs, reason }: TrustBundle['revoked'][number]): string {
  return `its key ${keyId} was revoked at ${iso(revokedAtUtcMs)}: ${reason}`;
}

function whyOutOfDate(
  { keyId, notBeforeUtcMs, notAfterUtcMs }: TrustedKey,
  nowUtcMs: number,
): string | undefined {
  if (notBeforeUtcMs !== undefined && nowUtcMs < notBeforeUtcMs) {
    return `its key ${keyId} holds only from ${iso(notBeforeUtcMs)}`;
  }
  if (notAfterUtcMs !== undefined && nowUtcMs > notAfterUtcMs) {
    return `its key ${keyId} held only until ${iso(notAfterUtcMs)}`;
  }
  return undefined;
}

function refused(code: RefusalCode, cause: string): SignerJudgement {
  return { ok: false, code, cause };
}
