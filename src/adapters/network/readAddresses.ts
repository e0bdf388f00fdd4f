import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { AddressSeen } from '../../ports/network.ts';
import { namesIn, readText } from './readLinks.ts';

/** The addresses of interfaces that are up, loopback left out. */
export function readAddresses(root: string): readonly AddressSeen[] {
  return Object.entries(networkInterfaces()).flatMap(([name, infos = []]) => {
    const leased = leasedAddresses(root, name);
    return infos
      .filter((info) => !info.internal)
      .map(({ address, family, cidr }) => ({
        interface: name,
        address,
        family: family === 'IPv4' ? (4 as const) : (6 as const),
        prefixLength: Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128)),
        isLinkLocal: /^169\.254\./.test(address) || /^fe[89ab]/i.test(address),
        isLease: leased.includes(address),
      }));
  });
}

/**
 * What the DHCP clients of Linux leave behind: systemd-networkd (by the number of the interface), NetworkManager, dhclient,
 * dhcpcd and busybox udhcpc are told apart by their folders alone. Where none left a readable file, nothing is known.
 */
function leasedAddresses(root: string, name: string): readonly string[] {
  const index = readText(join(root, 'sys/class/net', name, 'ifindex'));
  const networkd = index === undefined ? undefined : readText(join(root, 'run/systemd/netif/leases', index));
  const folders = ['var/lib/NetworkManager', 'var/lib/dhcp', 'var/lib/dhclient'].map((path) =>
    join(root, path),
  );
  const files = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((file) => /lease/.test(file) && file.includes(name))
      .map((file) => readText(join(folder, file))),
  );
  const shared = join(root, 'var/lib/dhcp/dhclient.leases');
  const texts = [networkd, ...files, existsSync(shared) ? readText(shared) : undefined];
  return texts.flatMap((text) =>
    [...(text ?? '').matchAll(/^\s*(?:ADDRESS=|fixed-address )([0-9.]+)/gm)].map(
      ([, address = '']) => address,
    ),
  );
}
