import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import type { CredentialFiles } from '../../../src/adapters/mqtt/credentials.ts';
import type { BusOptions, MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import { MiniBroker, type MiniBrokerKnobs, type MiniBrokerTls } from '../../support/miniBroker.ts';
import { DatedAuthority, type Wanted } from '../../support/processes/datedAuthority.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { closedPort, makeFolder } from '../network/benches.ts';

const folder = makeFolder();
const opened: { close(): Promise<void> }[] = [];
let authority: DatedAuthority;
let foreign: DatedAuthority;

beforeAll(() => {
  authority = new DatedAuthority(folder.path, 'authority');
  foreign = new DatedAuthority(folder.path, 'foreign');
});

afterAll(() => folder.remove());

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function startBroker(knobs: MiniBrokerKnobs = {}, port = 0, tls?: MiniBrokerTls): Promise<MiniBroker> {
  const broker = await MiniBroker.start(knobs, port, tls);
  opened.push(broker);
  return broker;
}

let issued = 0;

/** A broker with a certificate of the authority, which asks for one of the client. */
async function startTlsBroker(
  isWebSocket: boolean,
  { wanted = {}, by = authority, ...tls }: MiniBrokerTls & { wanted?: Wanted; by?: DatedAuthority } = {},
): Promise<MiniBroker> {
  issued += 1;
  const { certificateFile, keyFile } = by.issue(`broker-${issued}`, wanted);
  return await startBroker({}, 0, {
    isWebSocket,
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    ca: readFileSync(authority.certificateFile),
    requestCert: true,
    rejectUnauthorized: true,
    ...tls,
  });
}

function connect(
  url: string,
  change: Partial<BusOptions> = {},
  files: CredentialFiles = {},
): { bus: MqttBus; log: RecordingLog } {
  const log = new RecordingLog();
  const bus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    credentials: () => files,
    clock: new WallClock(),
    log,
    reconnectDelayMs: () => 10,
    requiresSubscriber: false,
    acknowledgeTimeoutMs: 150,
    ...change,
  });
  opened.push(bus);
  return { bus, log };
}

async function until(isTrue: () => boolean, seen: () => string = () => 'nothing more'): Promise<void> {
  const giveUpAt = Date.now() + 4_000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error(`did not happen within 4 s; seen: ${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function untilSaid(bus: MqttBus, sentence: RegExp): Promise<void> {
  await until(
    () => sentence.test(bus.sentence()),
    () => bus.sentence(),
  );
}

describe('a gateway with several broker addresses', () => {
  it('goes on to the next one, says what is wrong at the first, and leaves one that does not hold', async () => {
    const port = await closedPort();
    const url = `mqtt://127.0.0.1:${port}`;
    const second = await startBroker();
    const third = await startBroker();
    const { bus } = connect(url, { fallbackUrls: [second.url, third.url] });
    await until(() => bus.isConnected());
    expect(bus.sentence()).toMatch(`Connected to ${second.url}. ${url}: Nothing listens`);
    expect(bus.addresses()).toEqual([second.url]);
    // The first is there again, but the second was good.
    const first = await startBroker({}, port);
    await bus.publish('a', '1');
    second.cut();
    await until(() => first.connects.length === 1 && bus.isConnected());
    expect(bus.addresses()).toEqual([first.url]);
    expect(third.connects).toEqual([]);
    expect(bus.sentence()).toBe(
      `Connected to ${first.url}. ${second.url}: The broker closed the connection without a reason`,
    );
  });

  it('names every failure, once each in the log, while none lets it in', async () => {
    const banned = await startBroker({ connackCode: 138 });
    const busy = await startBroker({ connackCode: 137 });
    const { bus, log } = connect(banned.url, { fallbackUrls: [busy.url] });
    await until(() => busy.connects.length >= 4);
    const sentence = bus.sentence();
    expect(sentence).toContain(`${banned.url}: The broker has banned this gateway`);
    expect(sentence).toContain(`${busy.url}: The broker is busy`);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(Math.abs(banned.connects.length - busy.connects.length)).toBeLessThanOrEqual(1);
  });

  it('pauses longer from round to round, not from address to address', async () => {
    const asked: number[] = [];
    const port = await closedPort();
    const fallbackUrls = [`mqtt://localhost:${port}`, `mqtt://127.0.0.1:${port}/`];
    const reconnectDelayMs = (failures: number): number => {
      asked.push(failures);
      return 1;
    };
    connect(`mqtt://127.0.0.1:${port}`, { fallbackUrls, reconnectDelayMs });
    await until(() => asked.length >= 9);
    expect(asked.slice(0, 9)).toEqual([1, 1, 1, 1, 1, 2, 1, 1, 3]);
  });

  it('a climb of the ladder may try one of them out of turn', async () => {
    const mute = await startBroker({ isMute: true });
    const good = await startBroker();
    const { bus } = connect(mute.url, { fallbackUrls: [good.url] });
    await until(() => mute.connects.length === 1);
    expect(await bus.attemptNow(good.url)).toEqual({ isAccepted: true });
    expect(bus.addresses()).toEqual([good.url]);
  });
});

