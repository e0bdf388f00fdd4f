import { afterEach, describe, expect, it } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import { createLiveSessionProbe } from '../../../src/adapters/mqtt/liveSessionProbe.ts';
import type { MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import { MiniBroker } from '../../support/miniBroker.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { closedPort } from '../network/benches.ts';

const clock = new WallClock();
const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startBroker(knobs = {}): Promise<MiniBroker> {
  const broker = await MiniBroker.start(knobs);
  opened.push(() => broker.close());
  return broker;
}

/** A connection that waits for an hour after a failure. */
function openBus(url: string): MqttBus {
  const bus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    credentials: () => ({}),
    clock,
    log: new RecordingLog(),
    reconnectDelayMs: () => 3_600_000,
    requiresSubscriber: false,
  });
  opened.push(() => bus.close());
  return bus;
}

async function connected(bus: MqttBus): Promise<void> {
  while (!bus.isConnected()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a gateway that runs', () => {
  it('asks its own session while it stands, and makes no second one', async () => {
    const broker = await startBroker();
    const bus = openBus(broker.url);
    await connected(bus);
    const seen = await createLiveSessionProbe(bus, clock).session('127.0.0.1', 1_000);
    expect(seen).toEqual({ kind: 'accepted', isStanding: true, roundTripMs: expect.any(Number) });
    expect(broker.connects).toHaveLength(1);
    expect(bus.isConnected()).toBe(true);
  });

  it('sees that its session has died: a ping is not answered', async () => {
    const broker = await startBroker();
    const bus = openBus(broker.url);
    await connected(bus);
    broker.knobs = { isMute: true };
    const seen = await createLiveSessionProbe(bus, clock).session('127.0.0.1', 150);
    expect(seen).toEqual({ kind: 'accepted', isStanding: true });
  });

  it('does not wait for its next attempt: the broker is back, and so is the connection', async () => {
    const broker = await startBroker({ connackCode: 136 });
    const bus = openBus(broker.url);
    const probe = createLiveSessionProbe(bus, clock);
    expect(await probe.session('127.0.0.1', 1_000)).toEqual({ kind: 'refused', reasonCode: 136 });
    broker.knobs = {};
    expect(await probe.session('127.0.0.1', 1_000)).toMatchObject({ kind: 'accepted', isStanding: false });
    expect(bus.isConnected()).toBe(true);
    expect(broker.connects).toHaveLength(2);
  });

  it('gives up an attempt that hangs for one that is made at once', async () => {
    const broker = await startBroker({ isMute: true });
    const bus = openBus(broker.url);
    while (broker.connects.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    broker.knobs = {};
    const seen = await createLiveSessionProbe(bus, clock).session('127.0.0.1', 1_000);
    expect(seen).toMatchObject({ kind: 'accepted' });
    expect(broker.connects).toHaveLength(2);
  });

  it('says that the broker is silent when it is', async () => {
    const broker = await startBroker({ isMute: true });
    const bus = openBus(broker.url);
    expect(await createLiveSessionProbe(bus, clock).session('127.0.0.1', 200)).toEqual({ kind: 'silent' });
  });

  it('tells what failed below MQTT by its code', async () => {
    const bus = openBus(`mqtt://127.0.0.1:${await closedPort()}`);
    const seen = await createLiveSessionProbe(bus, clock).session('127.0.0.1', 1_000);
    expect(seen).toMatchObject({ kind: 'failed', code: 'ECONNREFUSED' });
  });

  it('tries nothing at all while no address of the broker answers', async () => {
    const broker = await startBroker({ isMute: true });
    const bus = openBus(broker.url);
    expect(await createLiveSessionProbe(bus, clock).session(undefined, 1_000)).toBeUndefined();
  });

  it('answers at its end', async () => {
    const broker = await startBroker({ isMute: true });
    const bus = openBus(broker.url);
    const asked = createLiveSessionProbe(bus, clock).session('127.0.0.1', 5_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await bus.close();
    expect(await asked).toMatchObject({ kind: 'failed' });
    expect(await bus.attemptNow()).toMatchObject({ isAccepted: false });
    expect(await bus.ping()).toBe(false);
  });
});
