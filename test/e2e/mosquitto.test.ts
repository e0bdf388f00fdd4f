import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { type BusOptions, connectBus, type MqttBus } from '../../src/adapters/mqtt/connectBus.ts';
import { encodeOffline } from '../../src/contract/envelope.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { DatedAuthority } from '../support/processes/datedAuthority.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { WallClock } from '../support/wallClock.ts';
import { fixedEntropy, IdempotentSubscriber, MemoryOutbox, upTo } from '../sync/fakes.ts';

const MOSQUITTO = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';

const opened: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-mosquitto-'));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** A broker of its own folder and port, which can be killed and started again. */
class Mosquitto {
  readonly folder = makeFolder();
  readonly port: number;
  #process: ChildProcess | undefined;

  constructor(port: number, lines: readonly string[] = ['allow_anonymous true']) {
    this.port = port;
    const configuration = [
      // Started by root it would become another user, who may not read this folder.
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      'persistence true',
      `persistence_location ${this.folder}/`,
      // Sessions outlive a kill: they are written after every change.
      'autosave_on_changes true',
      'autosave_interval 1',
      ...lines,
    ];
    writeFileSync(join(this.folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
    opened.push(() => this.kill());
  }

  async start(): Promise<void> {
    this.#process = spawn(MOSQUITTO, ['-c', join(this.folder, 'mosquitto.conf')], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (await this.#answers()) return;
      await sleep(25);
    }
    throw new Error('mosquitto does not listen');
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(isTrue: () => boolean, withinMs = 30_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error(`did not happen within ${withinMs} ms`);
    await sleep(10);
  }
}

function openBus(url: string, change: Partial<BusOptions> = {}): { bus: MqttBus; log: RecordingLog } {
  const log = new RecordingLog();
  const bus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    will: { topic: topicOf('home-1', 'status'), payload: encodeOffline('home-1') },
    clock: new WallClock(),
    log,
    reconnectDelayMs: () => 100,
    requiresSubscriber: true,
    ...change,
  });
  opened.push(() => bus.close());
  return { bus, log };
}

