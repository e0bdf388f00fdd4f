import type { CertificateView } from '../../contract/certificate.ts';
import {
  type CertificateEnding,
  type CertificateFacts,
  endingOf,
  nearsUtcMs,
  renewalDueUtcMs,
} from '../../domain/certificate.ts';
import type { Fault, FaultCode } from '../../domain/faults.ts';
import { iso, type Now, type UtcMs } from '../../domain/instant.ts';
import type { RenewalStanding } from './renewal.ts';

const SUBJECT = 'certificate';
const ENDING_FAULTS: Readonly<Record<Exclude<CertificateEnding, 'far'>, FaultCode>> = {
  near: 'certificate-ends-soon',
  imminent: 'certificate-ends-within-days',
  past: 'certificate-expired',
};

/** By a clock that is not set nothing ends: of its dates no fault is made then. */
export function renewalFaults({ present, asking }: RenewalStanding, now: Now): readonly Fault[] {
  const since = (utcMs: UtcMs): number => Math.max(0, now.runningMs - (now.utcMs - utcMs));
  const ending = present.ok && now.clockLevel === 'synced' ? endingOf(present.facts, now.utcMs) : 'far';
  const { refusal } = asking;
  return [
    ...(present.ok && ending !== 'far'
      ? [
          {
            code: ENDING_FAULTS[ending],
            subject: SUBJECT,
            sinceMs: since(nearsUtcMs(present.facts, ending)),
          },
        ]
      : []),
    ...(refusal === undefined
      ? []
      : [{ code: 'certificate-not-taken', subject: SUBJECT, sinceMs: since(refusal.atUtcMs) } as const]),
  ];
}

/** What `loadgate certificate` shows; the status has its two sentences. */
export function describeRenewal(standing: RenewalStanding, now: Now): CertificateView {
  const { present, files, renewalDays } = standing;
  const shown = { schema: 'loadgate.certificate-view/1', at: iso(now.utcMs) } as const;
  if (!present.ok) return { ...shown, sentence: present.detail, renewal: 'None is asked for' };
  const { subject, issuer, serial, fromUtcMs, untilUtcMs } = present.facts;
  return {
    ...shown,
    certificate: {
      subject,
      issuer,
      serial,
      validFrom: iso(fromUtcMs),
      validUntil: iso(untilUtcMs),
      file: files.certificateFile,
      ...(mayRenew(standing) && { renewalFrom: iso(renewalDueUtcMs(present.facts, renewalDays)) }),
    },
    sentence: validity(present.facts, standing, now),
    renewal: renewalSentence(present.facts, standing, now),
  };
}

/** Where none is set. */
export function describeNoCertificate(now: Now): CertificateView {
  return {
    schema: 'loadgate.certificate-view/1',
    at: iso(now.utcMs),
    sentence: 'No certificate of this gateway is set (broker.certificateFile); none is shown to the broker',
    renewal: 'None is asked for',
  };
}

function mayRenew({ renewalDays, canCheck }: RenewalStanding): boolean {
  return renewalDays > 0 && canCheck;
}

function validity(facts: CertificateFacts, { isConnected, enrolled }: RenewalStanding, now: Now): string {
  const until = iso(facts.untilUtcMs);
  if (now.clockLevel !== 'synced') {
    return `Valid until ${until}; the clock of this box is not synchronised, so how long that is cannot be said`;
  }
  if (now.utcMs < facts.fromUtcMs) {
    return `Valid only from ${iso(facts.fromUtcMs)}: compare the clock of this box with that of its issuer`;
  }
  if (now.utcMs < facts.untilUtcMs)
    return `Valid until ${until}, for ${spanOf(facts.untilUtcMs - now.utcMs)}`;
  const ended = `Expired at ${until}, ${spanOf(now.utcMs - facts.untilUtcMs)} ago`;
  if (isConnected) return `${ended}; the connection made before stands, and ends with its next interruption`;
  const { certificateFile, keyFile } = enrolled;
  return `${ended}: the broker lets nobody in by it; put a new certificate in place of ${certificateFile} and its key in place of ${keyFile}`;
}

function renewalSentence(facts: CertificateFacts, standing: RenewalStanding, now: Now): string {
  const { asking, candidate } = standing;
  const { refusal } = asking;
  const refused =
    refusal === undefined ? '' : `. The last new one, at ${iso(refusal.atUtcMs)}: ${refusal.sentence}`;
  if (candidate !== undefined) {
    const failed = standing.trialFailure === undefined ? '' : `; the last trial: ${standing.trialFailure}`;
    return `A new one, valid until ${iso(candidate.untilUtcMs)}, is here and is tried at the broker${failed}`;
  }
  return `${askingSentence(facts, standing, now)}${refused}`;
}

function askingSentence(facts: CertificateFacts, standing: RenewalStanding, now: Now): string {
  const { asking, renewalDays, canCheck, isConnected } = standing;
  if (now.clockLevel === 'synced' && now.utcMs >= facts.untilUtcMs && !isConnected) {
    return 'No new one can be asked for, since that goes over the broker';
  }
  const last = asking.askedAtUtcMs.at(-1);
  if (asking.request !== undefined && last !== undefined) {
    const times = asking.asks === 1 ? 'once' : `${asking.asks} times`;
    return `A new one was asked for ${times}, last at ${iso(last)}; the back office has not answered yet`;
  }
  if (renewalDays === 0) return 'No new one is asked for by itself (broker.renewalDays is 0)';
  if (!canCheck) return 'No new one is asked for: it could not be checked (set broker.clientAuthorityFile)';
  if (now.clockLevel !== 'synced') return 'No new one is asked for while the clock is not synchronised';
  const dueUtcMs = renewalDueUtcMs(facts, renewalDays);
  if (now.utcMs < dueUtcMs) return `A new one is asked for from ${iso(dueUtcMs)} on`;
  return isConnected
    ? 'A new one is due, and is asked for'
    : 'A new one is due, and is asked for as soon as the connection to the broker stands';
}

/** Two units are as exact as anybody needs it. */
function spanOf(spanMs: number): string {
  const minutes = Math.floor(spanMs / 60_000);
  if (minutes < 1) return `${Math.floor(spanMs / 1_000)} s`;
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
