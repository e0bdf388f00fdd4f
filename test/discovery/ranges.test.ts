import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostsOf, isOwnAddress } from '../../src/discovery/network.ts';
import { COMMON_SETTINGS, chooseSettings } from '../../src/discovery/serialSettings.ts';
import { silentTryMs, turnaroundAllowanceMs } from '../../src/discovery/tryTime.ts';
import { describeSetting } from '../../src/discovery/wire.ts';

describe('the hosts of a network', () => {
  it.each([
    ['192.168.1.0/24', 254, '192.168.1.1', '192.168.1.254'],
    ['192.168.1.77/24', 254, '192.168.1.1', '192.168.1.254'],
    ['10.0.0.8/30', 2, '10.0.0.9', '10.0.0.10'],
    ['10.0.0.8/31', 2, '10.0.0.8', '10.0.0.9'],
    ['127.0.0.1/32', 1, '127.0.0.1', '127.0.0.1'],
    ['172.16.0.0/22', 1022, '172.16.0.1', '172.16.3.254'],
  ])('of %s are %i, from %s to %s', (network, count, first, last) => {
    const result = hostsOf(network);
    const hosts = result.ok ? result.hosts : [];
    expect([hosts.length, hosts[0], hosts.at(-1)]).toEqual([count, first, last]);
  });

  it.each(['192.168.1.0', '192.168.1.0/33', '192.168.256.0/24', 'home/24', '10.0.0.0/8', '192.168.1/24'])(
    'are not asked for by %s',
    (network) => {
      expect(hostsOf(network)).toMatchObject({ ok: false, problem: expect.stringContaining(network) });
    },
  );

  it('are as many as the mask leaves, each once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 22, max: 32 }),
        (base, length) => {
          const address = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.');
          const result = hostsOf(`${address}/${length}`);
          const hosts = result.ok ? result.hosts : [];
          const size = 2 ** (32 - length);
          return hosts.length === (size > 2 ? size - 2 : size) && new Set(hosts).size === hosts.length;
        },
      ),
    );
  });
});

describe('an address of one’s own', () => {
  it.each([
    ['192.168.0.1', true],
    ['10.255.255.255', true],
    ['172.16.0.1', true],
    ['172.31.255.1', true],
    ['172.32.0.1', false],
    ['169.254.3.4', true],
    ['127.0.0.1', true],
    ['localhost', true],
    ['8.8.8.8', false],
    ['192.169.0.1', false],
    ['charger.example', false],
  ])('%s: %s', (host, isOwn) => {
    expect(isOwnAddress(host)).toBe(isOwn);
  });
});

describe('the settings of a serial line', () => {
  it('are the common ones, 9600 8N1 first, when none is asked for', () => {
    expect(chooseSettings({})).toBe(COMMON_SETTINGS);
    expect(COMMON_SETTINGS.slice(0, 3).map(describeSetting)).toEqual(['9600 8N1', '19200 8E1', '9600 8E1']);
  });

  it('are all combinations of what is asked for, the common ones first', () => {
    const chosen = chooseSettings({ baudRates: [4800, 19_200], parities: ['odd', 'even'], stopBits: [1] });
    expect(chosen.map(describeSetting)).toEqual(['19200 8E1', '4800 8O1', '4800 8E1', '19200 8O1']);
  });

  it('leave nothing out where something is left open', () => {
    expect(chooseSettings({ baudRates: [9600] }).map(describeSetting)).toEqual([
      '9600 8N1',
      '9600 8E1',
      '9600 8N2',
      '9600 8E2',
      '9600 8O1',
      '9600 8O2',
    ]);
  });

  it('a slow line gets more time for an answer, and a try is bounded', () => {
    expect(turnaroundAllowanceMs(2400)).toBeGreaterThan(turnaroundAllowanceMs(9600));
    expect(silentTryMs(9600)).toBeLessThan(300);
    expect(silentTryMs(115_200)).toBeLessThan(250);
  });
});
