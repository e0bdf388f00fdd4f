import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { RouterSeen } from '../../ports/network.ts';
import { connectTo } from './connectTo.ts';
import { readText } from './readLinks.ts';

/** A port that routers answer with a connection or a refusal; either proves that they are there. */
const DNS_PORT = 53;
/** RTF_UP, RTF_GATEWAY, RTF_REJECT of <linux/route.h>. */
const FLAGS = { up: 0x1, gateway: 0x2, reject: 0x200 } as const;
/** ATF_COM of <linux/if_arp.h>: the entry of the neighbour table is complete. */
const COMPLETE = 0x2;

interface DefaultRoute {
  readonly interface: string;
  readonly family: 4 | 6;
  readonly router?: string;
}

/** The default routes, and whether the routers behind them answer. */
export function lookAtRouters(root: string, clock: Clock, withinMs: number): Promise<readonly RouterSeen[]> {
  const routes = [...readRoutes4(root), ...readRoutes6(root)];
  return Promise.all(
    routes.map(async (route) => ({ ...route, answer: await askRouter(route, root, clock, withinMs) })),
  );
}

/** A connection is tried so that the kernel asks for the router on the wire, and then its neighbour table is read. */
async function askRouter(
  { router, interface: name, family }: DefaultRoute,
  root: string,
  clock: Clock,
  withinMs: number,
): Promise<RouterSeen['answer']> {
  if (router === undefined) return 'cannotBeTold';
  const place = family === 6 && /^fe[89ab]/i.test(router) ? `${router}%${name}` : router;
  const { outcome } = await connectTo(place, DNS_PORT, clock, withinMs);
  if (outcome.kind === 'connected' || outcome.kind === 'refused') return 'answers';
  const state = (await askForState(router, name)) ?? stateInTable(root, router, name);
  if (state === undefined) return outcome.kind === 'unreachable' ? 'silent' : 'cannotBeTold';
  if (/^(REACHABLE|PERMANENT|NOARP)$/.test(state)) return 'answers';
  // An older answer says nothing of now: the kernel takes some seconds before it asks again (STALE, DELAY, PROBE).
  return /^(INCOMPLETE|FAILED|NONE)$/.test(state) ? 'silent' : 'cannotBeTold';
}

/** State of an entry by ip-neighbour(8). Nothing where there is no such entry or no such program. */
function askForState(router: string, name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('ip', ['neigh', 'show'], { timeout: 1_000 }, (error, text) => {
      const rows = error === null ? text.split('\n').map((line) => line.trim().split(/\s+/)) : [];
      // Columns: address, "dev", interface, …, state.
      resolve(rows.find((row) => row[0] === router && row[2] === name)?.at(-1));
    });
  });
}

/** The table of IPv4 alone, which does not tell a fresh answer from an old one. */
function stateInTable(root: string, router: string, name: string): string | undefined {
  const rows = linesOf(root, 'proc/self/net/arp');
  // Columns: address, type, flags, hardware address, mask, interface.
  const row = rows.find((columns) => columns[0] === router && columns[5] === name);
  if (row === undefined) return undefined;
  return (Number(row[2]) & COMPLETE) === 0 ? 'FAILED' : 'REACHABLE';
}

/** Source: proc_net_route of the Linux kernel: hexadecimal in the byte order of the machine, which is little-endian here. */
export function readRoutes4(root: string): readonly DefaultRoute[] {
  return linesOf(root, 'proc/self/net/route').flatMap(
    ([name = '', destination, gateway = '', flags = '0', , , , mask]) => {
      const bits = Number.parseInt(flags, 16);
      if (destination !== '00000000' || mask !== '00000000') return [];
      if ((bits & FLAGS.up) === 0 || (bits & FLAGS.reject) !== 0) return [];
      if ((bits & FLAGS.gateway) === 0) return [{ interface: name, family: 4 as const }];
      const bytes = (gateway.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse();
      return [{ interface: name, family: 4 as const, router: bytes.join('.') }];
    },
  );
}

/** Source: proc_net_ipv6_route of the Linux kernel: destination, prefix, source, prefix, next hop, metric, …, flags, interface. */
export function readRoutes6(root: string): readonly DefaultRoute[] {
  return linesOf(root, 'proc/self/net/ipv6_route').flatMap((columns) => {
    const [destination = '', prefix, , , hop = '', , , , flags = '0', name = ''] = columns;
    const bits = Number.parseInt(flags, 16);
    if (!/^0{32}$/.test(destination) || prefix !== '00' || name === 'lo') return [];
    if ((bits & FLAGS.up) === 0 || (bits & FLAGS.reject) !== 0) return [];
    if (/^0{32}$/.test(hop)) return [{ interface: name, family: 6 as const }];
    return [{ interface: name, family: 6 as const, router: shortForm(hop) }];
  });
}

/** fd000000000000000000000000000001 -> fd00::1, as every other program writes it. */
function shortForm(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).join(':');
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1);
}

/** Below self, which is there also for a service that sees of /proc its own process alone. */
function linesOf(root: string, path: string): readonly (readonly string[])[] {
  return (readText(join(root, path)) ?? '').split('\n').map((line) => line.trim().split(/\s+/));
}
