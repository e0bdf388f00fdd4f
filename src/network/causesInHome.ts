import { type CauseRow, RESTART_ROUTER } from './causeRow.ts';

/** From the cable to the broadband, by rung from the bottom. */
export const CAUSES_IN_HOME = {
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
} as const satisfies Record<string, CauseRow>;
