import { describe, expect, it } from 'vitest';
import { connectionSentence } from '../../../src/adapters/mqtt/connectionSentence.ts';

describe('the sentence about a failed connection', () => {
  it.each([
    ['ECONNREFUSED', /broker.url/],
    ['EAI_AGAIN', /cannot be resolved/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /certificateAuthorityFile/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /certificateAuthorityFile/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another name/],
    ['CERT_NOT_YET_VALID', /clock/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', /revoked/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /authority that signed the certificate of this gateway/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /broker.certificateFile and broker.keyFile/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /scheme/],
  ])('%s says what to do and names the code', (code, sentence) => {
    const said = connectionSentence({ code, message: 'raw' });
    expect(said).toMatch(sentence);
    expect(said).toContain(code);
  });

  it('names the reason of the broker', () => {
    expect(connectionSentence({ code: 142, message: 'x' })).toMatch(/same identifier.*142/);
    expect(connectionSentence({ code: 161, message: 'x' })).toContain('161');
  });

  it('keeps what it does not know', () => {
    expect(connectionSentence({ message: 'odd' })).toContain('odd');
    expect(connectionSentence(undefined)).toContain('without a reason');
  });
});
