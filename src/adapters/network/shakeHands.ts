import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { BrokerPlace, ServerCertificate, TlsSeen } from '../../ports/network.ts';
import { oneLine } from './oneLine.ts';
import { OverheardSocket } from './overheardSocket.ts';
import type { OwnFiles } from './ownFiles.ts';

/** With TLS 1.3 a server says only after the handshake what it thinks of the client's certificate. */
const ALERT_WITHIN_MS = 400;

/** Codes of OpenSSL that are about dates, which are judged by themselves. */
const ABOUT_DATES = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];
const NOT_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE/;

/** Shakes hands whatever the certificate says, reads it, and goes again: nothing is sent over such a connection. */
export function shakeHands(
  { host, port }: BrokerPlace,
  address: string,
  files: OwnFiles,
  clock: Clock,
  withinMs: number,
): Promise<TlsSeen> {
  return new Promise((resolve) => {
    const wire = new OverheardSocket(address, port);
    const { authority, certificate, key } = files;
    const socket = connect({
      socket: wire,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
      ...(authority !== undefined && { ca: authority }),
      ...(certificate !== undefined && key !== undefined && { cert: certificate, key }),
    });
    let shaken: ReturnType<typeof handshakeOf> | undefined;
    let cancelAlert: Cancel = () => {};
    const end = (seen: TlsSeen): void => {
      cancel();
      cancelAlert();
      socket.destroy();
      wire.destroy();
      resolve(seen);
    };
    const cancel = clock.after(withinMs, () => end(shaken ?? { kind: 'silent' }));
    socket.once('secureConnect', () => {
      const seen = handshakeOf(socket, host);
      shaken = seen;
      cancelAlert = clock.after(ALERT_WITHIN_MS, () => end(seen));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const before = shaken;
      if (before === undefined) end(failureOf(error, wire.words()));
      else end(error.code === undefined ? before : { ...before, alert: error.code });
    });
    // A wire that breaks before the handshake is done is told by the error above; after the end nobody listens.
    wire.on('error', () => {});
    socket.once('close', () => end(shaken ?? closedOf(wire.words())));
    socket.resume();
  });
}

function handshakeOf(socket: TLSSocket, host: string): TlsSeen & { kind: 'handshake' } {
  const shown = socket.getPeerX509Certificate();
  const problem = socket.authorizationError as unknown;
  const code = problem instanceof Error ? (problem as NodeJS.ErrnoException).code : problem;
  return {
    kind: 'handshake',
    protocol: socket.getProtocol() ?? 'TLS',
    certificate: describe(shown, host, typeof code === 'string' ? code : undefined),
  };
}

function describe(
  shown: X509Certificate | undefined,
  host: string,
  problem: string | undefined,
): ServerCertificate {
  const isAboutChain =
    problem !== undefined && !ABOUT_DATES.includes(problem) && problem !== 'ERR_TLS_CERT_ALTNAME_INVALID';
  const isForName =
    shown !== undefined && (isIP(host) === 0 ? shown.checkHost(host) : shown.checkIP(host)) !== undefined;
  return {
    subject: oneLine(shown?.subject),
    issuer: oneLine(shown?.issuer),
    names: shown?.subjectAltName ?? '',
    isForName,
    fromUtcMs: shown?.validFromDate.getTime() ?? 0,
    untilUtcMs: shown?.validToDate.getTime() ?? 0,
    ...(isAboutChain && { chainProblem: problem }),
  };
}

function failureOf(error: NodeJS.ErrnoException, words: string): TlsSeen {
  const code = error.code ?? 'no code';
  if (NOT_TLS.test(code) && words !== '') return { kind: 'otherAnswer', words };
  if (['ECONNRESET', 'EPIPE', 'ECONNREFUSED'].includes(code)) return closedOf(words);
  return { kind: 'brokenOff', code, detail: error.message.replace(/\s+/g, ' ').slice(0, 120) };
}

/** Something said a word in the open and hung up. An alert of TLS begins with 21, which is no word. */
function closedOf(words: string): TlsSeen {
  return /^[\x20-\x7e]{4}/.test(words) && !words.startsWith('.')
    ? { kind: 'otherAnswer', words }
    : { kind: 'closed' };
}
