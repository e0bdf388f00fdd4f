import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import type { BusOptions, MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import { MiniBroker, type MiniBrokerKnobs } from '../../support/miniBroker.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';

const LABEL = { contentType: 'application/json', schema: 'loadgate.offline/1' };

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function startBroker(knobs: MiniBrokerKnobs = {}, port = 0): Promise<MiniBroker> {
  const broker = await MiniBroker.start(knobs, port);
  opened.push(broker);
  return broker;
}

function connect(url: string, change: Partial<BusOptions> = {}): { bus: MqttBus; log: RecordingLog } {
  const log = new RecordingLog();
  const bus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    will: { topic: 'loadgate/v1/home-1/status', payload: 'gone', label: LABEL },
    credentials: () => ({}),
    clock: new WallClock(),
    log,
    reconnectDelayMs: () => 20,
    requiresSubscriber: true,
    acknowledgeTimeoutMs: 150,
    ...change,
  });
  opened.push(bus);
  return { bus, log };
}

function connection(bus: MqttBus, wanted = true): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => {};
    stop = bus.onConnection((isConnected) => {
      if (isConnected !== wanted) return;
      resolve();
      setImmediate(() => stop());
    });
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error('did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.each([4, 5] as const)('bus over MQTT version %i', (protocolVersion) => {
  it('keeps its session at the broker and leaves a last will', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    expect(broker.connects[0]).toMatchObject({
      clientId: 'home-1',
      clean: false,
      protocolVersion,
      will: { topic: 'loadgate/v1/home-1/status', payload: Buffer.from('gone'), qos: 1, retain: true },
    });
    if (protocolVersion === 5) {
      expect(broker.connects[0]?.properties?.sessionExpiryInterval).toBe(86_400);
      expect(broker.connects[0]?.will?.properties).toMatchObject({
        willDelayInterval: 120,
        contentType: 'application/json',
        userProperties: { schema: 'loadgate.offline/1' },
      });
    }
  });

  it('publishes with acknowledgement', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    expect(await bus.publish('a', 'one')).toEqual({ ok: true });
    expect(await bus.publish('b', 'two', { retain: true })).toEqual({ ok: true });
    expect(broker.taken).toEqual([
      { topic: 'a', payload: 'one', retain: false },
      { topic: 'b', payload: 'two', retain: true },
    ]);
  });

  it('publishes nothing while it is offline, and nothing of that later', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    const results = await Promise.all([bus.publish('a', '1'), bus.publish('a', '2')]);
    expect(results).toMatchObject([{ cause: 'offline' }, { cause: 'offline' }]);
    await connection(bus);
    expect(await bus.publish('a', '3')).toEqual({ ok: true });
    expect(broker.taken.map(({ payload }) => payload)).toEqual(['3']);
  });

  it('gives up a message without acknowledgement, cuts the line and sends nothing again by itself', async () => {
    const broker = await startBroker({
      onPublish: (_packet, count) => ({ kind: count <= 2 ? 'withhold' : 'acknowledge' }),
    });
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    const results = await Promise.all([
      bus.publish('a', '1'),
      new Promise((resolve) => setTimeout(resolve, 30)).then(() => bus.publish('a', '2')),
    ]);
    expect(results).toMatchObject([{ cause: 'timeout' }, { cause: 'offline' }]);
    expect(bus.isConnected()).toBe(false);
    await connection(bus);
    expect(await bus.publish('a', '3')).toEqual({ ok: true });
    expect(broker.taken.map(({ payload }) => payload)).toEqual(['1', '2', '3']);
    expect(broker.connects).toHaveLength(2);
  });

  it('answers offline when the connection is cut between message and acknowledgement', async () => {
    const broker = await startBroker({
      onPublish: (_packet, count) => ({ kind: count === 1 ? 'cutAfter' : 'acknowledge' }),
    });
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    expect(await bus.publish('a', '1')).toMatchObject({ ok: false, cause: 'offline' });
    await connection(bus);
    expect(await bus.publish('a', '2')).toEqual({ ok: true });
    expect(broker.taken.map(({ payload }) => payload)).toEqual(['1', '2']);
  });

  it('acknowledges a command only after it was handled', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    let finish = (): void => {};
    const received: string[] = [];
    bus.subscribe('down', async ({ payload }) => {
      received.push(Buffer.from(payload).toString());
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await until(() => broker.subscriptions.includes('down'));
    const id = broker.deliver('down', 'now');
    await until(() => received.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.acknowledged).toEqual([]);
    finish();
    await until(() => broker.acknowledged.includes(id));
  });

  it('leaves a command that could not be handled with the broker and takes it at the next connection', async () => {
    const broker = await startBroker();
    const { bus, log } = connect(broker.url, { protocolVersion });
    let attempts = 0;
    bus.subscribe('down', async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no room');
    });
    await until(() => broker.subscriptions.length === 1);
    const id = broker.deliver('down', 'now');
    await until(() => broker.subscriptions.length === 2);
    expect(broker.acknowledged).toEqual([]);
    expect(log.lines.some(({ message }) => message.includes('left with the broker'))).toBe(true);
    broker.deliver('down', 'now', { id });
    await until(() => broker.acknowledged.includes(id));
    expect(attempts).toBe(2);
  });

  it('says which messages were retained', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    const retained: unknown[] = [];
    bus.subscribe('down', async ({ isRetained }) => {
      retained.push(isRetained);
    });
    await until(() => broker.subscriptions.length === 1);
    broker.deliver('down', 'old', { retain: true });
    broker.deliver('down', 'new');
    await until(() => retained.length === 2);
    expect(retained).toEqual([true, undefined]);
  });

  it('acknowledges and drops what comes on a topic of an older session', async () => {
    const broker = await startBroker();
    const { bus, log } = connect(broker.url, { protocolVersion });
    await connection(bus);
    const id = broker.deliver('forgotten', 'x');
    await until(() => broker.acknowledged.includes(id));
    expect(log.lines.some(({ message }) => message.includes('nothing listens to'))).toBe(true);
  });

  it('starts without a broker and subscribes when there is one, again at every connection', async () => {
    const probe = await startBroker();
    const { port } = probe;
    await probe.close();
    const { bus, log } = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion });
    bus.subscribe('down', async () => {});
    await until(() => log.lines.filter(({ level }) => level !== 'info').length >= 3);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ message: expect.stringContaining('Nothing listens at the address') }]);
    const broker = await startBroker({}, port);
    await until(() => broker.subscriptions.length === 1);
    broker.cut();
    await until(() => broker.subscriptions.length === 2);
  });

  it('notices a broker that has gone silent', async () => {
    const broker = await startBroker();
    const { bus, log } = connect(broker.url, { protocolVersion, keepaliveS: 1 });
    await connection(bus);
    broker.knobs = { isMute: true };
    await connection(bus, false);
    await until(() => log.lines.some(({ message }) => message.includes('gone silent')));
  });

  it('says farewell: what the last will would say, retained, then it is gone', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    await bus.close();
    expect(broker.taken).toEqual([{ topic: 'loadgate/v1/home-1/status', payload: 'gone', retain: true }]);
    expect(bus.isConnected()).toBe(false);
    expect(await bus.publish('a', '1')).toMatchObject({ cause: 'offline' });
  });

  it('closes also when the broker answers nothing, and when there is none', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion });
    await connection(bus);
    broker.knobs = { isMute: true };
    await bus.close();
    const lonely = connect('mqtt://127.0.0.1:1', { protocolVersion });
    await until(() => lonely.log.lines.length > 0);
    await lonely.bus.close();
  });
});

