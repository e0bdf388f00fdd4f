import type { UtcMs } from '../../domain/instant.ts';

/** A certificate that was issued, with the request that it answers. */
export interface IssuedCertificate {
  readonly gatewayId: string;
  /** SHA-256 of the request, hexadecimal. */
  readonly csrSha256: string;
  readonly issuedAtUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  readonly serial: string;
  /** PEM, as it was sent. */
  readonly certificates: string;
}

/** What was issued is kept for ever: it tells who bore which name at the broker. */
export interface CertificateStore {
  addCertificate(issued: IssuedCertificate): void;
  issuedFor(gatewayId: string, csrSha256: string): IssuedCertificate | undefined;
  countIssued(gatewayId: string, sinceUtcMs: UtcMs): number;
}
