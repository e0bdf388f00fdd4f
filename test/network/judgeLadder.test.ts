import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNG_NAMES, type Rung } from '../../src/domain/network.ts';
import { CAUSES, type CauseCode } from '../../src/network/causes.ts';
import { judgeLadder } from '../../src/network/judgeLadder.ts';
import type { Observations } from '../../src/network/observations.ts';
import type { LinkSeen, NameOutcome, SessionSeen, TlsSeen } from '../../src/ports/network.ts';
import {
  BROKER,
  BROKER_ADDRESS,
  finding,
  HANDSHAKE,
  HEALTHY,
  handshake,
  home,
  IDENTITY,
  judge,
  NOW_UTC_MS,
  named,
  names,
  outline,
  tried,
} from './healthyHome.ts';

const DAY_MS = 86_400_000;
const SYNCED = HEALTHY.now;
const COARSE = { ...SYNCED, clockLevel: 'coarse' } as const;
const UNSET = { ...SYNCED, clockLevel: 'none' } as const;
/** Nothing that lies beyond the router was reached. */
const NOTHING = { tls: undefined, session: undefined } as const;
const DEAD = {
  ...NOTHING,
  tried: [],
  names: names({ kind: 'silent' }, { '192.168.1.1': { kind: 'silent' } }),
} as const;
const SILENT_ROUTER = { interface: 'eth0', family: 4, router: '192.168.1.1', answer: 'silent' } as const;
const PUBLIC_RESOLVER = '9.9.9.9';
const CHECK = { address: 'outside.example', port: 443, tookMs: 10 } as const;

function link(change: Partial<LinkSeen>): LinkSeen {
  return { name: 'eth0', isPhysical: true, isWireless: false, isUp: true, hasCarrier: true, ...change };
}

function withoutCarrier({ hasCarrier: _, ...rest }: LinkSeen): LinkSeen {
  return rest;
}

it('a healthy home passes every rung and says how long a round trip takes', () => {
  const ladder = judge({});
  expect(outline(ladder)).toBe('');
  expect(ladder).toMatchObject({ isStanding: true, tookMs: 1_234, atUtcMs: NOW_UTC_MS });
  expect(ladder.lowestFailed).toBeUndefined();
  expect(ladder.sentence).toBe('The way to the back office stands; a round trip takes 23 ms');
  expect(ladder.findings.map(({ rung }) => rung)).toEqual(RUNG_NAMES);
  expect(finding(ladder, 'dns').tookMs).toBe(5);
});

interface Story {
  readonly story: string;
  readonly seen: Parameters<typeof judge>[0];
  /** What is not simply passed. */
  readonly says: string;
}

