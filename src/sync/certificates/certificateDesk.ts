import { type CertificateMessage, certificateSchema } from '../../contract/certificate.ts';
import { type BackOfficeOptions, takeOrders } from '../backOfficeOrders.ts';
import type { Refusal } from '../refusal.ts';

interface CertificateDeskOptions extends BackOfficeOptions {
  readonly onCertificate: (message: CertificateMessage) => Refusal | undefined;
}

/**
 * Takes new certificates from the back office. How old an answer is does not matter: it counts only for the request that
 * waits, and only by its key.
 */
export function openCertificateDesk({ onCertificate, ...options }: CertificateDeskOptions): void {
  takeOrders<CertificateMessage>(options, {
    topic: 'certificate',
    schemas: { 'loadgate.certificate/1': certificateSchema },
    obey: (message) => onCertificate(message)?.cause,
    refused: 'New certificate refused',
  });
}
