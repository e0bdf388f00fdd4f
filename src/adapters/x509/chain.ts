import type { X509Certificate } from 'node:crypto';
import { oneLine } from './certificateText.ts';

/** Authorities of authorities in the field; more is a mistake. */
const MOST_BETWEEN = 4;

/**
 * Why no chain leads from a certificate to one of the authorities; absent: one does. Signatures, names and the right to sign
 * are checked, dates are not.
 * @param others those between, in any order
 */
export function chainProblem(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): string | undefined {
  let last = certificate;
  for (let between = 0; between <= MOST_BETWEEN; between += 1) {
    if (authorities.some((authority) => hasSigned(authority, last))) return undefined;
    const next = others.find((other) => other !== last && hasSigned(other, last));
    if (next === undefined) {
      const known = authorities.map(({ subject }) => `"${oneLine(subject)}"`).join(', ');
      return `expected a chain to ${known}, found "${oneLine(last.subject)}" signed by "${oneLine(last.issuer)}", which does not lead there`;
    }
    last = next;
  }
  return `expected at most ${MOST_BETWEEN} certificates between it and the authority, found more`;
}

function hasSigned(authority: X509Certificate, certificate: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
