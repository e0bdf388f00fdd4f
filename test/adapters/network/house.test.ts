import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAtRouters, readRoutes4, readRoutes6 } from '../../../src/adapters/network/lookAtRouters.ts';
import { readAddresses } from '../../../src/adapters/network/readAddresses.ts';
import { readLinks } from '../../../src/adapters/network/readLinks.ts';
import { WallClock } from '../../support/wallClock.ts';
import { makeFolder } from './benches.ts';

const clock = new WallClock();
const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A file system of its own with what the kernel shows there. */
function makeRoot(files: Readonly<Record<string, string>>, folders: readonly string[] = []): string {
  const folder = makeFolder();
  opened.push(() => folder.remove());
  for (const path of folders) mkdirSync(join(folder.path, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  return folder.path;
}

const ROUTES = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

describe('interfaces', () => {
  it('are told apart by hardware, radio, switch and carrier', () => {
    const net = 'sys/class/net';
    const root = makeRoot(
      {
        [`${net}/lo/flags`]: '0x9\n',
        [`${net}/eth0/flags`]: '0x1003\n',
        [`${net}/eth0/carrier`]: '0\n',
        [`${net}/wlan0/flags`]: '0x1003\n',
        [`${net}/wlan0/carrier`]: '1\n',
        [`${net}/br0/flags`]: '0x1003\n',
        [`${net}/usb0/flags`]: '0x1002\n',
        [`${net}/bonding_masters`]: '',
      },
      [`${net}/eth0/device`, `${net}/wlan0/device`, `${net}/wlan0/phy80211`, `${net}/usb0/device`],
    );
    // While an interface is down the kernel refuses to say; a folder cannot be read either.
    mkdirSync(join(root, net, 'usb0/carrier'));
    expect(readLinks(root)).toEqual([
      { name: 'br0', isPhysical: false, isWireless: false, isUp: true },
      { name: 'eth0', isPhysical: true, isWireless: false, isUp: true, hasCarrier: false },
      { name: 'usb0', isPhysical: true, isWireless: false, isUp: false },
      { name: 'wlan0', isPhysical: true, isWireless: true, isUp: true, hasCarrier: true },
    ]);
  });

  it('are none where the kernel shows none', () => {
    expect(readLinks(makeRoot({}))).toEqual([]);
  });

  it('of this machine can be read', () => {
    expect(readLinks('/').every(({ name }) => name !== 'lo')).toBe(true);
  });
});

describe('addresses', () => {
  it('of this machine come with their network, loopback left out', () => {
    for (const { address, prefixLength, family, isLinkLocal } of readAddresses('/')) {
      expect(['127.0.0.1', '::1']).not.toContain(address);
      expect(prefixLength).toBeGreaterThan(0);
      expect(family).toBe(address.includes(':') ? 6 : 4);
      expect(isLinkLocal).toBe(/^(fe80|169\.254)/.test(address));
    }
  });

  it.each([
    [
      'systemd-networkd',
      (index: string, _: string) => `run/systemd/netif/leases/${index}`,
      (address: string) => `# private\nADDRESS=${address}\n`,
    ],
    [
      'dhclient',
      (_: string, name: string) => `var/lib/dhcp/dhclient.${name}.leases`,
      (address: string) => `lease {\n  fixed-address ${address};\n}\n`,
    ],
    [
      'NetworkManager',
      (_: string, name: string) => `var/lib/NetworkManager/internal-1-${name}.lease`,
      (address: string) => `ADDRESS=${address}\n`,
    ],
  ])('that %s was given are leases', (_, pathOf, textOf) => {
    const own = readAddresses('/').find(({ family }) => family === 4);
    if (own === undefined) return;
    const path = pathOf('7', own.interface);
    const root = makeRoot({ [`sys/class/net/${own.interface}/ifindex`]: '7\n', [path]: textOf(own.address) });
    const found = readAddresses(root).find(({ address }) => address === own.address);
    expect(found?.isLease).toBe(true);
    expect(readAddresses(makeRoot({})).some(({ isLease }) => isLease)).toBe(false);
  });
});

describe('default routes', () => {
  it('are read as the kernel writes them', () => {
    const rows = [
      'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'eth0\t00000000\t0101A8C0\t0201\t0\t0\t0\t00000000\t0\t0\t0',
      'eth1\t00000000\t0101A8C0\t0000\t0\t0\t0\t00000000\t0\t0\t0',
    ];
    const root = makeRoot({ 'proc/self/net/route': `${ROUTES}${rows.join('\n')}\n` });
    expect(readRoutes4(root)).toEqual([
      { interface: 'eth0', family: 4, router: '192.168.1.1' },
      { interface: 'ppp0', family: 4 },
    ]);
  });

  it('of IPv6 as well, without the one by which the kernel refuses', () => {
    const zeros = '0'.repeat(32);
    const rest = '00000400 00000003 00000000';
    const rows = [
      `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 ${rest} 00000003     eth0`,
      `${zeros} 00 ${zeros} 00 ${zeros} ${rest} 00000001     wg0`,
      `fd000000000000000000000000000000 40 ${zeros} 00 ${zeros} ${rest} 00000001     eth0`,
      `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo`,
    ];
    const root = makeRoot({ 'proc/self/net/ipv6_route': `${rows.join('\n')}\n` });
    expect(readRoutes6(root)).toEqual([
      { interface: 'eth0', family: 6, router: 'fe80::1' },
      { interface: 'wg0', family: 6 },
    ]);
  });

  it('are none where the kernel shows none', async () => {
    expect(await lookAtRouters(makeRoot({}), clock, 100)).toEqual([]);
  });

  it('over which nobody has a next hop cannot be asked', async () => {
    const rows = 'ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n';
    const root = makeRoot({ 'proc/self/net/route': `${ROUTES}${rows}` });
    expect(await lookAtRouters(root, clock, 100)).toEqual([
      { interface: 'ppp0', family: 4, answer: 'cannotBeTold' },
    ]);
  });

  it('with a router that refuses a connection have one that answers', async () => {
    // 127.0.0.1: nobody listens at its port 53, or somebody does; either is an answer.
    const rows = 'lo\t00000000\t0100007F\t0003\t0\t0\t0\t00000000\t0\t0\t0\n';
    const root = makeRoot({ 'proc/self/net/route': `${ROUTES}${rows}` });
    const [found] = await lookAtRouters(root, clock, 1_000);
    expect(found).toEqual({ interface: 'lo', family: 4, router: '127.0.0.1', answer: 'answers' });
  });
});
