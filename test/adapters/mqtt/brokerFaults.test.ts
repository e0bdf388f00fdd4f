import { afterEach, describe, expect, it } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import type { BusOptions, MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import type { StreamName } from '../../../src/ports/store.ts';
import { Postman } from '../../../src/sync/outbox.ts';
import { ACKNOWLEDGE, MiniBroker, type MiniBrokerKnobs } from '../../support/miniBroker.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { fixedEntropy, IdempotentSubscriber, MemoryOutbox, upTo } from '../../sync/fakes.ts';

const ROWS = 40;
const clock = new WallClock();
const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Uplink {
  readonly broker: MiniBroker;
  readonly bus: MqttBus;
  readonly log: RecordingLog;
  readonly store: MemoryOutbox;
}

/** A gateway with a full outbox at a broker with a fault. */
async function start(knobs: MiniBrokerKnobs, change: Partial<BusOptions> = {}): Promise<Uplink> {
  const broker = await MiniBroker.start(knobs);
  const log = new RecordingLog();
  const bus = connectBus({
    url: broker.url,
    clientId: 'home-1',
    protocolVersion: 5,
    credentials: () => ({}),
    clock,
    log,
    reconnectDelayMs: () => 5,
    requiresSubscriber: false,
    acknowledgeTimeoutMs: 60,
    ...change,
  });
  const store = new MemoryOutbox();
  for (let n = 0; n < ROWS; n += 1) {
    store.add('events');
    store.add('telemetry');
  }
  const postman = new Postman({
    gatewayId: 'home-1',
    store,
    bus,
    clock,
    entropy: fixedEntropy(0),
    log,
    cut: (row) => row,
    inFlightMaximum: () => bus.inFlightMaximum(),
    onEvent: () => {},
  });
  opened.push(
    () => broker.close(),
    () => bus.close(),
    () => postman.stop(0),
  );
  return { broker, bus, log, store };
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error('did not happen within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Every message is at the broker, in order, and only then has it left the outbox. */
async function expectNothingLost({ broker, bus, store }: Uplink): Promise<void> {
  await until(() => store.rows.length === 0);
  for (const stream of ['events', 'telemetry'] satisfies StreamName[]) {
    const subscriber = new IdempotentSubscriber();
    for (const { topic, payload } of broker.taken) {
      if (topic.endsWith(`/${stream}`)) subscriber.take(JSON.parse(payload).sequence);
    }
    expect(subscriber.seen).toEqual(upTo(ROWS));
  }
  // An acknowledgement counts for the broker again only after a while without a miss.
  await until(() => {
    void bus.publish('calm', '');
    return bus.faults().length === 0;
  });
}

describe('nothing is lost, and the status says what is wrong, when the broker', () => {
  it('acknowledges nothing for a while', async () => {
    const uplink = await start({ onPublish: () => ({ kind: 'withhold' }) });
    await until(() => uplink.bus.faults().length > 0);
    expect(uplink.bus.faults()).toEqual([
      { code: 'broker-not-acknowledging', subject: 'broker', sinceMs: expect.any(Number) },
    ]);
    expect(uplink.bus.sentence()).toContain('takes messages but does not acknowledge all of them');
    expect(uplink.store.rows).toHaveLength(2 * ROWS);
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it('acknowledges every second message only', async () => {
    const onPublish = (_packet: unknown, count: number) =>
      count % 2 === 0 ? ({ kind: 'withhold' } as const) : ACKNOWLEDGE;
    const uplink = await start({ onPublish }, { acknowledgeTimeoutMs: 600 });
    await until(() => uplink.bus.faults().length > 0);
    expect(uplink.bus.faults()).toMatchObject([{ code: 'broker-not-acknowledging' }]);
    expect(uplink.store.rows.length).toBeLessThan(2 * ROWS);
    expect(uplink.bus.sentence()).toContain('does not acknowledge all of them');
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it('goes away in the middle, before and after it has taken a message', async () => {
    const onPublish = (_packet: unknown, count: number) =>
      count % 7 === 0 ? ({ kind: count % 2 === 0 ? 'cutBefore' : 'cutAfter' } as const) : ACKNOWLEDGE;
    const uplink = await start({ onPublish });
    await until(() => uplink.broker.connects.length > 4);
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it('takes one message at a time', async () => {
    const uplink = await start({ receiveMaximum: 1 });
    await expectNothingLost(uplink);
    expect(uplink.broker.mostOpen).toBe(1);
  });

  it('has no room left for this gateway', async () => {
    const uplink = await start({ onPublish: () => ({ kind: 'refuse', reasonCode: 0x97 }) });
    await until(() => uplink.bus.faults().length === 2);
    expect(uplink.bus.faults()).toMatchObject([
      { code: 'upload-refused', subject: 'events' },
      { code: 'upload-refused', subject: 'telemetry' },
    ]);
    expect(uplink.bus.sentence()).toMatch(/no room left for this gateway; its operator raises the quota/);
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it('does not let the gateway write one of its topics; the other streams pass', async () => {
    const uplink = await start({
      onPublish: ({ topic }) =>
        topic.endsWith('/telemetry') ? { kind: 'refuse', reasonCode: 0x87 } : ACKNOWLEDGE,
    });
    await until(() => !uplink.store.rows.some(({ stream }) => stream === 'events'));
    expect(uplink.store.rows).toHaveLength(ROWS);
    expect(uplink.bus.faults()).toMatchObject([{ code: 'upload-refused', subject: 'telemetry' }]);
    expect(uplink.bus.sentence()).toMatch(
      /Not taken on loadgate\/v1\/home-1\/telemetry: the access rules of the broker do not allow it .*135/,
    );
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it.each([4, 5] as const)('does not let it hear its commands (MQTT version %i)', async (protocolVersion) => {
    const uplink = await start({ granted: protocolVersion === 5 ? 0x87 : 0x80 }, { protocolVersion });
    const topic = 'loadgate/v1/home-1/control/restriction';
    uplink.bus.subscribe(topic, async () => {});
    await until(() => uplink.bus.faults().length > 0);
    expect(uplink.bus.faults()).toMatchObject([{ code: 'commands-not-granted', subject: topic }]);
    expect(uplink.bus.sentence()).toContain(`Not heard on ${topic}: `);
    uplink.broker.knobs = {};
    uplink.broker.cut();
    await until(() => uplink.bus.faults().length === 0);
    await expectNothingLost(uplink);
  });

  it('has lost the session: it is subscribed to again, and the log says what may be missing', async () => {
    const uplink = await start({ hasSession: true });
    uplink.bus.subscribe('down', async () => {});
    await until(() => uplink.broker.subscriptions.length === 1);
    uplink.broker.cut();
    await until(() => uplink.broker.subscriptions.length === 2);
    const isSaid = () => uplink.log.lines.some(({ message }) => message.includes('has lost the session'));
    expect(isSaid()).toBe(false);
    uplink.broker.knobs = {};
    uplink.broker.cut();
    await until(() => uplink.broker.subscriptions.length === 3);
    expect(isSaid()).toBe(true);
    expect(uplink.bus.sentence()).toBe(
      `Connected to ${uplink.broker.url}. The broker had lost the session of this gateway, and the commands that waited in it; nothing of the outbox is lost`,
    );
    await expectNothingLost(uplink);
  });

  it('says in its own words why: they are shown', async () => {
    const reasonString = 'quota of\ntenant 7 "used up"';
    const uplink = await start({ connackCode: 0x97, reasonString });
    await until(() => uplink.bus.sentence().includes('(MQTT reason 151: "quota of tenant 7 used up")'));
    uplink.broker.knobs = { reasonString, onPublish: () => ({ kind: 'refuse', reasonCode: 0x97 }) };
    await until(() => uplink.bus.faults().length > 0);
    expect(uplink.bus.sentence()).toMatch(
      /raises the quota \(MQTT reason 151: "quota of tenant 7 used up"\)/,
    );
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
  });

  it.each([0x89, 0x8b, 0x97])('lets it in only later (reason %i)', async (connackCode) => {
    const uplink = await start({ connackCode });
    await until(() => uplink.bus.sentence().includes(`(MQTT reason ${connackCode})`));
    uplink.broker.knobs = {};
    await expectNothingLost(uplink);
    expect(uplink.bus.sentence()).toBe(`Connected to ${uplink.broker.url}`);
  });
});

describe('a message that ages', () => {
  it('carries its age over MQTT 5; others carry none', async () => {
    const { broker, store } = await start({});
    store.add('status');
    await until(() => store.rows.length === 0);
    const expiryOf = (stream: string): unknown[] =>
      broker.properties
        .filter((_, at) => broker.taken[at]?.topic.endsWith(stream))
        .map((properties) => properties?.messageExpiryInterval);
    expect(new Set(expiryOf('/status'))).toEqual(new Set([86_400]));
    expect(new Set(expiryOf('/telemetry'))).toEqual(new Set([undefined]));
    expect(new Set(expiryOf('/events'))).toEqual(new Set([undefined]));
  });

  it('goes without it over MQTT 3.1.1, which the log says once', async () => {
    const { broker, store, log } = await start({}, { protocolVersion: 4 });
    store.add('status');
    await until(() => store.rows.length === 0);
    broker.cut();
    await until(() => broker.connects.length === 2);
    expect(new Set(broker.properties)).toEqual(new Set([undefined]));
    expect(log.lines.filter(({ message }) => message.includes('MQTT 3.1.1'))).toHaveLength(1);
  });
});
