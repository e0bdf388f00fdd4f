import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import type { CredentialFiles } from '../../../src/adapters/mqtt/credentials.ts';
import type { BusOptions, MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import { encodeOffline, OFFLINE_LABEL } from '../../../src/contract/envelope.ts';
import { topicOf } from '../../../src/contract/topics.ts';
import { Postman } from '../../../src/sync/outbox.ts';
import { Mosquitto, type MosquittoOptions } from '../../support/processes/mosquitto.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { fixedEntropy, MemoryOutbox } from '../../sync/fakes.ts';

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-broker-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const mosquitto = await Mosquitto.create(makeFolder(), options);
  await mosquitto.start();
  onTestFinished(() => mosquitto.kill());
  return mosquitto;
}

export interface GatewayAtBroker {
  readonly bus: MqttBus;
  readonly log: RecordingLog;
}

/** The connection of home-1, as a gateway makes it. */
export function openBus(
  url: string,
  files: CredentialFiles = {},
  change: Partial<BusOptions> = {},
): GatewayAtBroker {
  const log = new RecordingLog();
  const bus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    credentials: () => files,
    will: { topic: topicOf('home-1', 'status'), payload: encodeOffline('home-1'), label: OFFLINE_LABEL },
    clock: new WallClock(),
    log,
    reconnectDelayMs: () => 100,
    requiresSubscriber: true,
    ...change,
  });
  onTestFinished(() => bus.close());
  return { bus, log };
}

/** What it records goes up over this connection. */
export function startPostman({ bus, log }: GatewayAtBroker): { store: MemoryOutbox; postman: Postman } {
  const store = new MemoryOutbox();
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
  onTestFinished(() => postman.stop(0));
  return { store, postman };
}

/** Somebody else at the broker. */
export async function openClient(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  client.on('error', () => {});
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  return client;
}
