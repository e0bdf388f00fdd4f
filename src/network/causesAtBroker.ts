import { ASK_BACK_OFFICE, type CauseRow } from './causeRow.ts';

/** From the first answer of the broker to the certificate of the gateway, by rung from the bottom. */
export const CAUSES_AT_BROKER = {
  'tcp-connects': {
    rung: 'brokerTcp',
    state: 'passed',
    sentence: 'The computer of the broker answers',
    forEngineer: 'TCP connects',
  },
  'tcp-some-fail': {
    rung: 'brokerTcp',
    state: 'passed',
    sentence: 'The computer of the broker answers, although not at every address',
    forEngineer: 'TCP connects at some addresses only: often IPv6 without a way out',
    nextStep: 'Look at the addresses that fail; connections take longer while they are tried',
    responsible: 'fieldEngineer',
  },
  'tcp-refused': {
    rung: 'brokerTcp',
    state: 'failed',
    sentence: 'The computer of the broker is there, but its service does not run',
    forEngineer:
      'Connection refused: nothing listens at that port, the port in broker.url is wrong, or a firewall rejects',
    nextStep: ASK_BACK_OFFICE,
    responsible: 'backOffice',
  },
  'tcp-silent': {
    rung: 'brokerTcp',
    state: 'failed',
    sentence: 'The broker does not answer',
    forEngineer: 'TCP times out at every address: broker down, or a firewall on the way drops this port',
    nextStep:
      'If other devices in the house have Internet, the back office checks its broker, then the router is checked for a firewall that blocks outgoing connections',
    responsible: 'backOffice',
  },
  'tcp-unreachable': {
    rung: 'brokerTcp',
    state: 'failed',
    sentence: 'There is no way to the computer of the broker',
    forEngineer: 'Host or network unreachable at every address although other things outside answer',
    nextStep: ASK_BACK_OFFICE,
    responsible: 'backOffice',
  },
  'tls-trusted': {
    rung: 'tls',
    state: 'passed',
    sentence: 'The broker has shown who it is',
    forEngineer: 'Chain, name and dates of its certificate are good',
  },
  'tls-not-used': {
    rung: 'tls',
    state: 'passed',
    sentence: 'The connection is not encrypted, by the settings',
    forEngineer: 'broker.url begins with mqtt://; only for a broker in the home network',
  },
  'tls-unproven': {
    rung: 'tls',
    state: 'cannotBeTold',
    sentence: 'The broker ended the talk before it had shown who it is',
    forEngineer:
      'The handshake was broken off because of the client certificate, before that of the broker was checked',
  },
  'tls-other-answer': {
    rung: 'tls',
    state: 'failed',
    sentence: 'Something else answers in the place of the broker, probably a log-in page of the network',
    forEngineer: 'HTTP at the TLS port: captive portal, proxy or a wrong port in broker.url',
    nextStep:
      'Open any web page from a phone in the same network and log in there; then compare the port in broker.url',
    responsible: 'household',
  },
  'tls-not-spoken': {
    rung: 'tls',
    state: 'failed',
    sentence: 'What answers in the place of the broker does not encrypt',
    forEngineer:
      'The answer is no TLS: scheme (mqtt or mqtts) or port in broker.url is wrong, or something intercepts',
    nextStep: 'Compare scheme and port in broker.url with the back office',
    responsible: 'fieldEngineer',
  },
  'tls-authority-unreadable': {
    rung: 'tls',
    state: 'failed',
    sentence: 'The gateway cannot check the broker: a file of its own is missing',
    forEngineer: 'broker.certificateAuthorityFile cannot be read',
    nextStep: 'Put the file of the authority in its place, readable by the user of the gateway',
    responsible: 'fieldEngineer',
  },
  'tls-unknown-authority': {
    rung: 'tls',
    state: 'failed',
    sentence: 'What answers cannot prove that it is the broker',
    forEngineer:
      'The chain ends at no authority that is trusted here: wrong broker.certificateAuthorityFile, a chain sent without its middle, or a proxy that intercepts (see the issuer)',
    nextStep:
      'Compare the issuer with the back office; where it names a filter or a company, take the gateway out of that filter',
    responsible: 'fieldEngineer',
  },
  'tls-wrong-name': {
    rung: 'tls',
    state: 'failed',
    sentence: 'What answers is somebody else than the broker',
    forEngineer: 'The certificate is trusted, but good for other names than the host in broker.url',
    nextStep:
      'Compare the host in broker.url with the names of the certificate; else the back office renews it with that name',
    responsible: 'backOffice',
  },
  'tls-expired': {
    rung: 'tls',
    state: 'failed',
    sentence: 'The certificate of the broker has run out',
    forEngineer: 'The certificate of the broker has expired by the clock of this box',
    nextStep:
      'The back office renews the certificate of its broker; where the clock is not synchronised, check it first',
    responsible: 'backOffice',
  },
  'tls-not-yet-valid': {
    rung: 'tls',
    state: 'failed',
    sentence: 'The certificate of the broker is for a time to come',
    forEngineer: 'The certificate begins in the future, and the clock of this box is synchronised',
    nextStep: 'The back office puts a certificate in place that is valid now',
    responsible: 'backOffice',
  },
  'tls-no-common-ground': {
    rung: 'tls',
    state: 'failed',
    sentence: 'Gateway and broker find no common way to encrypt',
    forEngineer:
      'The handshake was broken off: no common protocol version or cipher, or a proxy that interferes',
    nextStep: 'Compare the TLS versions of the broker with the alert that is shown',
    responsible: 'backOffice',
  },
  'tls-silent': {
    rung: 'tls',
    state: 'failed',
    sentence: 'The computer of the broker takes the call, but says nothing',
    forEngineer:
      'TCP connects, but the handshake is not answered: broker hung, or a firewall or MTU problem on the way',
    nextStep: ASK_BACK_OFFICE,
    responsible: 'backOffice',
  },
  'tls-closed': {
    rung: 'tls',
    state: 'failed',
    sentence: 'The connection is cut as soon as it begins',
    forEngineer: 'Closed or reset during the handshake: a filter on the way, a load balancer without broker',
    nextStep: 'The back office looks at the front of its broker; then a filter in the router is ruled out',
    responsible: 'backOffice',
  },
  'identity-accepted': {
    rung: 'identity',
    state: 'passed',
    sentence: 'The broker knows the certificate of this gateway',
    forEngineer: 'The client certificate was accepted',
  },
  'identity-runs-out': {
    rung: 'identity',
    state: 'passed',
    sentence: 'The certificate of this gateway is good, but runs out soon',
    forEngineer: 'The client certificate expires within 14 days',
    nextStep: 'Run `loadgate certificate`: it says why no new one has come',
    responsible: 'fieldEngineer',
  },
  'identity-not-used': {
    rung: 'identity',
    state: 'passed',
    sentence: 'The gateway shows no certificate, by the settings',
    forEngineer: 'broker.certificateFile is not set, and the broker asked for none',
  },
  'identity-unproven': {
    rung: 'identity',
    state: 'cannotBeTold',
    sentence: 'The certificate of this gateway is in order as far as it can see itself',
    forEngineer: 'File, key and dates are good; the broker has not said whether it accepts it',
  },
  'identity-unusable': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The certificate of this gateway is missing or damaged',
    forEngineer:
      'broker.certificateFile, broker.keyFile or broker.passwordFile cannot be read or holds something else',
    nextStep:
      'Put the files of the enrolment in their place, readable by the user of the gateway, or enrol it again',
    responsible: 'fieldEngineer',
  },
  'identity-key-differs': {
    rung: 'identity',
    state: 'failed',
    sentence: 'Certificate and key of this gateway do not belong together',
    forEngineer: 'The private key of broker.keyFile is not that of broker.certificateFile',
    nextStep: 'Put the pair of one enrolment in place, or enrol the gateway again',
    responsible: 'fieldEngineer',
  },
  'identity-expired': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The certificate of this gateway has run out',
    forEngineer: 'The client certificate has expired',
    nextStep: 'Renew broker.certificateFile (enrol the gateway again)',
    responsible: 'fieldEngineer',
  },
  'identity-not-yet-valid': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The certificate of this gateway is for a time to come',
    forEngineer: 'The client certificate begins in the future, and the clock of this box is synchronised',
    nextStep: 'Put a certificate in place that is valid now',
    responsible: 'fieldEngineer',
  },
  'identity-revoked': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The back office has withdrawn the certificate of this gateway',
    forEngineer: 'The broker sent the alert "certificate revoked"',
    nextStep: 'The back office says why; then enrol the gateway again',
    responsible: 'backOffice',
  },
  'identity-rejected': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The broker does not know the certificate of this gateway',
    forEngineer: 'The broker sent an alert on the client certificate: unknown authority, bad or expired',
    nextStep:
      'Compare the issuer of broker.certificateFile with the authorities of the broker; else enrol the gateway again',
    responsible: 'backOffice',
  },
  'identity-asked-for': {
    rung: 'identity',
    state: 'failed',
    sentence: 'The broker asks for a certificate, and this gateway has none',
    forEngineer: 'The broker requires a client certificate; broker.certificateFile is not set',
    nextStep: 'Enrol the gateway: set broker.certificateFile and broker.keyFile',
    responsible: 'fieldEngineer',
  },
} as const satisfies Record<string, CauseRow>;
