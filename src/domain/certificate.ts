import type { UtcMs } from './instant.ts';

/** What a certificate says of itself, as far as a gateway goes by it. */
export interface CertificateFacts {
  /** On one line. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly fromUtcMs: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** SHA-256 of the whole, hexadecimal. */
  readonly fingerprint: string;
}

/** How near the end of a certificate is. */
export type CertificateEnding = 'far' | 'near' | 'imminent' | 'past';

const DAY_MS = 86_400_000;

/** At the latest it is asked when this part of the life is left, and never before half of it is over. */
const LATEST_PART = 1 / 3;
const EARLIEST_PART = 1 / 2;

/** The gateways of a town were enrolled on one day: they ask over this part of the time that is left for it. */
const SPREAD = 1 / 4;

/**
 * A person is told at 30 and at 7 days. Of a life that is shorter than half a year these parts count in their place: by then the
 * renewal has been due for a while, so that nobody is told of one that goes well.
 */
const NEAR = { mostMs: 30 * DAY_MS, part: 1 / 6 } as const;
const IMMINENT = { mostMs: 7 * DAY_MS, part: 1 / 12 } as const;

/**
 * When a new certificate is asked for: as many days before the end as given, or when a third of the life is left, whichever
 * comes first. Each certificate has its own place in the quarter of the time that is kept for it, the same after a restart.
 * @param renewalDays above 0
 */
export function renewalDueUtcMs(certificate: CertificateFacts, renewalDays: number): UtcMs {
  const { untilUtcMs, fingerprint } = certificate;
  const leadMs = renewalLeadMs(certificate, renewalDays);
  const place = Number.parseInt(fingerprint.slice(0, 8), 16) / 2 ** 32;
  return untilUtcMs - Math.round(leadMs * (1 - SPREAD * place));
}

/** The time before the end that is kept for the renewal. */
export function renewalLeadMs({ fromUtcMs, untilUtcMs }: CertificateFacts, renewalDays: number): number {
  const lifeMs = untilUtcMs - fromUtcMs;
  return Math.min(Math.max(renewalDays * DAY_MS, lifeMs * LATEST_PART), lifeMs * EARLIEST_PART);
}

/** Judge it only by a clock that is right. */
export function endingOf(certificate: CertificateFacts, utcMs: UtcMs): CertificateEnding {
  if (utcMs >= certificate.untilUtcMs) return 'past';
  if (utcMs >= nearsUtcMs(certificate, 'imminent')) return 'imminent';
  return utcMs >= nearsUtcMs(certificate, 'near') ? 'near' : 'far';
}

/** From when on it counts as near its end, or past it. */
export function nearsUtcMs(
  { fromUtcMs, untilUtcMs }: CertificateFacts,
  ending: Exclude<CertificateEnding, 'far'>,
): UtcMs {
  if (ending === 'past') return untilUtcMs;
  const { mostMs, part } = ending === 'near' ? NEAR : IMMINENT;
  return untilUtcMs - Math.min(mostMs, (untilUtcMs - fromUtcMs) * part);
}
