import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../domain/certificate.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM text in their order; other blocks, such as a key, pass by.
 * @throws when one of them cannot be read, or there is none
 */
export function readCertificates(pem: string): readonly [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
  if (first === undefined) throw new Error('it holds no certificate (PEM)');
  return [first, ...others];
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const { subject, issuer, serialNumber, validFromDate, validToDate, fingerprint256 } = certificate;
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    serial: serialNumber.toLowerCase(),
    fromUtcMs: validFromDate.getTime(),
    untilUtcMs: validToDate.getTime(),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** OpenSSL writes each part of a name on a line of its own. */
export function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
