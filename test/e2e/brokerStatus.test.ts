import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACKNOWLEDGE, MiniBroker, type MiniBrokerKnobs } from '../support/miniBroker.ts';
import { DatedAuthority, type Wanted } from '../support/processes/datedAuthority.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';
import { IdempotentSubscriber, upTo } from '../sync/fakes.ts';

/** Twenty seconds without an acknowledgement are four. */
const SPEED = 5;
const TELEMETRY = 'loadgate/v1/home-1/telemetry';

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

/** What a field engineer reads. */
async function readStatus(home: HomeUnderTest): Promise<string> {
  return (await home.ask('status')).stdout;
}

async function untilRead(home: HomeUnderTest, words: string | RegExp): Promise<string> {
  let last = '';
  const look = async (): Promise<boolean> => {
    last = await readStatus(home);
    return last.match(words) !== null;
  };
  await until(`"loadgate status" says ${words}`, look, { withinMs: 60_000, everyMs: 300 }).catch((error) => {
    throw new Error(`${error}; it said:\n${last}`);
  });
  return last;
}

/** Connected, and in the next line nothing besides the address. */
const WELL = /Broker +connected.*\n +Connected to \S+\n/;

const MISHAPS: readonly (readonly [string, MiniBrokerKnobs, RegExp])[] = [
  [
    'quota exceeded',
    { onPublish: () => ({ kind: 'refuse', reasonCode: 0x97 }) },
    /Not taken on loadgate\/v1\/home-1\/\w+: the broker has no room left for this gateway; its operator raises the quota/,
  ],
  [
    'not authorised for one topic',
    { onPublish: ({ topic }) => (topic === TELEMETRY ? { kind: 'refuse', reasonCode: 0x87 } : ACKNOWLEDGE) },
    /Not taken on loadgate\/v1\/home-1\/telemetry: the access rules of the broker do not allow it/,
  ],
  [
    'no acknowledgement',
    { onPublish: () => ({ kind: 'withhold' }) },
    /The broker takes messages but does not acknowledge all of them/,
  ],
  [
    'every second acknowledgement',
    { onPublish: (_packet, count) => (count % 2 === 0 ? { kind: 'withhold' } : ACKNOWLEDGE) },
    /The broker takes messages but does not acknowledge all of them/,
  ],
  [
    'cut in the middle',
    { onPublish: (_packet, count) => (count % 3 === 0 ? { kind: 'cutAfter' } : ACKNOWLEDGE) },
    // Over as soon as it is seen: half a second later the next connection stands.
    /Broker +(not )?connected/,
  ],
  ['one message at a time', { receiveMaximum: 1 }, WELL],
];

describe('"loadgate status" of a gateway', () => {
  it('names each fault of a broker in turn, says when it is over, and nothing is lost', async () => {
    const broker = await MiniBroker.start({ hasSession: true });
    bed.onClose(() => broker.close());
    const settings = { telemetry: { intervalMs: 2_000 } };
    const home = await bed.openHome({ name: 'home-1', speed: SPEED, brokerUrl: broker.url, settings });
    await home.gateway.start();
    await untilRead(home, WELL);
    for (const [name, knobs, words] of MISHAPS) {
      broker.knobs = { hasSession: true, ...knobs };
      broker.cut();
      await untilRead(home, words).catch((error) => {
        throw new Error(`${name}: ${error}`);
      });
      broker.knobs = { hasSession: true };
      await untilRead(home, WELL);
    }
    broker.knobs = { connackCode: 0x8a };
    broker.cut();
    await untilRead(home, 'The broker has banned this gateway; ask its operator \\(MQTT reason 138\\)');
    broker.knobs = {};
    await untilRead(home, 'The broker had lost the session of this gateway');
    const settled = async (): Promise<boolean | undefined> => {
      const sync = (await home.gateway.status())?.sync;
      return sync?.isConnected === true && sync.outboxDepth < 3;
    };
    await until('the outbox is empty', settled, { withinMs: 60_000 });
    const telemetry = new IdempotentSubscriber();
    for (const { topic, payload } of broker.taken) {
      if (topic === TELEMETRY) telemetry.take(JSON.parse(payload).sequence);
    }
    expect(telemetry.seen.length).toBeGreaterThan(20);
    expect(telemetry.seen).toEqual(upTo(telemetry.seen.length));
  }, 400_000);

  it('names what is wrong with the certificate of each of its brokers, and sends nothing to any of them', async () => {
    const folder = bed.makeFolder('authorities');
    const authority = new DatedAuthority(folder, 'authority');
    const foreign = new DatedAuthority(folder, 'foreign');
    let issued = 0;
    const open = async (by: DatedAuthority, wanted: Wanted, tls: object = {}): Promise<MiniBroker> => {
      issued += 1;
      const { certificateFile, keyFile } = by.issue(`broker-${issued}`, wanted);
      const own = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
      const broker = await MiniBroker.start({}, 0, { ...own, ...tls });
      bed.onClose(() => broker.close());
      return broker;
    };
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' };
    const brokers: readonly (readonly [MiniBroker, string])[] = [
      [await open(authority, { untilDays: -1 }), 'The certificate of the broker is not valid at this time'],
      [
        await open(authority, { names: 'DNS:other.example' }),
        'The certificate of the broker is for another name',
      ],
      [
        await open(foreign, {}),
        'The certificate of the broker is not signed by an authority that is trusted',
      ],
      [await open(authority, {}, old), 'The broker has no version of TLS that is safe'],
      [
        await open(authority, { untilDays: -1 }, { isWebSocket: true }),
        'The certificate of the broker is not',
      ],
    ];
    const [url = '', ...fallbackUrls] = brokers.map(([broker]) => broker.url);
    const home = await bed.openHome({ name: 'home-1', speed: SPEED, brokerUrl: url });
    const certificateAuthorityFile = authority.certificateFile;
    home.writeSettings({ broker: { url, fallbackUrls, certificateAuthorityFile } });
    await home.gateway.start();
    const all = brokers.map(([broker, words]) => `${broker.url}: ${words}`);
    const said = await untilRead(home, all.at(-1) ?? '');
    for (const words of all) expect(said).toContain(words);
    expect(brokers.map(([broker]) => broker.connects)).toEqual(brokers.map(() => []));
  }, 120_000);
});
