import type { CertificateFacts } from '../../domain/certificate.ts';
import { iso, type Now } from '../../domain/instant.ts';
import type { Examination, PendingRequest } from '../../ports/certificates.ts';

/** More than the clocks of a gateway and of its authority differ. */
const CLOCK_DOUBT_MS = 5 * 60_000;

/**
 * Why a certificate that came is not taken; undefined: it is. What comes first is what is told. Its dates are held against
 * those of the one in use, and against the clock only while that is right.
 */
export function whyNotTaken(
  examined: Examination,
  { subject }: PendingRequest,
  present: CertificateFacts,
  { utcMs, clockLevel }: Now,
): string | undefined {
  if (!examined.ok) return `it cannot be checked: ${examined.detail}`;
  const { facts, fitsKey, isForClients, chainProblem } = examined;
  if (!fitsKey)
    return 'it is for another key than that of the request; the authority signs the request itself';
  if (facts.subject !== subject) {
    return `it is for "${facts.subject}"; the request is by "${subject}", and the broker goes by the name`;
  }
  if (chainProblem !== undefined) {
    return `it is not signed by the authority of this gateway: ${chainProblem}; compare broker.clientAuthorityFile`;
  }
  if (!isForClients) {
    return 'it is not for clients; the authority sets the extended key usage clientAuth, and no right to sign';
  }
  if (facts.untilUtcMs <= facts.fromUtcMs) {
    return `it begins at ${iso(facts.fromUtcMs)} and ends at ${iso(facts.untilUtcMs)}, which is no time at all`;
  }
  if (facts.untilUtcMs <= present.untilUtcMs) {
    return `it ends at ${iso(facts.untilUtcMs)}, no later than the one in use (${iso(present.untilUtcMs)})`;
  }
  if (clockLevel !== 'synced') return undefined;
  if (facts.untilUtcMs <= utcMs)
    return `it ended at ${iso(facts.untilUtcMs)}; set the clock of the authority`;
  if (facts.fromUtcMs > utcMs + CLOCK_DOUBT_MS) {
    return `it begins only at ${iso(facts.fromUtcMs)}, more than 5 minutes from now; set the clock of the authority`;
  }
  return undefined;
}
