import type { CertificateMessage, CertificateRequest } from '../../../src/contract/certificate.ts';
import type { CertificateFacts } from '../../../src/domain/certificate.ts';
import type { Examination } from '../../../src/ports/certificates.ts';
import type { TrialOutcome } from '../../../src/sync/certificates/candidateTrial.ts';
import { describeRenewal, renewalFaults } from '../../../src/sync/certificates/describeRenewal.ts';
import { CertificateRenewal } from '../../../src/sync/certificates/renewal.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock } from '../../support/steppedClock.ts';
import { MemoryCertificates } from './memoryCertificates.ts';

export const DAY_MS = 86_400_000;
const START_UTC_MS = Date.UTC(2027, 0, 1);
export const NEW_PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

export function factsOf(fingerprint: string, fromDays: number, untilDays: number): CertificateFacts {
  return {
    subject: 'CN=home-1',
    issuer: 'CN=authority',
    serial: fingerprint,
    fromUtcMs: START_UTC_MS + fromDays * DAY_MS,
    untilUtcMs: START_UTC_MS + untilDays * DAY_MS,
    fingerprint,
  };
}

export const GOOD: Examination & { readonly ok: true } = {
  ok: true,
  facts: factsOf('00000002', 0, 365),
  fitsKey: true,
  isForClients: true,
};

interface BenchOptions {
  /** Of the certificate in use, from now. Default 200: far from its end. */
  readonly leftDays?: number;
  readonly renewalDays?: number;
  readonly canCheck?: boolean;
}

/** A renewal between a broker and a back office that the test plays. It can be killed and begun again on the same files. */
export class RenewalBench {
  readonly clock = new SteppedClock({ utcMs: START_UTC_MS });
  readonly log = new RecordingLog();
  readonly certificates: MemoryCertificates;
  readonly asked: CertificateRequest[] = [];
  /** Fingerprints that were shown in trials. */
  readonly tried: string[] = [];
  /** Of these, those by which the broker let the gateway in. */
  readonly letIn: string[] = [];
  isConnected = true;
  isRecording = true;
  /** What the broker says to the new one. */
  outcome: TrialOutcome = { isAccepted: true };
  /** It lets the gateway in by the old one after a failure. */
  takesOldOne = true;
  renewal: CertificateRenewal;
  readonly #options: BenchOptions;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    const { leftDays = 200 } = options;
    this.certificates = new MemoryCertificates(factsOf('00000001', leftDays - 365, leftDays));
    this.certificates.findings.set(NEW_PEM, GOOD);
    this.renewal = this.begin();
  }

  /** As after a start; the one before is not told anything. */
  begin(): CertificateRenewal {
    const { renewalDays = 30, canCheck = true } = this.#options;
    this.renewal = new CertificateRenewal({
      gatewayId: 'home-1',
      certificates: this.certificates,
      renewalDays,
      canCheck,
      clock: this.clock,
      log: this.log,
      isConnected: () => this.isConnected,
      ask: (request) => {
        if (this.isRecording) this.asked.push(request);
        return this.isRecording;
      },
      startAnew: async () => {
        this.tried.push(this.renewal.shownFiles().certificateFile.slice(0, 8));
        const { outcome } = this;
        if (outcome.isAccepted) {
          this.letIn.push(...this.tried.slice(-1));
          this.renewal.connected();
        }
        // The next attempt comes by itself.
        else if (this.takesOldOne) this.clock.after(1_000, () => this.renewal.connected());
        return outcome;
      },
    });
    this.renewal.start();
    return this.renewal;
  }

  kill(): void {
    this.renewal.stop();
  }

  answer(change: Partial<CertificateMessage> = {}): string | undefined {
    const id = this.certificates.kept.request?.id ?? 'request-0';
    const head = { schema: 'loadgate.certificate/1', gatewayId: 'home-1' } as const;
    const issuedAt = new Date(this.clock.now().utcMs).toISOString();
    return this.renewal.take({ ...head, id, issuedAt, certificates: NEW_PEM, ...change })?.cause;
  }

  view() {
    return describeRenewal(this.renewal.standing(), this.clock.now());
  }

  faults(): readonly string[] {
    return renewalFaults(this.renewal.standing(), this.clock.now()).map(({ code }) => code);
  }
}