const STORIES: readonly Story[] = [
  {
    story: 'the cable is pulled',
    seen: { ...DEAD, links: [link({ hasCarrier: false })], addresses: [], routers: [] },
    says: 'link:failed:link-no-carrier address:- router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the cable is pulled, while a bridge of containers is up with an address',
    seen: {
      ...DEAD,
      links: [link({ hasCarrier: false }), link({ name: 'docker0', isPhysical: false })],
      addresses: [
        {
          interface: 'docker0',
          address: '172.17.0.1',
          family: 4,
          prefixLength: 16,
          isLinkLocal: false,
          isLease: false,
        },
      ],
      routers: [],
    },
    says: 'link:failed:link-no-carrier address:- router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'every interface is switched off',
    seen: { ...DEAD, links: [withoutCarrier(link({ isUp: false }))], addresses: [], routers: [] },
    says: 'link:failed:link-switched-off address:- router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the network adapter is gone',
    seen: { ...DEAD, links: [], addresses: [], routers: [] },
    says: 'link:failed:link-no-interface address:- router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the interface does not tell its carrier, and nobody hands out an address',
    seen: { ...DEAD, links: [withoutCarrier(link({}))], addresses: [], routers: [] },
    says: 'link:cannotBeTold:link-unseen address:failed:address-none router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'no DHCP server answers, so the box gave itself an address',
    seen: {
      ...DEAD,
      addresses: [
        {
          interface: 'eth0',
          address: '169.254.7.8',
          family: 4,
          prefixLength: 16,
          isLinkLocal: true,
          isLease: false,
        },
      ],
      routers: [],
    },
    says: 'address:failed:address-self-assigned router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'only the address of IPv6 that each interface gives itself is there',
    seen: { ...DEAD, addresses: HEALTHY.addresses.slice(1), routers: [] },
    says: 'address:failed:address-none router:- dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the address came without a default route',
    seen: { ...DEAD, routers: [] },
    says: 'router:failed:router-none dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the router is switched off behind a switch that is on',
    seen: { ...DEAD, routers: [SILENT_ROUTER] },
    says: 'router:failed:router-silent dns:- wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'one of two routers is silent',
    seen: {
      ...DEAD,
      routers: [SILENT_ROUTER, { ...SILENT_ROUTER, family: 6, router: 'fe80::1', answer: 'cannotBeTold' }],
    },
    says: 'router:cannotBeTold:router-unseen dns:failed:dns-silent wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the router hides, but answers as a resolver',
    seen: {
      ...NOTHING,
      routers: [{ ...SILENT_ROUTER, answer: 'cannotBeTold' }],
      tried: [],
      names: names({ kind: 'silent' }, { '192.168.1.1': { kind: 'refused', detail: 'SERVFAIL' } }),
    },
    says: 'dns:failed:dns-refuses wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'no resolver is set',
    seen: { ...NOTHING, tried: [], names: names({ kind: 'silent' }) },
    says: 'dns:failed:dns-no-resolver wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the name is mistyped',
    seen: {
      ...NOTHING,
      tried: [],
      names: names({ kind: 'noSuchName' }, { '192.168.1.1': { kind: 'noSuchName' } }),
    },
    says: 'dns:failed:dns-no-such-name wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the resolvers know the name, the box itself does not',
    seen: {
      ...NOTHING,
      tried: [],
      names: names({ kind: 'noSuchName' }, { '192.168.1.1': named(BROKER_ADDRESS) }),
    },
    says: 'dns:failed:dns-system-broken wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the names are down, and the broker answers where it was last found',
    seen: { ...DEAD, ...NOTHING, tried: [tried('connected')], remembered: [BROKER_ADDRESS], tls: HANDSHAKE },
    says: 'dns:failed:dns-silent identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broadband is down: neither names nor the last known address of the broker answer',
    seen: { ...DEAD, tried: [tried('silent')], remembered: [BROKER_ADDRESS] },
    says: 'dns:cannotBeTold:dns-behind-wan wan:failed:wan-silent brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story:
      'the broadband is down: the router answers with SERVFAIL, the server of network.checkAddress not at all',
    seen: {
      ...NOTHING,
      tried: [],
      names: names({ kind: 'silent' }, { '192.168.1.1': { kind: 'refused', detail: 'SERVFAIL' } }),
      check: { ...CHECK, outcome: { kind: 'silent' } },
    },
    says: 'dns:cannotBeTold:dns-behind-wan wan:failed:wan-silent brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broadband is down, the name came from a cache, and the resolver outside is silent',
    seen: {
      ...NOTHING,
      tried: [tried('silent')],
      names: names(named(BROKER_ADDRESS), { [PUBLIC_RESOLVER]: { kind: 'silent' } }),
    },
    says: 'wan:failed:wan-silent brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the router says that it has no way out',
    seen: { ...NOTHING, tried: [tried('unreachable'), tried('unreachable', '2001:db8::7')] },
    says: 'wan:failed:wan-unreachable brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broker is silent, and nothing else could tell whether the broadband works',
    seen: { ...NOTHING, tried: [tried('silent')] },
    says: 'wan:cannotBeTold:wan-unproven brokerTcp:failed:tcp-silent tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broker is silent, and a resolver outside answers',
    seen: {
      ...NOTHING,
      tried: [tried('silent')],
      names: names(named(BROKER_ADDRESS), { [PUBLIC_RESOLVER]: named(BROKER_ADDRESS) }),
    },
    says: 'brokerTcp:failed:tcp-silent tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broker is silent, and the server of network.checkAddress answers',
    seen: { ...NOTHING, tried: [tried('silent')], check: { ...CHECK, outcome: { kind: 'refused' } } },
    says: 'brokerTcp:failed:tcp-silent tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the broker cannot be reached, and the server of network.checkAddress answers',
    seen: { ...NOTHING, tried: [tried('unreachable')], check: { ...CHECK, outcome: { kind: 'connected' } } },
    says: 'brokerTcp:failed:tcp-unreachable tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'nothing listens at the port of the broker',
    seen: { ...NOTHING, tried: [tried('refused'), tried('silent', '198.51.100.8')] },
    says: 'brokerTcp:failed:tcp-refused tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'a log-in page answers every name with its own address',
    seen: {
      ...NOTHING,
      names: names(named('192.168.1.1'), { '192.168.1.1': named('192.168.1.1') }),
      tried: [tried('connected', '192.168.1.1')],
      tls: { kind: 'otherAnswer', words: 'HTTP/1.1 302 Found' },
    },
    says: 'dns:failed:dns-captive wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'a filter answers the name with nothing',
    seen: {
      ...NOTHING,
      names: names(named('0.0.0.0'), { '192.168.1.1': named('0.0.0.0') }),
      tried: [tried('refused', '0.0.0.0')],
    },
    says: 'dns:failed:dns-captive wan:- brokerTcp:- tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story:
      'a broker with a private address behind a public name, as over a VPN, is no log-in page once it has been there',
    seen: {
      ...NOTHING,
      names: names(named('10.9.0.1'), { '192.168.1.1': named('10.9.0.1') }),
      tried: [tried('refused', '10.9.0.1')],
      remembered: ['10.9.0.1'],
    },
    says: 'brokerTcp:failed:tcp-refused tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'a broker with a private address behind a public name is no log-in page while its session stands',
    seen: {
      names: names(named('10.9.0.1'), { '192.168.1.1': named('10.9.0.1') }),
      tried: [tried('connected', '10.9.0.1')],
      tls: undefined,
    },
    says: '',
  },
  {
    story:
      'a broker with a private address behind a public name is no log-in page when its certificate is trusted',
    seen: {
      names: names(named('10.9.0.1'), { '192.168.1.1': named('10.9.0.1') }),
      tried: [tried('connected', '10.9.0.1')],
      session: { kind: 'failed', detail: 'cut' },
    },
    says: 'identity:cannotBeTold:identity-unproven session:failed:session-cut roundTrip:-',
  },
  {
    story: 'a log-in page answers at the port of the broker',
    seen: { session: undefined, tls: { kind: 'otherAnswer', words: 'HTTP/1.0 400 Bad Request' } },
    says: 'tls:failed:tls-other-answer identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'another service answers at the port of the broker',
    seen: { session: undefined, tls: { kind: 'otherAnswer', words: 'SSH-2.0-OpenSSH' } },
    says: 'tls:failed:tls-not-spoken identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  ...(
    [
      [
        'the chain ends nowhere',
        handshake({ chainProblem: 'SELF_SIGNED_CERT_IN_CHAIN' }),
        'tls-unknown-authority',
      ],
      ['the certificate is for another name', handshake({ isForName: false }), 'tls-wrong-name'],
      [
        'the certificate of the broker has expired',
        handshake({ untilUtcMs: NOW_UTC_MS - DAY_MS }),
        'tls-expired',
      ],
      [
        'the certificate begins in the future',
        handshake({ fromUtcMs: NOW_UTC_MS + DAY_MS }),
        'tls-not-yet-valid',
      ],
      [
        'no common cipher',
        { kind: 'brokenOff', code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', detail: 'x' },
        'tls-no-common-ground',
      ],
      ['the handshake is not answered', { kind: 'silent' }, 'tls-silent'],
      ['the connection is cut in the handshake', { kind: 'closed' }, 'tls-closed'],
      [
        'the file of the authority is gone',
        { kind: 'noAuthority', detail: 'ENOENT' },
        'tls-authority-unreadable',
      ],
    ] satisfies readonly (readonly [string, TlsSeen, CauseCode])[]
  ).map(([story, tls, cause]) => ({
    story,
    seen: { session: undefined, tls },
    says: `tls:failed:${cause} identity:cannotBeTold:identity-unproven session:- roundTrip:-`,
  })),
  {
    story: 'the clock stands at the last time it was switched off, before the certificate was made',
    seen: {
      now: UNSET,
      session: { kind: 'failed', detail: 'x', code: 'CERT_NOT_YET_VALID' },
      tls: handshake({ fromUtcMs: NOW_UTC_MS + 3 * DAY_MS }),
    },
    says: 'clock:failed:clock-behind tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: "the clock lies before the gateway's own certificate",
    seen: { now: COARSE, session: undefined, identity: { ...IDENTITY, fromUtcMs: NOW_UTC_MS + DAY_MS } },
    says: 'clock:failed:clock-behind identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  { story: 'nobody keeps the clock, but it lies within the certificate', seen: { now: COARSE }, says: '' },
  {
    story: 'nobody keeps the clock, and nothing was reached that would prove it',
    seen: { ...NOTHING, now: COARSE, tried: [tried('refused')] },
    says: 'clock:cannotBeTold:clock-doubtful brokerTcp:failed:tcp-refused tls:- identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  {
    story: 'the certificate of the broker has expired by a clock that nobody keeps',
    seen: { now: COARSE, session: undefined, tls: handshake({ untilUtcMs: NOW_UTC_MS - DAY_MS }) },
    says: 'clock:cannotBeTold:clock-doubtful tls:failed:tls-expired identity:cannotBeTold:identity-unproven session:- roundTrip:-',
  },
  ...(
    [
      ['cannot be read', { kind: 'unusable', detail: 'ENOENT' }, 'identity-unusable'],
      ['does not fit its key', { kind: 'keyDiffers', subject: 'CN=home-1' }, 'identity-key-differs'],
      ['has run out', { ...IDENTITY, untilUtcMs: NOW_UTC_MS - 1 }, 'identity-expired'],
      ['begins in the future', { ...IDENTITY, fromUtcMs: NOW_UTC_MS + DAY_MS }, 'identity-not-yet-valid'],
    ] as const
  ).map(([what, identity, cause]) => ({
    story: `the certificate of the gateway ${what}`,
    seen: { identity, session: undefined },
    says: `identity:failed:${cause} session:- roundTrip:-`,
  })),
  ...(
    [
      ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', { kind: 'none' }, 'identity-asked-for'],
      ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', { kind: 'none' }, 'identity-asked-for'],
      ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', IDENTITY, 'identity-rejected'],
      ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', IDENTITY, 'identity-rejected'],
      ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', IDENTITY, 'identity-rejected'],
      ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', IDENTITY, 'identity-revoked'],
    ] as const
  ).flatMap(([code, identity, cause]) => [
    {
      story: `the broker turns the certificate down in the session: ${code}`,
      seen: { identity, session: { kind: 'failed', code, detail: 'alert' } as const },
      says: `identity:failed:${cause} session:- roundTrip:-`,
    },
    {
      story: `the broker turns the certificate down right after the handshake: ${code}`,
      seen: {
        identity,
        session: { kind: 'failed', code: 'ECONNRESET', detail: 'cut' } as const,
        tls: handshake({}, code),
      },
      says: `identity:failed:${cause} session:- roundTrip:-`,
    },
    {
      story: `the broker breaks the handshake off: ${code}`,
      seen: { identity, session: undefined, tls: { kind: 'brokenOff', code, detail: 'alert' } as const },
      says: `tls:cannotBeTold:tls-unproven identity:failed:${cause} session:- roundTrip:-`,
    },
  ]),
  {
    story: 'the broker says nothing in MQTT',
    seen: { session: { kind: 'silent' } },
    says: 'identity:cannotBeTold:identity-unproven session:failed:session-silent roundTrip:-',
  },
  {
    story: 'the broker cuts the connection',
    seen: { session: { kind: 'failed', detail: 'cut', code: 'ECONNRESET' } },
    says: 'identity:cannotBeTold:identity-unproven session:failed:session-cut roundTrip:-',
  },
  {
    story: 'the session stands but has died',
    seen: { session: { kind: 'accepted', isStanding: true } },
    says: 'roundTrip:failed:trip-lost',
  },
  {
    story: 'no broker is set',
    seen: { broker: undefined, names: undefined, tried: [], ...NOTHING, identity: { kind: 'none' } },
    says: 'dns:- wan:- brokerTcp:- tls:- identity:- session:- roundTrip:-',
  },
];

it.each(STORIES)('$story', ({ seen, says }) => {
  expect(outline(judge(seen))).toBe(says);
});

describe('what passed is told apart as well', () => {
  it.each<[string, Parameters<typeof judge>[0], Rung, CauseCode]>([
    [
      'no name is needed for an address',
      { names: undefined, broker: { ...BROKER, host: BROKER_ADDRESS } },
      'dns',
      'dns-not-needed',
    ],
    [
      'one of two resolvers is silent',
      { names: names(named(BROKER_ADDRESS), { a: named(BROKER_ADDRESS), b: { kind: 'silent' } }) },
      'dns',
      'dns-some-fail',
    ],
    [
      'a name of the hosts file',
      { names: names(named(BROKER_ADDRESS), { a: { kind: 'noSuchName' } }) },
      'dns',
      'dns-resolves',
    ],
    [
      'one of two addresses is dead',
      { tried: [tried('connected'), tried('unreachable', '2001:db8::7')] },
      'brokerTcp',
      'tcp-some-fail',
    ],
    ['no certificate is used', { identity: { kind: 'none' } }, 'identity', 'identity-not-used'],
    [
      'the certificate runs out in a week',
      { identity: { ...IDENTITY, untilUtcMs: NOW_UTC_MS + 7 * DAY_MS } },
      'identity',
      'identity-runs-out',
    ],
    ['no encryption', { broker: { ...BROKER, isEncrypted: false }, tls: undefined }, 'tls', 'tls-not-used'],
    [
      'a slow round trip',
      { session: { kind: 'accepted', isStanding: true, roundTripMs: 1_700 } },
      'roundTrip',
      'trip-slow',
    ],
    ['a session stands, and TLS was not looked at', { tls: undefined }, 'tls', 'tls-trusted'],
    ['a route that nobody sees, proven by the broker', { routers: [] }, 'router', 'router-answers'],
    ['a carrier that nobody sees, proven by the broker', { links: [] }, 'link', 'link-up'],
    ['an address that nobody sees, proven by the broker', { addresses: [] }, 'address', 'address-global'],
    [
      'a broker in the home network: router',
      {
        names: undefined,
        broker: { ...BROKER, host: '192.168.1.9' },
        tried: [tried('connected', '192.168.1.9')],
      },
      'router',
      'router-not-needed',
    ],
    [
      'a broker in the home network: broadband',
      {
        names: undefined,
        broker: { ...BROKER, host: '192.168.1.9' },
        tried: [tried('refused', '192.168.1.9')],
        ...NOTHING,
      },
      'wan',
      'wan-not-needed',
    ],
    [
      'a broker on the box: link',
      {
        names: undefined,
        broker: { ...BROKER, host: '::1' },
        tried: [tried('refused', '::1')],
        ...NOTHING,
        links: [],
      },
      'link',
      'link-not-needed',
    ],
    [
      'a broker on the box: address',
      {
        names: undefined,
        broker: { ...BROKER, host: '::1' },
        tried: [tried('refused', '::1')],
        ...NOTHING,
        addresses: [],
      },
      'address',
      'address-not-needed',
    ],
    ['a clock within the dates', { now: COARSE }, 'clock', 'clock-plausible'],
  ])('%s', (_, seen, rung, cause) => {
    expect(finding(judge(seen), rung)).toMatchObject({ state: 'passed', cause });
  });
});

describe('the reason code of a CONNACK', () => {
  it.each<[number, CauseCode]>([
    [1, 'session-version'],
    [2, 'session-bad-identifier'],
    [3, 'session-unavailable'],
    [4, 'session-bad-credentials'],
    [5, 'session-not-authorised'],
    [0x80, 'session-refused'],
    [0x82, 'session-version'],
    [0x84, 'session-version'],
    [0x85, 'session-bad-identifier'],
    [0x86, 'session-bad-credentials'],
    [0x87, 'session-not-authorised'],
    [0x88, 'session-unavailable'],
    [0x89, 'session-busy'],
    [0x8a, 'session-banned'],
    [0x8b, 'session-unavailable'],
    [0x97, 'session-quota'],
    [0x9a, 'session-will-refused'],
    [0x9d, 'session-moved'],
    [0x9f, 'session-busy'],
    [200, 'session-refused'],
  ])('%i is said in words, and the certificate counts as accepted', (reasonCode, cause) => {
    const ladder = judge({ session: { kind: 'refused', reasonCode } });
    expect(outline(ladder)).toBe(`session:failed:${cause} roundTrip:-`);
    expect(finding(ladder, 'session').seen).toEqual([`MQTT reason ${reasonCode}`]);
    expect(finding(ladder, 'identity').cause).toBe('identity-accepted');
  });
});

describe('a connection that stands', () => {
  it('is said to stand while a new one would fail, and so is the rung where', () => {
    const ladder = judge({ names: names({ kind: 'silent' }, { '192.168.1.1': { kind: 'silent' } }) });
    expect(ladder).toMatchObject({ isStanding: true, lowestFailed: 'dns' });
    expect(ladder.sentence).toBe(
      'The connection stands, but a new one would fail. Names (DNS): Nobody answers when the gateway looks up the name of the broker',
    );
  });

  it('does not stand without an answer to its ping', () => {
    expect(judge({ session: { kind: 'accepted', isStanding: true } }).isStanding).toBe(false);
  });
});

it('without a broker it says so, and nothing is broken', () => {
  const ladder = judge({ broker: undefined, names: undefined, tried: [], ...NOTHING });
  expect(ladder.sentence).toBe('No broker is set (broker.url): the gateway runs without a back office');
  expect(ladder.lowestFailed).toBeUndefined();
});

it('what a log-in page answers is not taken for an answer from outside', () => {
  const ladder = judge({
    ...NOTHING,
    names: names(named('192.168.1.1'), { [PUBLIC_RESOLVER]: named('192.168.1.1') }),
    tried: [tried('connected', '192.168.1.1')],
  });
  expect(finding(ladder, 'wan').seen).toEqual(['nothing outside answered']);
});

it('what was looked at is told with the figures: how far the clock is off the certificate', () => {
  const ladder = judge({
    now: UNSET,
    session: undefined,
    tls: handshake({ fromUtcMs: NOW_UTC_MS + 3 * DAY_MS }),
  });
  expect(finding(ladder, 'clock').seen).toEqual([
    'clock: 2026-01-05T12:00:00.000Z, never set',
    'certificate of the broker: 2026-01-08 to 2026-03-06, which begins 3 days after this clock',
    'certificate of the gateway: 2025-12-06 to 2026-03-06, 60 days left',
  ]);
});

describe('laws', () => {
  const outcome = fc.constantFrom<NameOutcome>(
    named(BROKER_ADDRESS),
    named('192.168.1.1'),
    { kind: 'silent' },
    { kind: 'noSuchName' },
    { kind: 'refused', detail: 'SERVFAIL' },
    { kind: 'failed', detail: 'x' },
  );
  const connects = fc.array(
    fc
      .tuple(
        fc.constantFrom('connected', 'refused', 'silent', 'unreachable' as const),
        fc.constantFrom(BROKER_ADDRESS, '192.168.1.9', '::1'),
      )
      .map(([kind, address]) => tried(kind as 'connected', address)),
    { maxLength: 3 },
  );
  const session = fc.constantFrom<SessionSeen | undefined>(
    undefined,
    { kind: 'accepted', isStanding: true, roundTripMs: 5 },
    { kind: 'accepted', isStanding: true },
    { kind: 'refused', reasonCode: 135 },
    { kind: 'silent' },
    { kind: 'failed', detail: 'x', code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' },
  );
  const seen: fc.Arbitrary<Observations> = fc
    .record({
      now: fc.constantFrom(SYNCED, COARSE, UNSET),
      links: fc.constantFrom([], HEALTHY.links, [link({ hasCarrier: false })], [link({ isUp: false })]),
      addresses: fc.constantFrom([], HEALTHY.addresses, HEALTHY.addresses.slice(1)),
      routers: fc.constantFrom([], HEALTHY.routers, [SILENT_ROUTER]),
      names: fc.option(
        fc
          .tuple(outcome, fc.dictionary(fc.constantFrom('192.168.1.1', PUBLIC_RESOLVER), outcome))
          .map(([a, b]) => names(a, b)),
        { nil: undefined },
      ),
      tried: connects,
      remembered: fc.constantFrom([], [BROKER_ADDRESS]),
      tls: fc.constantFrom<TlsSeen | undefined>(
        undefined,
        HANDSHAKE,
        handshake({ isForName: false }),
        { kind: 'closed' },
        handshake({ fromUtcMs: NOW_UTC_MS + 1 }),
      ),
      session,
    })
    .map((change) => home(change));

  it('at most one rung that needs those below it is called broken, and nothing above it is unsure', () => {
    fc.assert(
      fc.property(seen, (observed) => {
        const { findings, lowestFailed } = judgeLadder(observed, 0);
        // Clock and certificate are seen on the box itself, so they can be broken besides.
        const failed = findings.filter(
          ({ state, rung }) => state === 'failed' && rung !== 'identity' && rung !== 'clock',
        );
        expect(failed.length).toBeLessThanOrEqual(1);
        const first = findings.findIndex(({ state }) => state === 'failed');
        expect(findings[first]?.rung).toBe(lowestFailed);
        const above = first < 0 ? [] : findings.slice(first + 1);
        for (const { rung, state } of above)
          if (state === 'cannotBeTold') expect(['clock', 'identity']).toContain(rung);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a session that answers stands, and proves cable, address, router and broadband', () => {
    fc.assert(
      fc.property(seen, (observed) => {
        const ladder = judgeLadder(
          {
            ...observed,
            session: { kind: 'accepted', isStanding: true, roundTripMs: 9 },
            tried: [tried('connected')],
          },
          0,
        );
        expect(ladder.isStanding).toBe(true);
        for (const rung of ['link', 'address', 'router', 'wan', 'session', 'roundTrip'] as const)
          expect([rung, finding(ladder, rung).state]).toEqual([rung, 'passed']);
      }),
      { numRuns: 1_000 },
    );
  });

  it('whatever is broken has a next step and somebody whose job it is', () => {
    fc.assert(
      fc.property(seen, (observed) => {
        for (const { state, nextStep, responsible } of judgeLadder(observed, 0).findings) {
          if (state !== 'failed') continue;
          expect(nextStep).toBeDefined();
          expect(responsible).toBeDefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the table of causes', () => {
  it('gives a next step with whose job it is to everything that is broken', () => {
    const open = Object.entries(CAUSES).filter(
      ([, row]) => row.state === 'failed' && !('nextStep' in row && 'responsible' in row),
    );
    expect(open).toEqual([]);
  });

  it('uses no words of the trade towards the household', () => {
    const trade = /\b(DHCP|DNS|TCP|TLS|MQTT|CONNACK|ARP|NTP|SERVFAIL|handshake|interface|socket|IPv[46])\b/i;
    const household = Object.values(CAUSES).filter(({ sentence }) => trade.test(sentence));
    expect(household).toEqual([]);
  });
});
