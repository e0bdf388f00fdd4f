import { createHash, generateKeyPairSync, type X509Certificate } from 'node:crypto';
import type { PendingRequest } from '../../ports/certificates.ts';
import { oneLine } from './certificateText.ts';
import { loadX509 } from './loadX509.ts';

/** Hexadecimal digits of the SHA-256 that name a request. */
const ID_DIGITS = 32;

export interface MadeRequest {
  readonly request: PendingRequest;
  /** PKCS#8, PEM. */
  readonly key: string;
}

/** A new key on P-256, and a request (PKCS#10) for it in the name of a certificate. */
export async function makeRequest(certificate: X509Certificate): Promise<MadeRequest> {
  const x509 = await loadX509();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    // As it stands in the certificate, so that every part of the name keeps its own encoding.
    name: new x509.X509Certificate(certificate.raw).subjectName,
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  const id = createHash('sha256').update(Buffer.from(csr.rawData)).digest('hex').slice(0, ID_DIGITS);
  const request = { id, subject: oneLine(certificate.subject), csr: `${csr.toString('pem')}\n` };
  return { request, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}