describe.skipIf(!existsSync(MOSQUITTO))('with mosquitto', () => {
  it.each([4, 5] as const)(
    'MQTT version %i: the broker is killed twice in the middle, the subscriber has each message once and in order',
    async (protocolVersion) => {
      const mosquitto = new Mosquitto(await freePort());
      await mosquitto.start();
      const url = `mqtt://127.0.0.1:${mosquitto.port}`;
      const seen = { events: new IdempotentSubscriber(), telemetry: new IdempotentSubscriber() };
      const backOffice = await mqtt.connectAsync(url, {
        protocolVersion,
        clientId: 'back-office',
        clean: false,
        reconnectPeriod: 20,
        ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 3_600 } }),
      });
      backOffice.on('error', () => {});
      opened.push(() => backOffice.endAsync(true));
      backOffice.on('message', (topic, payload) => {
        const stream = topic.endsWith('/events') ? 'events' : 'telemetry';
        seen[stream].take(JSON.parse(payload.toString()).sequence);
      });
      await backOffice.subscribeAsync(['loadgate/v1/+/events', 'loadgate/v1/+/telemetry'], { qos: 1 });
      await sleep(1_500);

      const store = new MemoryOutbox();
      const { bus, log } = openBus(url, { protocolVersion });
      const postman = new Postman({
        gatewayId: 'home-1',
        store,
        bus,
        clock: new WallClock(),
        entropy: fixedEntropy(0.3),
        log,
        cut: (row) => row,
        inFlightMaximum: () => bus.inFlightMaximum(),
        onEvent: () => {},
      });
      opened.push(() => postman.stop(0));
      let recorded = 0;
      const record = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) {
          store.add('events');
          recorded = store.add('telemetry');
          postman.nudge();
          await sleep(4);
        }
      };
      await until(() => bus.isConnected());
      await record(150);
      await until(() => postman.statistics().acknowledged > 20);
      await mosquitto.kill();
      await record(60);
      await mosquitto.start();
      const midway = postman.statistics().acknowledged;
      await record(60);
      await until(() => postman.statistics().acknowledged > midway);
      await mosquitto.kill();
      await mosquitto.start();
      await record(30);
      await until(() => store.rows.length === 0);
      await until(() => seen.events.seen.length === recorded && seen.telemetry.seen.length === recorded);
      expect(seen.events.seen).toEqual(upTo(300));
      expect(seen.telemetry.seen).toEqual(upTo(300));
    },
  );

  it('MQTT 5: what nobody is subscribed to stays in the outbox until somebody is', async () => {
    const mosquitto = new Mosquitto(await freePort());
    await mosquitto.start();
    const { bus } = openBus(`mqtt://127.0.0.1:${mosquitto.port}`);
    await until(() => bus.isConnected());
    const topic = topicOf('home-1', 'events');
    expect(await bus.publish(topic, 'x')).toMatchObject({ ok: false, cause: 'refused' });
    const backOffice = await mqtt.connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { reconnectPeriod: 0 });
    opened.push(() => backOffice.endAsync(true));
    await backOffice.subscribeAsync(topic, { qos: 1 });
    expect(await bus.publish(topic, 'x')).toEqual({ ok: true });
  });

  it.each([4, 5] as const)(
    'MQTT version %i: a command waits at the broker while the gateway is away; its farewell stays behind',
    async (protocolVersion) => {
      const mosquitto = new Mosquitto(await freePort());
      await mosquitto.start();
      const url = `mqtt://127.0.0.1:${mosquitto.port}`;
      const topic = topicOf('home-1', 'curtailment');
      const first = openBus(url, { protocolVersion });
      first.bus.subscribe(topic, async () => {});
      await until(() => first.bus.isConnected());
      await sleep(100);
      await first.bus.close();
      const backOffice = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
      opened.push(() => backOffice.endAsync(true));
      const farewell = new Promise<Buffer>((resolve) => {
        backOffice.once('message', (_topic, payload) => resolve(payload));
      });
      await backOffice.subscribeAsync(topicOf('home-1', 'status'), { qos: 1 });
      expect((await farewell).toString()).toBe(encodeOffline('home-1'));
      await backOffice.publishAsync(topic, 'wait for it', { qos: 1 });
      const received: string[] = [];
      const second = openBus(url, { protocolVersion });
      second.bus.subscribe(topic, async (message) => {
        received.push(Buffer.from(message.payload).toString());
      });
      await until(() => received.length > 0);
      expect(received).toEqual(['wait for it']);
    },
  );

  it('a gateway whose certificate has expired is told so; a good one writes its own topics alone', async () => {
    const authority = new DatedAuthority(makeFolder(), 'authority');
    const server = authority.issue('broker');
    const port = await freePort();
    const lines = [
      `cafile ${server.certificateAuthorityFile}`,
      `certfile ${server.certificateFile}`,
      `keyfile ${server.keyFile}`,
      'tls_version tlsv1.2',
      'require_certificate true',
      'use_identity_as_username true',
      `acl_file ${resolve('config/mosquitto/acl')}`,
    ];
    const mosquitto = new Mosquitto(port, lines);
    await mosquitto.start();
    const url = `mqtts://localhost:${port}`;
    const expired = openBus(url, authority.issue('home-2', { untilDays: -1 }));
    await until(() => expired.log.lines.some(({ level }) => level === 'warn'));
    expect(expired.bus.sentence()).toMatch(/certificate of this gateway has expired/);
    const { bus } = openBus(url, authority.issue('home-1'));
    await until(() => bus.isConnected());
    expect(await bus.publish(topicOf('home-1', 'status'), 'mine', { retain: true })).toEqual({ ok: true });
    // Said in the words of a field engineer, and kept for later.
    expect(await bus.publish(topicOf('home-2', 'events'), 'not mine')).toMatchObject({
      cause: 'refused',
      detail: expect.stringContaining('access rules of the broker'),
    });
    expect(bus.faults()).toMatchObject([{ code: 'upload-refused', subject: 'events' }]);
    await mosquitto.kill();
    await until(() => !bus.isConnected());
    await mosquitto.start();
    await until(() => bus.isConnected());
  });

  it('with certificates: the right one is let in, none and a foreign one get a sentence', async () => {
    const folder = makeFolder();
    const port = await freePort();
    for (const authority of ['ours', 'foreign']) makeAuthority(folder, authority);
    makeCertificate(folder, 'ours', 'broker', 'subjectAltName=IP:127.0.0.1');
    makeCertificate(folder, 'ours', 'home-1');
    makeCertificate(folder, 'foreign', 'home-2');
    const file = (name: string): string => join(folder, name);
    const mosquitto = new Mosquitto(port, [
      `cafile ${file('ours.crt')}`,
      `certfile ${file('broker.crt')}`,
      `keyfile ${file('broker.key')}`,
      'require_certificate true',
      'use_identity_as_username true',
    ]);
    await mosquitto.start();
    const url = `mqtts://127.0.0.1:${port}`;
    const certificateAuthorityFile = file('ours.crt');
    const own = { certificateFile: file('home-1.crt'), keyFile: file('home-1.key') };
    const { bus } = openBus(url, { certificateAuthorityFile, ...own });
    await until(() => bus.isConnected());
    const cases: readonly [Partial<BusOptions>, RegExp][] = [
      [{ certificateAuthorityFile }, /broker.certificateFile and broker.keyFile/],
      [{ certificateAuthorityFile: file('foreign.crt'), ...own }, /broker.certificateAuthorityFile/],
      [
        { certificateAuthorityFile, certificateFile: file('home-2.crt'), keyFile: file('home-2.key') },
        /does not know the authority/,
      ],
    ];
    for (const [change, sentence] of cases) {
      const refused = openBus(url, { clientId: 'home-2', ...change });
      await until(() => refused.log.lines.some(({ level }) => level === 'warn'));
      expect(refused.log.lines.find(({ level }) => level === 'warn')?.message).toMatch(sentence);
      expect(refused.bus.isConnected()).toBe(false);
      await refused.bus.close();
    }
  });
});

function openssl(folder: string, command: string): void {
  execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
}

const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

function makeAuthority(folder: string, name: string): void {
  openssl(folder, `req -x509 ${KEY} -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`);
}

function makeCertificate(folder: string, authority: string, name: string, extension?: string): void {
  openssl(folder, `req ${KEY} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
  writeFileSync(join(folder, `${name}.ext`), `${extension ?? 'basicConstraints=CA:FALSE'}\n`);
  openssl(
    folder,
    `x509 -req -in ${name}.csr -CA ${authority}.crt -CAkey ${authority}.key -CAcreateserial -days 2 -extfile ${name}.ext -out ${name}.crt`,
  );
}
