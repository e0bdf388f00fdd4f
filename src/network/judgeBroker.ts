import type { Now } from '../domain/instant.ts';
import type { ServerCertificate, SessionSeen, TlsSeen } from '../ports/network.ts';
import type { CauseCode } from './causes.ts';
import type { Evidence, Observations } from './observations.ts';
import { describeConnect, describeDates } from './seenWords.ts';
import type { Verdict } from './verdict.ts';

/** The rungs between the gateway and its broker. Nothing where no look reached. */

const RUNS_OUT_SOON_MS = 14 * 86_400_000;
const SLOW_TRIP_MS = 1_000;

/** CONNACK codes. Sources: MQTT 3.1.1 section 3.2.2.3 (1 to 5), MQTT 5 section 3.2.2.2 (from 128). */
const REFUSALS: Readonly<Record<number, CauseCode>> = {
  1: 'session-version',
  2: 'session-bad-identifier',
  3: 'session-unavailable',
  4: 'session-bad-credentials',
  5: 'session-not-authorised',
  129: 'session-version',
  130: 'session-version',
  132: 'session-version',
  133: 'session-bad-identifier',
  134: 'session-bad-credentials',
  135: 'session-not-authorised',
  136: 'session-unavailable',
  137: 'session-busy',
  138: 'session-banned',
  139: 'session-unavailable',
  140: 'session-bad-credentials',
  144: 'session-will-refused',
  149: 'session-will-refused',
  151: 'session-quota',
  153: 'session-will-refused',
  154: 'session-will-refused',
  155: 'session-will-refused',
  156: 'session-moved',
  157: 'session-moved',
  159: 'session-busy',
};

/** Codes that do not come from a broker in its right mind count as one of them. */
function causeOfRefusal(reasonCode: number): CauseCode {
  return REFUSALS[reasonCode] ?? 'session-refused';
}

export function judgeTcp({ tried }: Observations, evidence: Evidence): Verdict | undefined {
  if (tried.length === 0) return undefined;
  const seen = tried.map(describeConnect);
  const has = (kind: string): boolean => tried.some(({ outcome }) => outcome.kind === kind);
  if (tried.every(({ outcome }) => outcome.kind === 'connected')) return { cause: 'tcp-connects', seen };
  if (evidence.isTcpConnected) return { cause: 'tcp-some-fail', seen };
  if (has('refused')) return { cause: 'tcp-refused', seen };
  return { cause: has('silent') ? 'tcp-silent' : 'tcp-unreachable', seen };
}

export function judgeTls(
  { broker, tls, session, now }: Observations,
  evidence: Evidence,
): Verdict | undefined {
  if (broker?.isEncrypted === false) {
    return evidence.isTcpConnected || evidence.isAccepted ? { cause: 'tls-not-used', seen: [] } : undefined;
  }
  if (tls === undefined) {
    return session?.kind === 'accepted' ? { cause: 'tls-trusted', seen: ['the session stands'] } : undefined;
  }
  switch (tls.kind) {
    case 'handshake':
      return judgeCertificate(tls, now);
    case 'otherAnswer': {
      const isWeb = /^(HTTP\/|<)/i.test(tls.words);
      return { cause: isWeb ? 'tls-other-answer' : 'tls-not-spoken', seen: [`it said: ${tls.words}`] };
    }
    case 'brokenOff': {
      const isOwn = isAboutOwnCertificate(tls.code);
      return {
        cause: isOwn ? 'tls-unproven' : 'tls-no-common-ground',
        seen: [`${tls.detail} (${tls.code})`],
      };
    }
    case 'closed':
      return { cause: 'tls-closed', seen: ['closed during the handshake'] };
    case 'silent':
      return { cause: 'tls-silent', seen: ['no answer to the handshake'] };
    case 'noAuthority':
      return { cause: 'tls-authority-unreadable', seen: [tls.detail] };
  }
}

function judgeCertificate(tls: TlsSeen & { kind: 'handshake' }, now: Now): Verdict {
  const { certificate, protocol } = tls;
  const { subject, issuer, names, chainProblem } = certificate;
  const seen = [
    `${protocol}; certificate for ${names || subject}`,
    `issued by ${issuer}; ${describeDates(certificate, now.utcMs)}`,
    ...(chainProblem === undefined ? [] : [`chain: ${chainProblem}`]),
  ];
  return { cause: causeOfCertificate(certificate, now), seen };
}

