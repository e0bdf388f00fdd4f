import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lookUpName, readResolvers } from '../../../src/adapters/network/lookUpName.ts';
import { type DnsAnswer, DnsServer } from '../../support/dnsServer.ts';
import { WallClock } from '../../support/wallClock.ts';
import { closedPort, makeFolder } from './benches.ts';

const clock = new WallClock();
/** Ends in a top level that does not exist (RFC 6761), so the system knows it nowhere. */
const NAME = 'broker.invalid';

const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startDns(answer: DnsAnswer): Promise<DnsServer> {
  const server = await DnsServer.start(answer);
  opened.push(() => server.close());
  return server;
}

describe('each resolver by itself', () => {
  it.each<[string, DnsAnswer, object]>([
    [
      'gives its addresses',
      ['198.51.100.7', '198.51.100.8'],
      { kind: 'addresses', addresses: ['198.51.100.7', '198.51.100.8'] },
    ],
    ['says that there is no such name', 'noSuchName', { kind: 'noSuchName' }],
    ['knows the name, but no address of it', [], { kind: 'noSuchName' }],
    ['fails', 'servfail', { kind: 'refused', detail: 'it answers SERVFAIL' }],
    ['refuses', 'refused', { kind: 'refused', detail: 'it answers REFUSED' }],
    ['is silent', 'silence', { kind: 'silent' }],
  ])('%s', async (_, answer, outcome) => {
    const server = await startDns(answer);
    const { resolvers } = await lookUpName(NAME, [server.address], clock, 1_000);
    expect(resolvers).toEqual([{ resolver: server.address, outcome, tookMs: expect.any(Number) }]);
    expect(resolvers[0]?.tookMs).toBeLessThan(1_500);
    expect(server.asked.length).toBeGreaterThan(0);
  });

  it('is asked side by side with the others, whatever they do', async () => {
    const silent = await startDns('silence');
    const good = await startDns(['198.51.100.7']);
    const dead = `127.0.0.1:${await closedPort()}`;
    const found = await lookUpName(NAME, [silent.address, good.address, dead, 'nonsense'], clock, 1_000);
    expect(found.resolvers.map(({ outcome }) => outcome.kind)).toEqual([
      'silent',
      'addresses',
      'failed',
      'failed',
    ]);
  });
});

describe('the system', () => {
  it('resolves a name of its own without any resolver', async () => {
    const server = await startDns('servfail');
    const found = await lookUpName('localhost', [server.address], clock, 2_000);
    expect(found.system).toEqual({ kind: 'addresses', addresses: expect.arrayContaining(['127.0.0.1']) });
    expect(found.resolvers).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  it('is not waited for beyond the time', async () => {
    // The time is over before anything was asked.
    const over = {
      ...clock,
      now: clock.now,
      runningMs: clock.runningMs,
      after: (_: number, run: () => void) => {
        run();
        return () => {};
      },
    };
    const found = await lookUpName(NAME, [], over, 4_000);
    expect(found.system).toEqual({ kind: 'silent' });
  });
});

describe('the resolvers of the system', () => {
  function rootWith(files: Readonly<Record<string, string>>): string {
    const folder = makeFolder();
    opened.push(() => folder.remove());
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      writeFileSync(join(folder.path, path), text);
    }
    return folder.path;
  }

  it('stand in resolv.conf, of which no more than three count', () => {
    const text =
      '# nameserver 192.0.2.9\nsearch home\nnameserver 192.0.2.1\n nameserver fe80::1%eth0\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n';
    expect(readResolvers(rootWith({ 'etc/resolv.conf': text }))).toEqual([
      '192.0.2.1',
      'fe80::1%eth0',
      '192.0.2.3',
    ]);
  });

  it('are those behind systemd-resolved where that one listens', () => {
    const stub = { 'etc/resolv.conf': 'nameserver 127.0.0.53\n' };
    const behind = { 'run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.1\n' };
    expect(readResolvers(rootWith({ ...stub, ...behind }))).toEqual(['192.0.2.1']);
    expect(readResolvers(rootWith(stub))).toEqual(['127.0.0.53']);
  });

  it('are none without a file', () => {
    expect(readResolvers(rootWith({}))).toEqual([]);
  });
});
