import type { UtcMs } from './instant.ts';
import type { DistributorId } from './mpan.ts';

/** Who may give which commands. A key has one role. */
export type KeyRole = 'distributor' | 'controllingParty' | 'backOffice';

export interface TrustedKey {
  /** Named in the header of what it signs. */
  readonly keyId: string;
  readonly role: KeyRole;
  /** Of a distributor: for which networks. */
  readonly distributors?: readonly DistributorId[];
  /** Of a controlling party: who it is, as the site plan may name it. */
  readonly party?: string;
  /** The raw Ed25519 public key (RFC 8032), base64url without padding. */
  readonly publicKey: string;
  readonly notBeforeUtcMs?: UtcMs;
  readonly notAfterUtcMs?: UtcMs;
}

export interface RevokedKey {
  readonly keyId: string;
  readonly revokedAtUtcMs: UtcMs;
  readonly reason: string;
}

/** All keys that a gateway obeys, as the root of trust has signed them. A later version takes the place of an earlier one. */
export interface TrustBundle {
  readonly version: number;
  readonly issuedAtUtcMs: UtcMs;
  readonly keys: readonly TrustedKey[];
  readonly revoked: readonly RevokedKey[];
}

/** Nobody is trusted: every command is refused. */
export const NO_TRUST: TrustBundle = { version: 0, issuedAtUtcMs: 0, keys: [], revoked: [] };
