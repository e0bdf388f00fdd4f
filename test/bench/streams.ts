import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import { Mosquitto } from '../support/processes/mosquitto.ts';
import { OwnedProcess } from '../support/processes/ownedProcess.ts';
import type { Measurement } from './report.ts';
import { telemetryOf } from './streamsLoad.ts';

const PROGRAM = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';
const CHILD = fileURLToPath(import.meta.resolve('./streamsChild.ts'));
/** Nothing more comes when nothing has come for this long. */
const QUIET_MS = 1_500;

interface Outcome {
  readonly acknowledged: number;
  readonly lost: number;
  readonly writtenBytes: number;
  readonly isOnDisk: boolean;
  /** From the first to the last that came, a kill and a start in between. */
  readonly catchUpMs: number;
}

/** How often a bridge puts its queue on the disk, in messages; absent: as Mosquitto ships it, every 30 minutes. */
type SavesEvery = number | undefined;

/**
 * The same messages by the gateway and by a Mosquitto that bridges: recorded one by one while the back office is away, with a
 * SIGKILL half-way, and brought up once it is there, with another SIGKILL half-way.
 */
export async function measureStreams(folder: string, isShort: boolean): Promise<Measurement> {
  const messages = isShort ? 200 : 2_000;
  const gateway = await gatewayRun(mkdtempSync(join(folder, 'streams-')), messages);
  const bridges = new Map<string, Outcome>();
  for (const [name, every] of [
    ['as it ships', undefined],
    ['saved after every 60 messages', 60],
    ['saved after every message', 1],
  ] as const) {
    if (isShort && every === 60) continue;
    bridges.set(name, await bridgeRun(mkdtempSync(join(folder, 'bridge-')), messages, every));
  }
  const safest = bridges.get('saved after every message');
  const middle = bridges.get('saved after every 60 messages');
  const loses = (outcome: Outcome): string => `${outcome.lost} lost`;
  return {
    ok: true,
    title: 'streams',
    figures: [
      { name: 'acknowledged messages lost under two SIGKILLs', unit: '', gateway: gateway.lost, target: 0 },
      {
        name: 'written, against a bridge saved after every message',
        unit: 'MB',
        gateway: megabytes(gateway),
        bareScript: safest === undefined ? 0 : megabytes(safest),
        target: 1,
      },
      ...(middle === undefined
        ? []
        : [
            {
              name: 'written, against a bridge saved after every 60 messages',
              unit: 'MB',
              gateway: megabytes(gateway),
              bareScript: megabytes(middle),
              target: 1,
            },
          ]),
      { name: 'catch-up, a kill and a start within', unit: 's', gateway: gateway.catchUpMs / 1_000 },
      {
        name: 'catch-up rate',
        unit: '/s',
        gateway: messages / (gateway.catchUpMs / 1_000),
      },
    ],
    notes: [
      `${messages} records of telemetry; the column "bare script" is a Mosquitto bridge with persistence here`,
      ...[...bridges].map(
        ([name, outcome]) =>
          `bridge ${name}: ${loses(outcome)}, ${megabytes(outcome).toFixed(1)} MB written, catch-up ${(outcome.catchUpMs / 1_000).toFixed(1)} s`,
      ),
      gateway.isOnDisk
        ? 'bytes are write_bytes of /proc/<pid>/io'
        : 'this file system counts no bytes to a disk; wchar is taken instead',
      'the gateway paces itself to 100 messages a second, so that its control cycle is never kept waiting; a bridge does not',
    ],
  };
}

/** The gateway's side alone. */
export async function gatewayRun(folder: string, messages: number): Promise<Outcome> {
  const directory = join(folder, 'state');
  mkdirSync(directory);
  const remote = await Mosquitto.create(folder, { isKept: false });
  const written = new Written();
  let recorded = 0;
  const start = (url: string): OwnedProcess =>
    new OwnedProcess({
      name: 'the recorder',
      command: [process.execPath, CHILD, directory, `${messages}`, url],
      logFile: join(folder, 'child.log'),
      onLine: (line) => {
        recorded = Math.max(recorded, Number(/^recorded (\d+)$/.exec(line)?.[1] ?? 0));
      },
    });
  let child = start('');
  await untilTrue(() => recorded >= messages / 2);
  await kill(child, written);
  await remote.start();
  const subscriber = await Subscriber.listen(remote.url);
  child = start(remote.url);
  await untilTrue(() => subscriber.seen.size >= messages / 2);
  await kill(child, written);
  child = start(remote.url);
  await subscriber.untilQuiet(messages);
  await sleep(500);
  await kill(child, written);
  await subscriber.close();
  await remote.kill();
  return outcomeOf(messages, subscriber, written);
}

