import type { CertificateView } from '../contract/certificate.ts';
import type { Choice } from '../contract/owner.ts';

/** The certificate of this gateway, as it is asked for at the local socket. */
export interface CertificateDoors {
  report(): CertificateView;
  /** Asks for a new one now, whatever the dates say. */
  renew(): Promise<Choice>;
}
