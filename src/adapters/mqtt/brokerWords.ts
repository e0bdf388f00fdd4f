/** What keeps a gateway from its broker, in the words of `loadgate status` and docs/broker.md: what is wrong; what to do. */
export type Words = `${string}; ${string}`;

/** CONNACK and DISCONNECT codes: MQTT 3.1.1 section 3.2.2.3 (1 to 5), MQTT 5 sections 3.2.2.2 and 3.14.2.1. */
export const BROKER_REASONS: Readonly<Record<number, Words>> = {
  1: 'The broker does not speak this version of MQTT; set broker.protocolVersion to the other one',
  2: 'The broker does not accept the client identifier; check gatewayId',
  3: 'The broker is there but not in service; it is tried again',
  4: 'The broker does not accept user name or password; check broker.username and broker.passwordFile',
  5: 'The broker does not let this gateway in; check its credentials and the access rules of the broker',
  128: 'The broker does not say why it ends the connection; look in its log',
  129: 'The broker could not read what it was sent; check broker.protocolVersion',
  130: 'The broker saw a breach of the protocol; check broker.protocolVersion',
  131: 'The broker has a rule of its own against this connection; look in its log',
  132: 'The broker does not speak this version of MQTT; set broker.protocolVersion to the other one',
  133: 'The broker does not accept the client identifier; check gatewayId',
  134: 'The broker does not accept user name or password; check broker.username and broker.passwordFile',
  135: 'The broker does not let this gateway in; check its credentials and the access rules of the broker',
  136: 'The broker is there but not in service; it is tried again',
  137: 'The broker is busy; it is tried again',
  138: 'The broker has banned this gateway; ask its operator',
  139: 'The broker is shutting down; it is tried again',
  140: 'The broker wants another way to log in; its operator lets gateways in by certificate, or by user name and password',
  141: 'The broker has not heard from this gateway in time; the way to it is slow or interrupted',
  142: 'Another client has connected with the same identifier; make sure that no two gateways share a gatewayId',
  144: 'The broker does not allow the topic of the last will; its operator checks the access rules',
  147: 'The broker was sent more messages at once than it takes; its operator checks its receive maximum',
  149: 'The broker was sent a message that is larger than it takes; raise its maximum packet size',
  150: 'The broker was sent messages faster than it takes them; its operator raises the rate',
  151: 'The broker has no room left for this gateway; ask its operator',
  152: 'The operator of the broker has ended the connection; it is tried again',
  154: 'The broker keeps no retained messages; its operator allows them, for the last will',
  155: 'The broker does not take messages of quality 1; its operator allows them, for the last will',
  156: 'The broker wants this gateway at another one for a while; ask its operator, and name that one in broker.fallbackUrls',
  157: 'The broker has moved; set broker.url to the place that its operator names',
  159: 'The broker is sent too many new connections; it is tried again',
  160: 'The broker lets no connection stand for longer; it is made anew',
};

/** Part of an error code or text of Node.js, OpenSSL, the MQTT library or this gateway, and its words. The first that fits counts. */
export const LINK_REASONS: readonly (readonly [readonly string[], Words])[] = [
  [
    ['ECONNREFUSED'],
    'Nothing listens at the address of the broker; check broker.url and that the broker runs',
  ],
  [['ENOTFOUND', 'EAI_AGAIN'], 'The name of the broker cannot be resolved; check broker.url and the network'],
  [
    ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
    'The broker cannot be reached; check the network and broker.url',
  ],
  [['ECONNRESET', 'EPIPE'], 'The connection to the broker was cut; it is made anew'],
  [['Keepalive timeout'], 'The broker has gone silent; the connection is made anew'],
  [
    ['ACKNOWLEDGEMENT_MISSING'],
    'The broker has not acknowledged a message in time; the connection is made anew and the message sent again',
  ],
  [
    ['connack timeout'],
    'Something listens at the address of the broker but does not answer as one; check scheme and port in broker.url',
  ],
  [
    ['SELF_SIGNED', 'UNABLE_TO_GET_ISSUER', 'UNABLE_TO_VERIFY'],
    'The certificate of the broker is not signed by an authority that is trusted here; check broker.certificateAuthorityFile',
  ],
  [['ALTNAME_INVALID'], 'The certificate of the broker is for another name; check the host in broker.url'],
  [
    ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    'The certificate of the broker is not valid at this time; check the clock of this box, then the certificate',
  ],
  [
    ['ALERT_CERTIFICATE_REVOKED'],
    'The broker says that the certificate of this gateway is revoked; enrol the gateway again',
  ],
  [
    ['ALERT_CERTIFICATE_EXPIRED'],
    'The broker says that the certificate of this gateway has expired; renew broker.certificateFile',
  ],
  [
    ['ALERT_UNKNOWN_CA', 'ALERT_BAD_CERTIFICATE', 'ALERT_CERTIFICATE_UNKNOWN'],
    'The broker does not know the authority that signed the certificate of this gateway; check broker.certificateFile',
  ],
  [
    ['CERTIFICATE_REQUIRED', 'ALERT_HANDSHAKE_FAILURE'],
    'The broker asks for a certificate of this gateway; set broker.certificateFile and broker.keyFile',
  ],
  [
    ['UNSUPPORTED_PROTOCOL', 'PROTOCOL_VERSION', 'alert protocol version', 'unsupported protocol'],
    'The broker has no version of TLS that is safe; its operator allows TLS 1.2 or later',
  ],
  [
    ['Unexpected server response'],
    'A web server answers, but not as a broker; check the path of the address (often /mqtt), or whether a proxy stands between',
  ],
  [
    ['WRONG_VERSION_NUMBER', 'PACKET_LENGTH_TOO_LONG'],
    'The broker does not speak TLS at this port; check the scheme (mqtt or mqtts) and the port in broker.url',
  ],
  [
    ['KEY_VALUES_MISMATCH', 'PEM', 'ASN1', 'BAD_DECRYPT'],
    'The certificate or key of this gateway cannot be used; check broker.certificateFile and broker.keyFile',
  ],
];

/** Codes of PUBACK and SUBACK. Source: MQTT 5 sections 3.4.2.1 and 3.9.3; 128 is all that MQTT 3.1.1 has (3.9.3 there). */
export const REFUSAL_REASONS: Readonly<Record<number, Words>> = {
  16: 'nobody is subscribed; the back office subscribes',
  128: 'the broker does not say why; look in its log',
  131: 'the broker has a rule of its own against it; look in its log',
  135: 'the access rules of the broker do not allow it for this gateway; its operator admits the gatewayId there',
  143: 'the broker does not allow such a topic filter; its operator checks the access rules',
  144: 'the broker does not allow such a topic; its operator checks the access rules',
  145: 'the broker still counts an earlier message under this number; it is tried again',
  151: 'the broker has no room left for this gateway; its operator raises the quota',
  153: 'the broker expects another format; its operator checks the rules for payloads',
  158: 'the broker has no shared subscriptions; its operator allows them',
  161: 'the broker has no subscription identifiers; its operator allows them',
  162: 'the broker has no wildcard subscriptions; its operator allows them',
};
