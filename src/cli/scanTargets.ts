import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hostsOf, isAddress, isOwnAddress } from '../discovery/network.ts';
import { type AskedSettings, chooseSettings } from '../discovery/serialSettings.ts';
import type { SerialSetting } from '../discovery/wire.ts';

/** The options of `loadgate scan`, as commander gives them. */
export interface ScanOptions {
  readonly line?: readonly string[];
  readonly baud?: AskedSettings['baudRates'];
  readonly parity?: AskedSettings['parities'];
  readonly stopBits?: AskedSettings['stopBits'];
  readonly addresses?: readonly number[];
  readonly all?: boolean;
  readonly network?: readonly string[];
  readonly host?: readonly string[];
  readonly ports?: readonly number[];
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface ScanTargets {
  readonly paths: readonly string[];
  readonly settings: readonly SerialSetting[];
  readonly addresses: readonly number[];
  readonly hosts: readonly string[];
  /** Of the hosts, those that were named one by one. */
  readonly named: readonly string[];
  /** Absent: those of the profiles. */
  readonly ports?: readonly number[];
}

export type TargetsResult =
  | { readonly ok: true; readonly targets: ScanTargets }
  | { readonly ok: false; readonly problem: string };

const FIRST_ADDRESSES = range(1, 20);
const ALL_ADDRESSES = range(1, 247);

/** What is to be searched, or what stands in the way of it. */
export function chooseTargets(options: ScanOptions): TargetsResult {
  const { line: paths = [], network: networks = [], host: named = [] } = options;
  if (paths.length + networks.length + named.length === 0) {
    return { ok: false, problem: `expected something to search; ${suggestion()}` };
  }
  const hosts = new Set(named);
  for (const network of networks) {
    const result = hostsOf(network);
    if (!result.ok) return result;
    for (const host of result.hosts) hosts.add(host);
  }
  const foreign = [...hosts].find((host) => !isOwnAddress(host));
  if (foreign !== undefined && options.force !== true) {
    const what = isAddress(foreign) ? 'no private or loopback address' : 'a name, not a private address';
    return {
      ok: false,
      problem: `${foreign} is ${what}; add --force when this network is yours and may be searched`,
    };
  }
  const { baud: baudRates, parity: parities, stopBits, ports } = options;
  return {
    ok: true,
    targets: {
      paths: [...new Set(paths)],
      settings: chooseSettings({
        ...(baudRates && { baudRates }),
        ...(parities && { parities }),
        ...(stopBits && { stopBits }),
      }),
      addresses: options.addresses ?? (options.all === true ? ALL_ADDRESSES : FIRST_ADDRESSES),
      hosts: [...hosts],
      named,
      ...(ports && { ports }),
    },
  };
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function suggestion(): string {
  const ports = [...listPorts('/dev/serial/by-id', /./), ...listPorts('/dev', /^tty(USB|ACM|AMA)\d+$/)];
  const found = ports.length === 0 ? 'none was found here' : `found here: ${ports.join(', ')}`;
  return `name a serial line (--line <path>; ${found}), a network (--network 192.168.1.0/24) or a --host`;
}

function listPorts(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