function causeOfCertificate(certificate: ServerCertificate, now: Now): CauseCode {
  if (certificate.chainProblem !== undefined) return 'tls-unknown-authority';
  if (!certificate.isForName) return 'tls-wrong-name';
  if (certificate.untilUtcMs < now.utcMs) return 'tls-expired';
  // By a clock that nobody keeps right it is the clock, a rung below.
  return certificate.fromUtcMs > now.utcMs ? 'tls-not-yet-valid' : 'tls-trusted';
}

export function judgeIdentity(observed: Observations, evidence: Evidence): Verdict | undefined {
  const { identity, now } = observed;
  const alert = alertOf(observed.tls) ?? alertOf(observed.session);
  const said = alert === undefined ? [] : [`the broker says: ${alert}`];
  switch (identity.kind) {
    case 'none':
      if (alert !== undefined) return { cause: 'identity-asked-for', seen: said };
      return evidence.hasBrokerSpoken ? { cause: 'identity-not-used', seen: [] } : undefined;
    case 'unusable':
      return { cause: 'identity-unusable', seen: [identity.detail] };
    case 'keyDiffers':
      return { cause: 'identity-key-differs', seen: [`certificate of ${identity.subject}`] };
    case 'usable': {
      const { subject, fromUtcMs, untilUtcMs } = identity;
      const seen = [`${subject}; ${describeDates(identity, now.utcMs)}`, ...said];
      if (untilUtcMs < now.utcMs) return { cause: 'identity-expired', seen };
      if (fromUtcMs > now.utcMs && now.clockLevel === 'synced')
        return { cause: 'identity-not-yet-valid', seen };
      if (alert !== undefined) {
        return { cause: /REVOKED/.test(alert) ? 'identity-revoked' : 'identity-rejected', seen };
      }
      if (!evidence.hasBrokerSpoken) return { cause: 'identity-unproven', seen };
      return {
        cause: untilUtcMs - now.utcMs < RUNS_OUT_SOON_MS ? 'identity-runs-out' : 'identity-accepted',
        seen,
      };
    }
  }
}

/** What the other side says against the certificate of this gateway, or against its having none. */
function alertOf(seen: TlsSeen | SessionSeen | undefined): string | undefined {
  const code =
    seen?.kind === 'handshake'
      ? seen.alert
      : seen?.kind === 'brokenOff' || seen?.kind === 'failed'
        ? seen.code
        : undefined;
  return code !== undefined && isAboutOwnCertificate(code) ? code : undefined;
}

/** TLS alerts by which a server turns a client's certificate down. Sources: RFC 5246 section 7.2.2, RFC 8446 section 6.2. */
function isAboutOwnCertificate(code: string): boolean {
  return /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/.test(
    code,
  );
}

export function judgeSession({ session, broker }: Observations): Verdict | undefined {
  if (session === undefined) return undefined;
  switch (session.kind) {
    case 'accepted':
      return {
        cause: 'session-accepted',
        seen: [
          session.isStanding ? 'the session of the gateway stands' : 'a session was made and ended again',
        ],
      };
    case 'refused':
      return { cause: causeOfRefusal(session.reasonCode), seen: [`MQTT reason ${session.reasonCode}`] };
    case 'silent':
      return { cause: 'session-silent', seen: [`no answer at ${broker?.host}:${broker?.port}`] };
    case 'failed':
      return {
        cause: 'session-cut',
        seen: [session.code === undefined ? session.detail : `${session.detail} (${session.code})`],
      };
  }
}

export function judgeRoundTrip({ session }: Observations): Verdict | undefined {
  if (session?.kind !== 'accepted') return undefined;
  const { roundTripMs } = session;
  if (roundTripMs === undefined) return { cause: 'trip-lost', seen: ['a ping was not answered'] };
  return { cause: roundTripMs > SLOW_TRIP_MS ? 'trip-slow' : 'trip-made', seen: [`${roundTripMs} ms`] };
}
