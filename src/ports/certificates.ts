import type { CertificateFacts } from '../domain/certificate.ts';
import type { UtcMs } from '../domain/instant.ts';

/** A request that was made and not answered yet. Its key lies beside it. */
export interface PendingRequest {
  /** Names it in the answer: from the SHA-256 of the request. */
  readonly id: string;
  /** On one line. */
  readonly subject: string;
  /** PKCS#10, PEM. */
  readonly csr: string;
}

/** What is kept of the asking, so that a restart neither forgets a request nor asks more often. */
export interface Asking {
  /** Oldest first; those of the last day. */
  readonly askedAtUtcMs: readonly UtcMs[];
  /** How often in a row without a new certificate in use. */
  readonly asks: number;
  /** Why the last new certificate was not taken; absent: none was refused. */
  readonly refusal?: { readonly sentence: string; readonly atUtcMs: UtcMs };
  readonly request?: PendingRequest;
}

export const NOTHING_ASKED: Asking = { askedAtUtcMs: [], asks: 0 };

/** A certificate that came, held against the key of the request and the authority of the settings. */
export type Examination =
  | {
      readonly ok: true;
      readonly facts: CertificateFacts;
      readonly fitsKey: boolean;
      /** It may be shown by a client (extended key usage clientAuth), and is of no authority. */
      readonly isForClients: boolean;
      /** Why no chain leads to the authority; absent: one does. */
      readonly chainProblem?: string;
    }
  | { readonly ok: false; readonly detail: string };

export type Kept = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Paths of the certificate and key that are shown. */
export interface ShownFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/**
 * The certificate by which this gateway shows who it is, those that are to follow it, and their keys. None of the keys ever
 * leaves this box. Nothing here throws.
 */
export interface OwnCertificates {
  /** Of the settings, where a person puts another one. */
  readonly enrolled: ShownFiles;
  /** In use: the last one that the broker has let in, or that of the settings. */
  present():
    | { readonly ok: true; readonly facts: CertificateFacts }
    | { readonly ok: false; readonly detail: string };
  presentFiles(): ShownFiles;
  /** A new one, found good, which the broker has not let in yet. */
  candidate(): CertificateFacts | undefined;
  candidateFiles(): ShownFiles;
  asking(): Asking;
  keepAsking(asking: Asking): Kept;
  /** Makes a new key, and a request for the name of the certificate in use; both are kept by keepAsking. */
  makeRequest(): Promise<
    { readonly ok: true; readonly request: PendingRequest } | { readonly ok: false; readonly detail: string }
  >;
  /** @param pem the certificate, and behind it those between it and the authority */
  examine(pem: string): Examination;
  /** Beside the one in use, with the key of the request; nothing is left of the request then. */
  keepCandidate(pem: string): Kept;
  /** The candidate takes the place of the one in use. */
  adoptCandidate(): Kept;
  /** The one in use stays. */
  dropCandidate(): Kept;
}
