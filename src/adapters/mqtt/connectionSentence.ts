/** What ended or prevented a connection, as the MQTT library or Node.js gave it. */
export interface ConnectionFailure {
  readonly code?: number | string;
  readonly message: string;
}

/** CONNACK and DISCONNECT codes: MQTT 3.1.1 section 3.2.2.3 (1 to 5), MQTT 5 sections 3.2.2.2 and 3.14.2.1. */
const BROKER_REASONS: Readonly<Record<number, string>> = {
  1: 'The broker does not speak this version of MQTT; set broker.protocolVersion to the other one',
  2: 'The broker does not accept the client identifier; check gatewayId',
  3: 'The broker is there but not in service; it is tried again',
  4: 'The broker does not accept user name or password; check broker.username and broker.passwordFile',
  5: 'The broker does not let this gateway in; check its credentials and the access rules of the broker',
  130: 'The broker saw a breach of the protocol; check broker.protocolVersion',
  132: 'The broker does not speak this version of MQTT; set broker.protocolVersion to the other one',
  133: 'The broker does not accept the client identifier; check gatewayId',
  134: 'The broker does not accept user name or password; check broker.username and broker.passwordFile',
  135: 'The broker does not let this gateway in; check its credentials and the access rules of the broker',
  136: 'The broker is there but not in service; it is tried again',
  137: 'The broker is busy; it is tried again',
  138: 'The broker has banned this gateway; ask its operator',
  139: 'The broker is shutting down; it is tried again',
  141: 'The broker has not heard from this gateway in time; the way to it is slow or interrupted',
  142: 'Another client has connected with the same identifier; make sure that no two gateways share a gatewayId',
  149: 'The broker was sent a message that is larger than it takes; raise its maximum packet size',
  151: 'The broker has no room left for this gateway; ask its operator',
};

/** Error codes of Node.js and OpenSSL. */
const LINK_REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^ECONNREFUSED$/,
    'Nothing listens at the address of the broker; check broker.url and that the broker runs',
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'The name of the broker cannot be resolved; check broker.url and the network'],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    'The broker cannot be reached; check the network and broker.url',
  ],
  [/^(ECONNRESET|EPIPE)$/, 'The connection to the broker was cut'],
  [
    /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/,
    'The certificate of the broker is not signed by an authority that is trusted here; check broker.certificateAuthorityFile',
  ],
  [/ALTNAME_INVALID/, 'The certificate of the broker is for another name; check the host in broker.url'],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'The certificate of the broker is not valid at this time; check the clock of this box, then the certificate',
  ],
  [
    /ALERT_CERTIFICATE_REVOKED/,
    'The broker says that the certificate of this gateway is revoked; enrol the gateway again',
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    'The broker says that the certificate of this gateway has expired; renew broker.certificateFile',
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)/,
    'The broker does not know the authority that signed the certificate of this gateway; check broker.certificateFile',
  ],
  [
    /CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE/,
    'The broker asks for a certificate of this gateway; set broker.certificateFile and broker.keyFile',
  ],
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|alert protocol version|unsupported protocol/,
    'The broker has no version of TLS that is safe; its operator allows TLS 1.2 or later',
  ],
  [
    /Unexpected server response/i,
    'A web server answers, but not as a broker; check the path of the address (often /mqtt), or whether a proxy stands between',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    'The broker does not speak TLS at this port; check the scheme (mqtt or mqtts) and the port in broker.url',
  ],
  [
    /KEY_VALUES_MISMATCH|PEM|ASN1|BAD_DECRYPT/,
    'The certificate or key of this gateway cannot be used; check broker.certificateFile and broker.keyFile',
  ],
];

/** One sentence for the log: what is wrong and what to do. Ends with what was found, for a search. */
export function connectionSentence(failure: ConnectionFailure | undefined): string {
  if (failure === undefined) return 'The broker closed the connection without a reason';
  const { code, message } = failure;
  if (typeof code === 'number') {
    return `${BROKER_REASONS[code] ?? 'The broker refused the connection'} (MQTT reason ${code})`;
  }
  if (/keepalive timeout/i.test(message)) return 'The broker has gone silent; the connection is made anew';
  if (/connack timeout/i.test(message)) {
    return 'Something listens at the address of the broker but does not answer as one; check scheme and port in broker.url';
  }
  const found = code ?? message;
  // A breach within TLS has one code for all, and the reason in its text.
  const told = code === 'EPROTO' ? message : found;
  const known = LINK_REASONS.find(([pattern]) => pattern.test(told));
  return `${known?.[1] ?? 'The connection to the broker failed'} (${found})`;
}
