import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type EmbeddedBroker,
  startEmbeddedBroker,
} from '../../../src/adapters/broker/startEmbeddedBroker.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const opened: EmbeddedBroker[] = [];

afterEach(async () => {
  for (const broker of opened.splice(0)) await broker.close();
});

async function start(port = 0): Promise<EmbeddedBroker> {
  const result = await startEmbeddedBroker({ host: '127.0.0.1', port, log: new RecordingLog() });
  if (!result.ok) throw new Error(result.detail);
  opened.push(result.broker);
  return result.broker;
}

describe('embedded broker', () => {
  it('brings a message from one client to another, acknowledged', async () => {
    const broker = await start();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const listener = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
    const received = new Promise((resolve) => {
      listener.on('message', (topic, payload) => resolve([topic, payload.toString()]));
    });
    await listener.subscribeAsync('a/#', { qos: 1 });
    const speaker = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
    await speaker.publishAsync('a/b', 'hello', { qos: 1 });
    expect(await received).toEqual(['a/b', 'hello']);
    await Promise.all([listener.endAsync(), speaker.endAsync()]);
  });

  it('says that the port is in use and what to do', async () => {
    const { port } = await start();
    const second = await startEmbeddedBroker({ host: '127.0.0.1', port, log: new RecordingLog() });
    expect(second).toEqual({
      ok: false,
      detail: `The embedded broker cannot listen on 127.0.0.1:${port}: the port is in use. Stop what uses it, or choose another port.`,
    });
  });

  it('frees its port and cuts its clients when it closes', async () => {
    const broker = await start();
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    const cut = new Promise<void>((resolve) => {
      client.once('close', () => resolve());
    });
    opened.splice(0);
    await broker.close();
    await cut;
    await start(broker.port);
  });
});
