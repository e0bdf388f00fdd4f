import type { Responsible, Rung, RungState } from '../domain/network.ts';

/** What a rung can be found to be, in words. docs/network.md is written from this table. */
interface CauseRow {
  readonly rung: Rung;
  readonly state: Exclude<RungState, 'notReached'>;
  /** For the household, without the words of the trade. */
  readonly sentence: string;
  readonly forEngineer: string;
  /** With whose job it is; absent where there is nothing to do. */
  readonly nextStep?: string;
  readonly responsible?: Responsible;
}

const RESTART_ROUTER =
  'Switch the router off and on again and wait five minutes; if other devices have no Internet either, call the broadband provider';
const ASK_BACK_OFFICE = 'Nothing to do in the house; the back office looks after its broker';

/** Every cause, by rung from the bottom. */
export const CAUSES = {
  'link-up': {
    rung: 'link',
    state: 'passed',
    sentence: 'The gateway is connected by cable or Wi-Fi',
    forEngineer: 'At least one interface has a carrier',
  },
  'link-not-needed': {
    rung: 'link',
    state: 'passed',
    sentence: 'No cable is needed: the broker runs on the gateway itself',
    forEngineer: 'The broker has a loopback address',
  },
  'link-unseen': {
    rung: 'link',
    state: 'cannotBeTold',
    sentence: 'The gateway cannot see whether its cable or Wi-Fi is connected',
    forEngineer: 'No interface tells its carrier in /sys/class/net',
    nextStep: 'Look at the lamp of the socket where the cable is plugged in',
    responsible: 'household',
  },
  'link-no-carrier': {
    rung: 'link',
    state: 'failed',
    sentence: 'The cable is unplugged, or the Wi-Fi is out of reach or switched off',
    forEngineer: 'Interfaces are up, none has a carrier',
    nextStep:
      'Push both ends of the network cable in until they click and check that the router is on; with Wi-Fi, check that it is on and its password was not changed',
    responsible: 'household',
  },
  'link-switched-off': {
    rung: 'link',
    state: 'failed',
    sentence: 'The network of the gateway is switched off',
    forEngineer: 'Every interface is administratively down',
    nextStep: "Switch the interface on (`ip link set <name> up`) and look at the box's network configuration",
    responsible: 'fieldEngineer',
  },
  'link-no-interface': {
    rung: 'link',
    state: 'failed',
    sentence: 'The gateway finds no network hardware of its own',
    forEngineer: 'There is no interface besides loopback: hardware, driver or device tree',
    nextStep: 'Restart the box; if it stays, replace the network adapter or the box',
    responsible: 'fieldEngineer',
  },
  'address-global': {
    rung: 'address',
    state: 'passed',
    sentence: 'The gateway has an address in the home network',
    forEngineer: 'An address beyond link-local is set',
  },
  'address-not-needed': {
    rung: 'address',
    state: 'passed',
    sentence: 'No address is needed: the broker runs on the gateway itself',
    forEngineer: 'The broker has a loopback address',
  },
  'address-self-assigned': {
    rung: 'address',
    state: 'failed',
    sentence: 'The router has given the gateway no address, so it took one that leads nowhere',
    forEngineer:
      'Only 169.254.0.0/16 (RFC 3927): DHCP was not answered; wrong VLAN, DHCP off or pool used up',
    nextStep: RESTART_ROUTER,
    responsible: 'household',
  },
  'address-none': {
    rung: 'address',
    state: 'failed',
    sentence: 'The gateway has no address in the home network',
    forEngineer:
      'No IPv4 address and no IPv6 address beyond fe80::/10: no DHCP client, no answer, no static one',
    nextStep: `${RESTART_ROUTER}; then look at the DHCP client or the static address of the box`,
    responsible: 'household',
  },
  'router-answers': {
    rung: 'router',
    state: 'passed',
    sentence: 'The router answers',
    forEngineer: 'The next hop of a default route answers (ARP, or TCP connected or refused)',
  },
  'router-not-needed': {
    rung: 'router',
    state: 'passed',
    sentence: 'No router is needed: the broker is in the home network',
    forEngineer: 'The address of the broker is on this box or on a connected network',
  },
  'router-unseen': {
    rung: 'router',
    state: 'cannotBeTold',
    sentence: 'Whether the router answers cannot be seen',
    forEngineer: 'The default route has no next hop, or its neighbour entry cannot be read',
  },
  'router-none': {
    rung: 'router',
    state: 'failed',
    sentence: 'The gateway does not know which way leads out of the home network',
    forEngineer:
      'No default route, IPv4 or IPv6: DHCP without router option, or a static address without one',
    nextStep:
      'Restart the router and the box; then set the default route in the network configuration of the box',
    responsible: 'fieldEngineer',
  },
  'router-silent': {
    rung: 'router',
    state: 'failed',
    sentence: 'The router does not answer',
    forEngineer: 'The next hop of every default route stays without an ARP answer',
    nextStep: RESTART_ROUTER,
    responsible: 'household',
  },
  'dns-resolves': {
    rung: 'dns',
    state: 'passed',
    sentence: 'The name of the broker is found',
    forEngineer: 'The system and its resolvers give addresses',
  },
  'dns-not-needed': {
    rung: 'dns',
    state: 'passed',
    sentence: 'No name has to be looked up',
    forEngineer: 'broker.url holds an address',
  },
  'dns-some-fail': {
    rung: 'dns',
    state: 'passed',
    sentence: 'The name of the broker is found, although not every name server answers',
    forEngineer: 'At least one resolver fails: lookups are slow or fail now and then',
    nextStep: 'Take the resolver that fails out of the DHCP settings of the router or of the box',
    responsible: 'fieldEngineer',
  },
  'dns-behind-wan': {
    rung: 'dns',
    state: 'cannotBeTold',
    sentence: 'No name can be looked up while the broadband is down',
    forEngineer: 'The resolvers fail, and so do the last known addresses of the broker without any name',
  },
  'dns-no-resolver': {
    rung: 'dns',
    state: 'failed',
    sentence: 'The gateway was not told who looks up names',
    forEngineer: 'No resolver is configured (/etc/resolv.conf)',
    nextStep: 'Set a resolver: by DHCP (option 6) or in the network configuration of the box',
    responsible: 'fieldEngineer',
  },
  'dns-silent': {
    rung: 'dns',
    state: 'failed',
    sentence: 'Nobody answers when the gateway looks up the name of the broker',
    forEngineer:
      'Every resolver times out. The broadband may be down altogether: set network.checkAddress to tell the two apart',
    nextStep: RESTART_ROUTER,
    responsible: 'household',
  },
  'dns-refuses': {
    rung: 'dns',
    state: 'failed',
    sentence: 'The name server answers, but cannot look up the name of the broker',
    forEngineer: 'SERVFAIL, REFUSED or the like: often the router, whose own way out is broken, or a filter',
    nextStep: RESTART_ROUTER,
    responsible: 'broadbandProvider',
  },
  'dns-no-such-name': {
    rung: 'dns',
    state: 'failed',
    sentence: 'The name of the broker does not exist',
    forEngineer: 'NXDOMAIN or no address: a typing mistake in broker.url, a missing record, or a filter',
    nextStep:
      'Compare the host in broker.url with the back office; rule out a filter (parental control, ad blocker)',
    responsible: 'fieldEngineer',
  },
  'dns-captive': {
    rung: 'dns',
    state: 'failed',
    sentence:
      'The home network answers every name with an address of its own: it wants a log-in first, or blocks',
    forEngineer:
      'Only private, loopback or zero addresses for a public name, and no broker behind them: captive portal or filter',
    nextStep:
      'Open any web page from a phone in the same network and log in there, or take the name of the broker out of the filter of the router',
    responsible: 'household',
  },
  'dns-system-broken': {
    rung: 'dns',
    state: 'failed',
    sentence: 'The name of the broker is known outside, but the gateway itself cannot look it up',
    forEngineer:
      'A resolver asked by itself gives addresses, getaddrinfo does not: nsswitch.conf, resolved, /etc/hosts',
    nextStep: 'Compare `getent ahosts <host>` with the resolvers; restart systemd-resolved where it is used',
    responsible: 'fieldEngineer',
  },
  'clock-synced': {
    rung: 'clock',
    state: 'passed',
    sentence: 'The clock is right',
    forEngineer: 'A time source disciplines the clock',
  },
  'clock-plausible': {
    rung: 'clock',
    state: 'passed',
    sentence: 'The clock is near enough',
    forEngineer: 'Not disciplined by a time source, but it lies within the dates of the certificates',
    nextStep: 'Check time synchronisation of the box (`timedatectl`)',
    responsible: 'fieldEngineer',
  },
  'clock-doubtful': {
    rung: 'clock',
    state: 'cannotBeTold',
    sentence: 'The clock is not kept right by anybody, and cannot be checked from here',
    forEngineer:
      'Not disciplined by a time source; no certificate has been seen that would prove or disprove it',
    nextStep: 'Once the way stands, check time synchronisation of the box (`timedatectl`)',
    responsible: 'fieldEngineer',
  },
  'clock-behind': {
    rung: 'clock',
    state: 'failed',
    sentence: 'The clock of the gateway is wrong: it lies before the certificates were made',
    forEngineer: 'A certificate is not valid yet, and no time source disciplines the clock',
    nextStep: 'Let NTP (UDP 123) through, or set the clock by hand, and look at the battery of the clock',
    responsible: 'fieldEngineer',
  },
  'wan-reached': {
    rung: 'wan',
    state: 'passed',
    sentence: 'The broadband works',
    forEngineer: 'Something outside of the home network answered',
  },
  'wan-not-needed': {
    rung: 'wan',
    state: 'passed',
    sentence: 'No broadband is needed: the broker is in the home network',
    forEngineer: 'The address of the broker is on this box or on a connected network',
  },
  'wan-unproven': {
    rung: 'wan',
    state: 'cannotBeTold',
    sentence: 'Whether the broadband works cannot be told apart from a fault of the broker',
    forEngineer:
      'Only the broker could have answered, and it did not; set network.checkAddress to tell the two apart',
    nextStep: 'See whether other devices in the house have Internet',
    responsible: 'household',
  },
  'wan-silent': {
    rung: 'wan',
    state: 'failed',
    sentence: 'The router is there, but nothing outside of the house answers',
    forEngineer: 'Neither the broker nor the resolvers outside (or network.checkAddress) answer',
    nextStep: RESTART_ROUTER,
    responsible: 'broadbandProvider',
  },
  'wan-unreachable': {
    rung: 'wan',
    state: 'failed',
    sentence: 'The router says that it has no way out',
    forEngineer: 'Network or host unreachable, told by the router or its firewall',
    nextStep: RESTART_ROUTER,
    responsible: 'broadbandProvider',
  },
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
    nextStep: 'Renew broker.certificateFile before that day',
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
  'session-accepted': {
    rung: 'session',
    state: 'passed',
    sentence: 'The broker lets this gateway in',
    forEngineer: 'CONNACK with success',
  },
  'session-not-authorised': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker does not let this gateway in',
    forEngineer: 'CONNACK "not authorised": its access rules do not know this gateway',
    nextStep: 'The back office admits the gatewayId in the access rules of the broker',
    responsible: 'backOffice',
  },
  'session-bad-credentials': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker does not accept the password of this gateway',
    forEngineer: 'CONNACK "bad user name or password"',
    nextStep: 'Compare broker.username and broker.passwordFile with the back office',
    responsible: 'fieldEngineer',
  },
  'session-bad-identifier': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker does not accept the name of this gateway',
    forEngineer: 'CONNACK "client identifier not valid"',
    nextStep: 'Compare gatewayId with the back office',
    responsible: 'fieldEngineer',
  },
  'session-version': {
    rung: 'session',
    state: 'failed',
    sentence: 'Gateway and broker speak different versions',
    forEngineer: 'CONNACK "unsupported protocol version", or an error of the protocol',
    nextStep: 'Set broker.protocolVersion to the other one',
    responsible: 'fieldEngineer',
  },
  'session-unavailable': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker is out of service for the moment',
    forEngineer: 'CONNACK "server unavailable" or "shutting down"',
    nextStep: ASK_BACK_OFFICE,
    responsible: 'backOffice',
  },
  'session-busy': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker is too busy for the moment',
    forEngineer:
      'CONNACK "server busy" or "connection rate exceeded"; the gateway tries again with growing pauses',
    nextStep: ASK_BACK_OFFICE,
    responsible: 'backOffice',
  },
  'session-banned': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker has shut this gateway out',
    forEngineer: 'CONNACK "banned"',
    nextStep: 'The back office says why and lifts it',
    responsible: 'backOffice',
  },
  'session-quota': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker has no room left for this gateway',
    forEngineer: 'CONNACK "quota exceeded"',
    nextStep: 'The back office raises the quota of its broker',
    responsible: 'backOffice',
  },
  'session-moved': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker has moved',
    forEngineer: 'CONNACK "use another server" or "server moved"',
    nextStep: 'Set broker.url to the place that the back office names',
    responsible: 'fieldEngineer',
  },
  'session-will-refused': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker does not take the farewell of this gateway',
    forEngineer: 'CONNACK on the last will: retain, quality of service, topic, format or size not supported',
    nextStep: 'The back office allows retained messages of quality 1 on the status topic of the gateway',
    responsible: 'backOffice',
  },
  'session-refused': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker refuses the connection',
    forEngineer: 'CONNACK with another reason, see the code',
    nextStep: 'Look the code up in the log of the broker',
    responsible: 'backOffice',
  },
  'session-silent': {
    rung: 'session',
    state: 'failed',
    sentence: 'What answers in the place of the broker does not speak its language',
    forEngineer: 'No CONNACK in time: another service at that port, or a broker that hangs',
    nextStep:
      'Compare scheme and port in broker.url with the back office; then the back office looks at its broker',
    responsible: 'backOffice',
  },
  'session-cut': {
    rung: 'session',
    state: 'failed',
    sentence: 'The broker cuts the connection without a word',
    forEngineer: 'Closed or reset before the CONNACK: some brokers answer so to an unknown client',
    nextStep: 'The back office looks for this gatewayId in the log of the broker',
    responsible: 'backOffice',
  },
  'trip-made': {
    rung: 'roundTrip',
    state: 'passed',
    sentence: 'A message to the broker and back gets through',
    forEngineer: 'PINGREQ was answered',
  },
  'trip-slow': {
    rung: 'roundTrip',
    state: 'passed',
    sentence: 'A message to the broker and back gets through, but slowly',
    forEngineer:
      'PINGREQ was answered after more than a second: a full uplink, poor mobile reception or Wi-Fi',
    nextStep:
      'Look for something in the house that fills the broadband (backups, cameras), and at the reception',
    responsible: 'household',
  },
  'trip-lost': {
    rung: 'roundTrip',
    state: 'failed',
    sentence: 'The connection stands, but messages no longer get through',
    forEngineer: 'PINGREQ was not answered in time: a connection that died unnoticed, or heavy loss',
    nextStep: RESTART_ROUTER,
    responsible: 'broadbandProvider',
  },
} as const satisfies Record<string, CauseRow>;

export type CauseCode = keyof typeof CAUSES;

/** Of rungs that no look reached, and of a gateway that has nowhere to go. */
export const NOT_REACHED = {
  'not-reached': 'Not reached: a rung below is broken',
  'no-broker': 'No broker is set (broker.url): the gateway runs without a back office',
} as const;

export function causeRow(code: CauseCode): CauseRow {
  return CAUSES[code];
}
