import type { LookRequest } from '../profiles/looks.ts';
import { lookRequest } from '../profiles/looks.ts';
import type { Profile } from '../profiles/profile.ts';
import { type Link, linksOf } from './links.ts';
import { isSameSetting } from './serialSettings.ts';
import type { SerialSetting } from './wire.ts';

/** Any unit answers this one, if only with an exception. */
const ANYBODY: LookRequest = { functionCode: 3, address: 0, count: 1 };

/**
 * What to ask at an address of a serial line to learn whether somebody is there. One question is enough for most units. Some
 * are silent to a function that they do not have, so the functions of the models that ship with this setting are
 * tried as well; some are silent off their own registers, so at their own address they are asked for just those.
 */
export function serialProbes(
  setting: SerialSetting,
  unit: number,
  profiles: readonly Profile[],
): readonly LookRequest[] {
  const probes = new Map<string, LookRequest>();
  const functions = new Set<number>([ANYBODY.functionCode]);
  const add = (probe: LookRequest): void => {
    probes.set(`${probe.functionCode} ${probe.address} ${probe.count}`, probe);
  };
  add(ANYBODY);
  for (const profile of profiles) {
    const links = linksOf(profile).filter((link) => link.transport === 'rtu' && isSameSetting(link, setting));
    const own = firstRequest(profile);
    if (links.length === 0 || own === undefined) continue;
    if (!functions.has(own.functionCode)) add({ ...ANYBODY, functionCode: own.functionCode });
    functions.add(own.functionCode);
    if (links.some((link) => link.unit === unit)) add(own);
  }
  return [...probes.values()];
}

/** What a device of this profile is sure to answer: its first mark, or else its first block. */
function firstRequest({ data }: Profile): LookRequest | undefined {
  const [mark] = data.fingerprint;
  if (mark !== undefined && mark.model === undefined) return lookRequest(mark);
  const [base] = data.sunSpec?.bases ?? [];
  if (base !== undefined) return { functionCode: 3, address: base, count: 2 };
  const block = Object.values(data.blocks).find(({ model }) => model === undefined);
  return block && { functionCode: block.function, address: block.address, count: block.count };
}

/** Unit numbers that a TCP device may have: those that the profiles name, the common ones first. */
const COMMON_UNITS = [1, 255, 200, 126, 3, 100, 2, 240, 247];
/** Modbus; SolarEdge; serial servers. */
const COMMON_PORTS = [502, 1502, 4196];

/**
 * The numbers of devices that take one client only come first, and of them those that make a client wait longest: each try
 * without an answer costs the connection.
 */
export function tcpUnits(port: number, profiles: readonly Profile[]): readonly number[] {
  const patience = ({ data }: Profile): number => data.timing.reconnectMs ?? 0;
  const links = tcpLinks(profiles.toSorted((one, other) => patience(other) - patience(one)));
  const ofPort = links.filter((link) => link.port === port);
  const strict = [...ofPort, ...links].filter(isForOneClient);
  const units = [...strict, ...ofPort].map(({ unit }) => unit);
  // 0 is no unit that a site plan can name.
  return [...new Set([...units, ...COMMON_UNITS])].filter((unit) => unit > 0);
}

export function isForOneClient(link: Link): boolean {
  return link.transport === 'tcp' && link.clients === 1;
}

/** Unit numbers that a maker's devices have on TCP: the meter of a Fronius inverter is 200 behind the same address. */
export function unitsOfMaker(maker: string, profiles: readonly Profile[]): readonly number[] {
  return tcpLinks(profiles.filter(({ data }) => data.maker === maker)).map(({ unit }) => unit);
}

export function tcpPorts(profiles: readonly Profile[]): readonly number[] {
  return [...new Set([...COMMON_PORTS, ...tcpLinks(profiles).map(({ port }) => port)])];
}

/** What to ask a TCP unit: the marks of the models that are shipped with this port and unit, then anything. */
export function tcpProbes(port: number, unit: number, profiles: readonly Profile[]): readonly LookRequest[] {
  const own = profiles.filter((profile) =>
    tcpLinks([profile]).some((link) => link.port === port && link.unit === unit),
  );
  return [...own.flatMap((profile) => firstRequest(profile) ?? []).slice(0, 1), ANYBODY];
}

function tcpLinks(profiles: readonly Profile[]) {
  return profiles.flatMap((profile) =>
    linksOf(profile).flatMap((link) => (link.transport === 'tcp' ? [link] : [])),
  );
}