describe('bus over MQTT 5', () => {
  it('says beside a message what it is', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url);
    await connection(bus);
    await bus.publish('a', '1', { label: { contentType: 'application/json', schema: 'loadgate.event/1' } });
    await bus.close();
    expect(broker.properties).toMatchObject([
      { contentType: 'application/json', userProperties: { schema: 'loadgate.event/1' } },
      { contentType: 'application/json', userProperties: { schema: 'loadgate.offline/1' } },
    ]);
  });

  it('takes a reason code from 0x80 on as a refusal', async () => {
    const broker = await startBroker({ onPublish: () => ({ kind: 'refuse', reasonCode: 0x97 }) });
    const { bus } = connect(broker.url);
    await connection(bus);
    expect(await bus.publish('a', '1')).toEqual({
      ok: false,
      cause: 'refused',
      detail: expect.stringContaining('151'),
    });
    expect(bus.isConnected()).toBe(true);
  });

  it('keeps a message that nobody is subscribed to, where that is asked for; a retained one is fine', async () => {
    const broker = await startBroker({ onPublish: () => ({ kind: 'acknowledge', reasonCode: 0x10 }) });
    const strict = connect(broker.url).bus;
    await connection(strict);
    expect(await strict.publish('a', '1')).toMatchObject({ ok: false, cause: 'refused' });
    expect(await strict.publish('a', '1', { retain: true })).toEqual({ ok: true });
    const lenient = connect(broker.url, { clientId: 'home-2', requiresSubscriber: false }).bus;
    await connection(lenient);
    expect(await lenient.publish('a', '1')).toEqual({ ok: true });
  });

  it('knows how many messages the broker takes at once and how large', async () => {
    const broker = await startBroker({ receiveMaximum: 3, maximumPacketSize: 200 });
    const { bus } = connect(broker.url);
    await connection(bus);
    expect(bus.inFlightMaximum()).toBe(3);
    expect(await bus.publish('a', 'x'.repeat(300))).toMatchObject({ cause: 'refused' });
    expect(broker.taken).toEqual([]);
  });
});

