import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../../src/cli/exitCodes.ts';
import { networkSchema } from '../../../src/contract/network.ts';
import type { Rung } from '../../../src/domain/network.ts';
import { hasMosquitto } from '../../support/processes/mosquitto.ts';
import { canMakeNetworks, PLACES, Street } from './street.ts';

interface Breakage {
  readonly story: string;
  readonly rung: Rung;
  readonly cause: string;
  readonly break: (street: Street) => unknown;
  readonly mend: (street: Street) => unknown;
}

const BREAKAGES: readonly Breakage[] = [
  {
    story: 'the cable is pulled',
    rung: 'link',
    cause: 'link-no-carrier',
    break: (street) => street.router('ip link set downlink down'),
    mend: (street) => street.router('ip link set downlink up'),
  },
  {
    story: 'the network of the box is switched off',
    rung: 'link',
    cause: 'link-switched-off',
    break: (street) => street.home('ip link set uplink down'),
    mend: (street) => street.home('ip link set uplink up'),
  },
  {
    story: 'nobody hands out an address',
    rung: 'address',
    cause: 'address-none',
    break: (street) => street.home('ip address flush dev uplink'),
    mend: () => {},
  },
  {
    story: 'the box gives itself an address that leads nowhere',
    rung: 'address',
    cause: 'address-self-assigned',
    break: (street) => {
      street.home('ip address flush dev uplink');
      street.home('ip address add 169.254.7.8/16 dev uplink');
    },
    mend: (street) => street.home('ip address flush dev uplink'),
  },
  {
    story: 'the default route is gone',
    rung: 'router',
    cause: 'router-none',
    break: (street) => street.home('ip route delete default'),
    mend: () => {},
  },
  {
    story: 'the router is silent on a wire that is up',
    rung: 'router',
    cause: 'router-silent',
    break: (street) => {
      street.router(`ip address delete ${PLACES.router}/24 dev downlink`);
      street.home('ip neigh flush dev uplink');
    },
    mend: (street) => street.router(`ip address add ${PLACES.router}/24 dev downlink`),
  },
  {
    story: 'no resolver is set',
    rung: 'dns',
    cause: 'dns-no-resolver',
    break: (street) => street.writeResolvers(),
    mend: (street) => street.writeResolvers(PLACES.router),
  },
  {
    story: 'the resolver is silent',
    rung: 'dns',
    cause: 'dns-silent',
    break: (street) => street.answerNames('silence'),
    mend: (street) => street.answerNames(PLACES.broker),
  },
  {
    story: 'the resolver of the router has no way out itself',
    rung: 'dns',
    cause: 'dns-refuses',
    break: (street) => street.answerNames('servfail'),
    mend: (street) => street.answerNames(PLACES.broker),
  },
  {
    story: 'the name of the broker does not exist',
    rung: 'dns',
    cause: 'dns-no-such-name',
    break: (street) => street.answerNames('noSuchName'),
    mend: (street) => street.answerNames(PLACES.broker),
  },
  {
    story: 'a log-in page answers every name',
    rung: 'dns',
    cause: 'dns-captive',
    break: (street) => street.answerNames(PLACES.router),
    mend: (street) => street.answerNames(PLACES.broker),
  },
  {
    story: 'the broadband is unplugged from the router',
    rung: 'wan',
    cause: 'wan-unreachable',
    break: (street) => street.router('ip link set line down'),
    mend: (street) => street.router('ip link set line up'),
  },
  {
    story: 'what goes out is swallowed on the way',
    rung: 'brokerTcp',
    cause: 'tcp-silent',
    break: (street) => street.router(`ip route add blackhole ${PLACES.broker}/32`),
    mend: (street) => street.router(`ip route delete blackhole ${PLACES.broker}/32`),
  },
  {
    story: 'the broker is stopped',
    rung: 'brokerTcp',
    cause: 'tcp-refused',
    break: (street) => street.stopBroker(),
    mend: (street) => street.startBroker(),
  },
];

describe.skipIf(!canMakeNetworks || !hasMosquitto)('a box in a home network of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-street-'));
  let street: Street;

  beforeAll(async () => {
    street = new Street(folder);
    await street.startDns();
    await street.startBroker();
  });

  afterAll(async () => {
    await street?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function climb() {
    const { code, text } = street.loadgate('network', '--json');
    if (!text.startsWith('{')) throw new Error(text);
    return { code, network: networkSchema.parse(JSON.parse(text)) };
  }

  async function lookAndMend({ mend }: Breakage) {
    try {
      return climb();
    } finally {
      await mend(street);
      street.mendHome();
    }
  }

  it('gets through to the broker', () => {
    const { code, network } = climb();
    expect(network).toMatchObject({ isStanding: true });
    expect(network.rungs.filter(({ state }) => state !== 'passed' && state !== 'cannotBeTold')).toEqual([]);
    expect(code).toBe(0);
  });

  it.each(BREAKAGES)('$story: the rung is named, and after mending it passes', async (breakage) => {
    await breakage.break(street);
    const broken = await lookAndMend(breakage);
    const failed = broken.network.rungs.find(({ state }) => state === 'failed');
    expect([broken.network.lowestFailed, failed?.cause]).toEqual([breakage.rung, breakage.cause]);
    expect(failed?.nextStep).toBeDefined();
    expect(broken.network.tookMs).toBeLessThan(20_000);
    expect(broken.code).toBe(EXIT_CODES.backOfficeUnreachable.code);
    expect(climb().network).toMatchObject({ isStanding: true });
  });
});
