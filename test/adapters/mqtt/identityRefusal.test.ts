import { describe, expect, it } from 'vitest';
import { isIdentityRefusal } from '../../../src/adapters/mqtt/identityRefusal.ts';

describe('a connection that failed', () => {
  it.each([
    [
      'the authority of the certificate is not known',
      { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', message: '' },
    ],
    ['the certificate has expired', { code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', message: '' }],
    ['the certificate is revoked', { code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', message: '' }],
    ['a certificate is wanted', { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', message: '' }],
    [
      'the alert stands in the text alone',
      { code: 'EPROTO', message: 'sslv3 alert bad certificate:ssl/record' },
    ],
    [
      'certificate and key do not belong together',
      { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH', message: '' },
    ],
    ['the broker does not let it in (MQTT 5)', { code: 135, message: '' }],
    ['the broker does not let it in (MQTT 3.1.1)', { code: 5, message: '' }],
  ])('because %s is about who this client is', (_, failure) => {
    expect(isIdentityRefusal(failure)).toBe(true);
  });

  it.each([
    ['nothing listens', { code: 'ECONNREFUSED', message: '' }],
    ['it was cut', { code: 'ECONNRESET', message: '' }],
    ['the broker is busy', { code: 137, message: '' }],
    [
      "the broker's own certificate has expired",
      { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' },
    ],
    ['nobody said why', undefined],
  ])('because %s is not', (_, failure) => {
    expect(isIdentityRefusal(failure)).toBe(false);
  });
});