describe('bus that is not let in', () => {
  it.each([
    [4, 5, /access rules/],
    [4, 4, /broker.username and broker.passwordFile/],
    [4, 1, /broker.protocolVersion/],
    [5, 0x87, /access rules/],
    [5, 0x86, /broker.username and broker.passwordFile/],
    [5, 0x8a, /banned/],
  ] as const)(
    'MQTT version %i, code %i: says what to do and tries again',
    async (protocolVersion, code, sentence) => {
      const broker = await startBroker({ connackCode: code });
      const { bus, log } = connect(broker.url, { protocolVersion });
      await until(() => broker.connects.length >= 3);
      expect(bus.isConnected()).toBe(false);
      const warnings = log.lines.filter(({ level }) => level === 'warn');
      expect(warnings).toMatchObject([{ message: expect.stringMatching(sentence) }]);
    },
  );

  it('says that the port belongs to something else', async () => {
    const broker = await startBroker();
    const { log } = connect(broker.url.replace('mqtt:', 'mqtts:'));
    await until(() => log.lines.some(({ level }) => level === 'warn'));
    expect(broker.connects).toEqual([]);
  });

  it('says which credential file cannot be read, and reads it again at the next attempt', async () => {
    const broker = await startBroker();
    const passwordFile = join(mkdtempSync(join(tmpdir(), 'loadgate-')), 'password');
    const { bus, log } = connect(broker.url, {
      username: 'home-1',
      credentials: () => ({ passwordFile }),
    });
    await until(() => log.lines.length > 0);
    expect(log.lines[0]).toMatchObject({ level: 'warn', message: expect.stringContaining(passwordFile) });
    writeFileSync(passwordFile, 'secret\n');
    await connection(bus);
    expect(broker.connects[0]).toMatchObject({ username: 'home-1', password: Buffer.from('secret') });
  });

  it('says which of its own credentials cannot be used', async () => {
    const broker = await startBroker();
    const certificateFile = join(mkdtempSync(join(tmpdir(), 'loadgate-')), 'own.pem');
    writeFileSync(certificateFile, 'no certificate');
    const { bus, log } = connect(broker.url.replace('mqtt:', 'mqtts:'), {
      credentials: () => ({ certificateFile, keyFile: certificateFile }),
    });
    await until(() => log.lines.length > 1);
    expect(bus.sentence()).toContain('The certificate or key of this gateway cannot be used');
    expect(broker.connects).toEqual([]);
  });

  it('says that it may not receive its commands', async () => {
    const broker = await startBroker({ granted: 0x80 });
    const { bus, log } = connect(broker.url);
    bus.subscribe('down', async () => {});
    await until(() => log.lines.some(({ level }) => level === 'error'));
    expect(log.lines.find(({ level }) => level === 'error')).toMatchObject({ fields: { topic: 'down' } });
  });

  it('does not count a TCP connection as one to the broker', async () => {
    const server = createServer((socket) => socket.resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { bus } = connect(`mqtt://127.0.0.1:${port}`);
    await once(server, 'connection');
    expect(bus.isConnected()).toBe(false);
    await bus.close();
    server.close();
  });
});

describe('a client that is no gateway', () => {
  it('hears every gateway by one filter, shared with others of its kind', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url);
    const heard: string[] = [];
    bus.subscribe('$share/desk/loadgate/v1/+/receipts', async ({ topic }) => {
      heard.push(topic);
    });
    await connection(bus);
    await until(() => broker.subscriptions.length === 1);
    expect(broker.subscriptions).toEqual(['$share/desk/loadgate/v1/+/receipts']);
    const id = broker.deliver('loadgate/v1/home-7/receipts', 'x');
    await until(() => broker.acknowledged.includes(id));
    expect(heard).toEqual(['loadgate/v1/home-7/receipts']);
  });

  it('without a last will leaves none, and says no farewell', async () => {
    const broker = await startBroker();
    const bus = connectBus({
      url: broker.url,
      clientId: 'desk',
      protocolVersion: 5,
      credentials: () => ({}),
      clock: new WallClock(),
      log: new RecordingLog(),
      reconnectDelayMs: () => 20,
      requiresSubscriber: false,
      receiveMaximum: 100,
    });
    await connection(bus);
    expect(broker.connects[0]?.will).toBeFalsy();
    expect(broker.connects[0]?.properties?.receiveMaximum).toBe(100);
    await bus.close();
    expect(broker.taken).toEqual([]);
  });
});
