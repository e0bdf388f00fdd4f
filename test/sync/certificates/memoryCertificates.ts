import type { CertificateFacts } from '../../../src/domain/certificate.ts';
import {
  type Asking,
  type Examination,
  type Kept,
  NOTHING_ASKED,
  type OwnCertificates,
  type PendingRequest,
  type ShownFiles,
} from '../../../src/ports/certificates.ts';

const SUBJECT = 'CN=home-1';

/** Certificates in memory, which outlive the renewals that work on them, on a disk that can fail. */
export class MemoryCertificates implements OwnCertificates {
  readonly enrolled = { certificateFile: '/etc/own.crt', keyFile: '/etc/own.key' };
  inUse: CertificateFacts;
  next: CertificateFacts | undefined;
  kept: Asking = NOTHING_ASKED;
  isDiskFull = false;
  isUnreadable = false;
  requests = 0;
  /** What a text that comes is found to be. */
  readonly findings = new Map<string, Examination>();

  constructor(inUse: CertificateFacts) {
    this.inUse = inUse;
  }

  present(): ReturnType<OwnCertificates['present']> {
    if (this.isUnreadable)
      return { ok: false, detail: 'home-1.crt: expected a certificate (PEM), found none' };
    return { ok: true, facts: this.inUse };
  }

  presentFiles(): ShownFiles {
    return { certificateFile: `${this.inUse.fingerprint}.crt`, keyFile: `${this.inUse.fingerprint}.key` };
  }

  candidate(): CertificateFacts | undefined {
    return this.next;
  }

  candidateFiles(): ShownFiles {
    return { certificateFile: `${this.next?.fingerprint}.crt`, keyFile: `${this.next?.fingerprint}.key` };
  }

  asking(): Asking {
    return this.kept;
  }

  keepAsking(asking: Asking): Kept {
    return this.#write(() => {
      this.kept = asking;
    });
  }

  async makeRequest(): Promise<{ readonly ok: true; readonly request: PendingRequest }> {
    this.requests += 1;
    const csr = `-----BEGIN CERTIFICATE REQUEST-----\nAAA${this.requests}\n-----END CERTIFICATE REQUEST-----\n`;
    return { ok: true, request: { id: `request-${this.requests}`, subject: SUBJECT, csr } };
  }

  examine(pem: string): Examination {
    return this.findings.get(pem) ?? { ok: false, detail: 'it holds no certificate (PEM)' };
  }

  keepCandidate(pem: string): Kept {
    return this.#write(() => {
      const found = this.examine(pem);
      if (found.ok) this.next = found.facts;
      const { request: _, ...asking } = this.kept;
      this.kept = asking;
    });
  }

  adoptCandidate(): Kept {
    return this.#write(() => {
      this.inUse = this.next ?? this.inUse;
      this.next = undefined;
    });
  }

  dropCandidate(): Kept {
    return this.#write(() => {
      this.next = undefined;
    });
  }

  #write(change: () => void): Kept {
    if (this.isDiskFull) return { ok: false, detail: 'no space left on device' };
    change();
    return { ok: true };
  }
}
