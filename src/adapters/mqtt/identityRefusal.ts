import type { ConnectionFailure } from './connectionSentence.ts';

/** CONNACK: bad credentials, not authorised, banned. Source: MQTT 3.1.1 section 3.2.2.3 (4, 5), MQTT 5 section 3.2.2.2. */
const TURNED_DOWN: readonly number[] = [4, 5, 134, 135, 138];

/** Alerts of TLS about the certificate of this side (RFC 8446 section 6.2), and what OpenSSL here says of a pair that is none. */
const ABOUT_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)|CERTIFICATE_REQUIRED|KEY_VALUES_MISMATCH/;

/** The broker has turned down who this client says it is; whatever else failed may be the line. */
export function isIdentityRefusal(failure: ConnectionFailure | undefined): boolean {
  if (failure === undefined) return false;
  const { code, message } = failure;
  if (typeof code === 'number') return TURNED_DOWN.includes(code);
  return ABOUT_CERTIFICATE.test(`${code ?? ''} ${message}`.replaceAll(' ', '_').toUpperCase());
}