async function bridgeRun(folder: string, messages: number, savesEvery: SavesEvery): Promise<Outcome> {
  const remote = await Mosquitto.create(folder, { isKept: false });
  const bridge = new Bridge(folder, await freePort(), remote.url, savesEvery);
  const written = new Written();
  await bridge.start();
  const publisher = await connectAsync(bridge.url, { protocolVersion: 5, reconnectPeriod: 200 });
  publisher.on('error', () => undefined);
  let acknowledged = 0;
  const publish = async (count: number): Promise<void> => {
    // A publisher that keeps a message until its acknowledgement, as mqtt.js does over a reconnection.
    await publisher.publishAsync('bench/telemetry', JSON.stringify({ body: telemetryOf(count) }), { qos: 1 });
    acknowledged += 1;
  };
  for (let count = 1; count <= messages; count += 1) {
    await publish(count);
    if (count === Math.floor(messages / 2)) {
      await kill(bridge.process, written);
      await bridge.start();
    }
  }
  await publisher.endAsync();
  await remote.start();
  const subscriber = await Subscriber.listen(remote.url);
  const from = Date.now();
  await untilTrue(() => subscriber.seen.size >= messages / 4 || Date.now() - from > 4_000);
  await kill(bridge.process, written);
  await bridge.start();
  await subscriber.untilQuiet(messages);
  await kill(bridge.process, written);
  await subscriber.close();
  await remote.kill();
  return outcomeOf(acknowledged, subscriber, written);
}

function outcomeOf(acknowledged: number, subscriber: Subscriber, written: Written): Outcome {
  return {
    acknowledged,
    lost: acknowledged - subscriber.seen.size,
    writtenBytes: written.bytes(),
    isOnDisk: written.diskBytes > 0,
    catchUpMs: subscriber.lastMs - subscriber.firstMs,
  };
}

/** What several lives of one process have written. */
class Written {
  diskBytes = 0;
  handedBytes = 0;

  add(pid: number): void {
    const counters = readFileSync(`/proc/${pid}/io`, 'utf8');
    const counter = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(counters)?.[1]);
    this.diskBytes += counter('write_bytes');
    this.handedBytes += counter('wchar');
  }

  bytes(): number {
    return this.diskBytes > 0 ? this.diskBytes : this.handedBytes;
  }
}

async function kill(process: OwnedProcess, written: Written): Promise<void> {
  written.add(process.pid);
  await process.kill();
}

class Subscriber {
  readonly seen = new Set<number>();
  firstMs = 0;
  lastMs = 0;
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (_topic, payload) => {
      const { body } = JSON.parse(payload.toString()) as { readonly body?: { readonly count?: number } };
      if (body?.count === undefined) return;
      if (this.seen.has(body.count)) return;
      this.seen.add(body.count);
      this.lastMs = Date.now();
      if (this.firstMs === 0) this.firstMs = this.lastMs;
    });
  }

  static async listen(url: string): Promise<Subscriber> {
    const client = await connectAsync(url, { protocolVersion: 5 });
    const subscriber = new Subscriber(client);
    await client.subscribeAsync('#', { qos: 1 });
    return subscriber;
  }

  /** All have come, or none more does. */
  async untilQuiet(messages: number): Promise<void> {
    const from = Date.now();
    await untilTrue(
      () => this.seen.size >= messages || Date.now() - Math.max(from + 2_000, this.lastMs) > QUIET_MS,
    );
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }
}

/** A Mosquitto that keeps what it cannot pass on. */
class Bridge {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #process: OwnedProcess | undefined;

  constructor(folder: string, port: number, remote: string, savesEvery: SavesEvery) {
    this.#folder = folder;
    this.#port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    const lines = [
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'set_tcp_nodelay true',
      'max_queued_messages 0',
      'persistence true',
      `persistence_location ${folder}/`,
      ...(savesEvery === undefined ? [] : ['autosave_on_changes true', `autosave_interval ${savesEvery}`]),
      'connection back-office',
      `address ${new URL(remote).host}`,
      'topic # out 1',
      'cleansession false',
      'restart_timeout 1',
      'bridge_protocol_version mqttv50',
    ];
    writeFileSync(join(folder, 'bridge.conf'), `${lines.join('\n')}\n`);
  }

  get process(): OwnedProcess {
    if (this.#process === undefined) throw new Error('the bridge was never started');
    return this.#process;
  }

  async start(): Promise<void> {
    this.#process = new OwnedProcess({
      name: 'the bridge',
      command: [PROGRAM, '-c', join(this.#folder, 'bridge.conf')],
      logFile: join(this.#folder, 'bridge.log'),
    });
    for (let tries = 0; tries < 200; tries += 1) {
      if (await answers(this.#port)) return;
      await sleep(25);
    }
    throw new Error(`the bridge does not listen; see ${this.#folder}/bridge.log`);
  }
}

async function untilTrue(isSo: () => boolean): Promise<void> {
  const from = Date.now();
  while (!isSo()) {
    if (Date.now() - from > 120_000) throw new Error('waited for 2 minutes in vain');
    await sleep(20);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function megabytes({ writtenBytes }: Outcome): number {
  return writtenBytes / 1_000_000;
}
