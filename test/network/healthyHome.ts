import type { Ladder, Rung } from '../../src/domain/network.ts';
import { judgeLadder } from '../../src/network/judgeLadder.ts';
import type { Observations } from '../../src/network/observations.ts';
import type {
  ConnectOutcome,
  ConnectSeen,
  NameOutcome,
  NamesSeen,
  TlsSeen,
} from '../../src/ports/network.ts';

export const NOW_UTC_MS = Date.UTC(2026, 0, 5, 12);
const DAY_MS = 86_400_000;

export const BROKER = { host: 'broker.example.com', port: 8883, isEncrypted: true };
export const BROKER_ADDRESS = '198.51.100.7';

export function named(...addresses: string[]): NameOutcome {
  return { kind: 'addresses', addresses };
}

export function names(system: NameOutcome, resolvers: Readonly<Record<string, NameOutcome>> = {}): NamesSeen {
  const asked = Object.entries(resolvers);
  return { system, resolvers: asked.map(([resolver, outcome]) => ({ resolver, outcome, tookMs: 5 })) };
}

export function tried(
  outcome: ConnectOutcome['kind'],
  address: string = BROKER_ADDRESS,
  port: number = BROKER.port,
): ConnectSeen {
  const result = outcome === 'unreachable' ? { kind: outcome, code: 'EHOSTUNREACH' } : { kind: outcome };
  return { address, port, outcome: result, tookMs: 20 };
}

export const HANDSHAKE: TlsSeen & { kind: 'handshake' } = {
  kind: 'handshake',
  protocol: 'TLSv1.3',
  certificate: {
    subject: 'CN=broker.example.com',
    issuer: 'CN=Authority of the trial',
    names: 'DNS:broker.example.com',
    isForName: true,
    fromUtcMs: NOW_UTC_MS - 30 * DAY_MS,
    untilUtcMs: NOW_UTC_MS + 60 * DAY_MS,
  },
};

export function handshake(change: Partial<(typeof HANDSHAKE)['certificate']>, alert?: string): TlsSeen {
  const certificate = { ...HANDSHAKE.certificate, ...change };
  return { ...HANDSHAKE, certificate, ...(alert === undefined ? {} : { alert }) };
}

export const IDENTITY = {
  kind: 'usable',
  subject: 'CN=home-1',
  fromUtcMs: NOW_UTC_MS - 30 * DAY_MS,
  untilUtcMs: NOW_UTC_MS + 60 * DAY_MS,
} as const;

/** A home where everything is as it should be. */
export const HEALTHY: Observations = {
  now: { runningMs: 1_000_000, utcMs: NOW_UTC_MS, clockLevel: 'synced' },
  broker: BROKER,
  links: [{ name: 'eth0', isPhysical: true, isWireless: false, isUp: true, hasCarrier: true }],
  addresses: [
    {
      interface: 'eth0',
      address: '192.168.1.20',
      family: 4,
      prefixLength: 24,
      isLinkLocal: false,
      isLease: true,
    },
    { interface: 'eth0', address: 'fe80::1', family: 6, prefixLength: 64, isLinkLocal: true, isLease: false },
  ],
  routers: [{ interface: 'eth0', family: 4, router: '192.168.1.1', answer: 'answers' }],
  names: names(named(BROKER_ADDRESS), { '192.168.1.1': named(BROKER_ADDRESS) }),
  tried: [tried('connected')],
  remembered: [],
  tls: HANDSHAKE,
  identity: IDENTITY,
  session: { kind: 'accepted', isStanding: true, roundTripMs: 23 },
  tookMs: { dns: 5 },
};

type Changes = { readonly [Key in keyof Observations]?: Observations[Key] | undefined };

/** The healthy home with something else in it; undefined takes it out. */
export function home(change: Changes): Observations {
  const merged = { ...HEALTHY, ...change };
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as unknown as Observations;
}

export function judge(change: Changes): Ladder {
  return judgeLadder(home(change), 1_234);
}

export function finding(ladder: Ladder, rung: Rung): Ladder['findings'][number] {
  const found = ladder.findings.find((each) => each.rung === rung);
  if (found === undefined) throw new Error(`no finding of ${rung}`);
  return found;
}

/** rung=state(cause) of all that is not simply passed. */
export function outline(ladder: Ladder): string {
  const parts = ladder.findings
    .filter(({ state }) => state !== 'passed')
    .map(({ rung, state, cause }) => (state === 'notReached' ? `${rung}:-` : `${rung}:${state}:${cause}`));
  return parts.join(' ');
}
