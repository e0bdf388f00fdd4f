import { Resolver } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { NameOutcome, NamesSeen, ResolverSeen } from '../../ports/network.ts';
import { atMost } from './atMost.ts';
import { readText } from './readLinks.ts';

/** Where systemd-resolved listens; the resolvers behind it stand in a file of its own (systemd-resolved.service(8)). */
const STUB = /^127\.0\.0\.5[34]$/;
/** glibc reads no more (resolv.conf(5), MAXNS). */
const MOST_RESOLVERS = 3;

/** The name by the system as a whole, and by each of its resolvers. */
export async function lookUpName(
  host: string,
  resolvers: readonly string[],
  clock: Clock,
  withinMs: number,
): Promise<NamesSeen> {
  const isOwn = /(^|\.)localhost$/i.test(host);
  const [system, asked] = await Promise.all([
    askSystem(host, clock, withinMs),
    Promise.all((isOwn ? [] : resolvers).map((resolver) => askResolver(host, resolver, clock, withinMs))),
  ]);
  return { system, resolvers: asked };
}

/** Those of /etc/resolv.conf; behind the stub of systemd-resolved, those that it asks. */
export function readResolvers(root: string): readonly string[] {
  const own = nameserversOf(readText(join(root, 'etc/resolv.conf')));
  const behind = own.some((resolver) => STUB.test(resolver))
    ? nameserversOf(readText(join(root, 'run/systemd/resolve/resolv.conf')))
    : [];
  return (behind.length > 0 ? behind : own).slice(0, MOST_RESOLVERS);
}

function nameserversOf(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
}

/** getaddrinfo cannot be called off; its answer comes to nobody when it is late. */
async function askSystem(host: string, clock: Clock, withinMs: number): Promise<NameOutcome> {
  const asked = lookup(host, { all: true }).then(
    (found): NameOutcome => ({ kind: 'addresses', addresses: found.map(({ address }) => address) }),
    outcomeOf,
  );
  return (await atMost(clock, withinMs, asked)) ?? { kind: 'silent' };
}

async function askResolver(
  host: string,
  server: string,
  clock: Clock,
  withinMs: number,
): Promise<ResolverSeen> {
  const startedMs = clock.runningMs();
  const resolver = new Resolver({ timeout: Math.max(1, Math.round(withinMs / 2)), tries: 2 });
  const outcome = await atMost(clock, withinMs, askBothFamilies(resolver, server, host));
  resolver.cancel();
  return {
    resolver: server,
    outcome: outcome ?? { kind: 'silent' },
    tookMs: Math.round(clock.runningMs() - startedMs),
  };
}

async function askBothFamilies(resolver: Resolver, server: string, host: string): Promise<NameOutcome> {
  try {
    resolver.setServers([server]);
  } catch {
    return { kind: 'failed', detail: 'no address of a resolver' };
  }
  const [four, six] = await Promise.all([ask(resolver, host, 'A'), ask(resolver, host, 'AAAA')]);
  const addresses = [four, six].flatMap((each) => (each.kind === 'addresses' ? each.addresses : []));
  if (addresses.length > 0) return { kind: 'addresses', addresses };
  // One family that does not exist says less than what befell the other.
  return four.kind === 'noSuchName' ? six : four;
}

function ask(resolver: Resolver, host: string, type: 'A' | 'AAAA'): Promise<NameOutcome> {
  return new Promise((resolve) => {
    const take = (error: NodeJS.ErrnoException | null, addresses: string[] | undefined): void =>
      resolve(error === null ? { kind: 'addresses', addresses: addresses ?? [] } : outcomeOf(error));
    if (type === 'A') resolver.resolve4(host, take);
    else resolver.resolve6(host, take);
  });
}

/** Codes of getaddrinfo and of c-ares. EAI_AGAIN: no resolver gave an answer. */
function outcomeOf(error: unknown): NameOutcome {
  const code = String((error as NodeJS.ErrnoException).code ?? error);
  switch (code) {
    case 'ENOTFOUND':
    case 'ENODATA':
      return { kind: 'noSuchName' };
    case 'ETIMEOUT':
    case 'ECANCELLED':
    case 'EAI_AGAIN':
      return { kind: 'silent' };
    case 'ESERVFAIL':
    case 'EREFUSED':
    case 'ENOTIMP':
    case 'EFORMERR':
    case 'EBADRESP':
    case 'EAI_FAIL':
      return { kind: 'refused', detail: `it answers ${code.slice(1)}` };
    default:
      return { kind: 'failed', detail: code };
  }
}
