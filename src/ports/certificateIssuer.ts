import type { UtcMs } from '../domain/instant.ts';

export type Issuing =
  | {
      readonly ok: true;
      /** PEM: the certificate, and behind it those between it and the root. */
      readonly certificates: string;
      /** Hexadecimal. */
      readonly serial: string;
      readonly untilUtcMs: UtcMs;
    }
  /** Why not, for the operator of the back office. */
  | { readonly ok: false; readonly cause: string };

/** Signs certificates for gateways, with a key that need not be on this machine: files, a hardware module, a service. */
export interface CertificateIssuer {
  /**
   * Does not reject. What the request wants besides name and key is left out of account: the issuer sets it.
   * @param csr PKCS#10, PEM
   * @param name the one name that the certificate may bear (CN)
   */
  issue(csr: string, name: string, nowUtcMs: UtcMs): Promise<Issuing>;
}