describe.each([
  ['TLS', false],
  ['WebSocket over TLS', true],
] as const)('over %s', (_name, isWebSocket) => {
  const own = () => {
    issued += 1;
    const { certificateFile, keyFile } = authority.issue(`home-${issued}`);
    return { certificateFile, keyFile, certificateAuthorityFile: authority.certificateFile };
  };

  it('both show their certificates, and messages go both ways', async () => {
    const broker = await startTlsBroker(isWebSocket);
    const { bus } = connect(broker.url, {}, own());
    const heard: string[] = [];
    bus.subscribe('down', async ({ payload }) => {
      heard.push(Buffer.from(payload).toString());
    });
    await until(() => broker.subscriptions.length === 1);
    const large = 'x'.repeat(20_000);
    expect(await bus.publish('up', large)).toEqual({ ok: true });
    expect(broker.taken).toEqual([{ topic: 'up', payload: large, retain: false }]);
    broker.deliver('down', 'now');
    await until(() => heard.length === 1);
    expect(heard).toEqual(['now']);
    expect(await bus.ping()).toBe(true);
  });

  it('a cut is noticed and mended, and a mute broker does not hold up the end', async () => {
    const broker = await startTlsBroker(isWebSocket);
    const { bus } = connect(broker.url, {}, own());
    await until(() => bus.isConnected());
    broker.cut();
    await until(() => broker.connects.length === 2 && bus.isConnected());
    broker.knobs = { isMute: true };
    expect(await bus.publish('up', '1')).toMatchObject({ cause: 'timeout' });
    await until(() => broker.connects.length === 3);
  });

  it.each([
    ['certificate has expired', { wanted: { untilDays: -1 } }, /not valid at this time; check the clock/],
    ['certificate is not valid yet', { wanted: { fromDays: 1 } }, /not valid at this time; check the clock/],
    ['certificate is for another name', { wanted: { names: 'DNS:other.example' } }, /for another name/],
    ['TLS is too old', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }, /TLS 1.2/],
  ] as const)('nothing is sent to a broker whose %s', async (_case, change, sentence) => {
    const broker = await startTlsBroker(isWebSocket, change);
    const { bus } = connect(broker.url, {}, own());
    await untilSaid(bus, sentence);
    expect(broker.connects).toEqual([]);
  });

  it('nothing is sent to a broker of an unknown authority, not even where the environment would allow it', async () => {
    const broker = await startTlsBroker(isWebSocket, { by: foreign });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const { bus } = connect(broker.url, {}, own());
      await untilSaid(bus, /not signed by an authority that is trusted here/);
      expect(broker.connects).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });
});

it('a WebSocket at a wrong path gets a sentence that says so', async () => {
  const broker = await startTlsBroker(true, { requestCert: false });
  const { bus } = connect(
    broker.url.replace('/mqtt', '/elsewhere'),
    {},
    { certificateAuthorityFile: authority.certificateFile },
  );
  await untilSaid(bus, /path of the address/);
});
