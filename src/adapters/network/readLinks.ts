import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LinkSeen } from '../../ports/network.ts';

/** IFF_UP of netdevice(7). */
const IFF_UP = 0x1;

/** The interfaces as the kernel has them in /sys/class/net; empty where there is no such folder. */
export function readLinks(root: string): readonly LinkSeen[] {
  const folder = join(root, 'sys/class/net');
  return namesIn(folder)
    .filter((name) => name !== 'lo' && existsSync(join(folder, name, 'flags')))
    .sort()
    .map((name) => {
      const isUp = (Number(readText(join(folder, name, 'flags')) ?? 0) & IFF_UP) !== 0;
      // While the interface is down the kernel refuses to say (EINVAL).
      const carrier = readText(join(folder, name, 'carrier'));
      return {
        name,
        isPhysical: existsSync(join(folder, name, 'device')),
        isWireless: existsSync(join(folder, name, 'wireless')) || existsSync(join(folder, name, 'phy80211')),
        isUp,
        ...(carrier === undefined ? {} : { hasCarrier: carrier === '1' }),
      };
    });
}

/** Nothing when the file cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
