import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CredentialFiles } from '../../src/adapters/mqtt/credentials.ts';
import { encodeOffline } from '../../src/contract/envelope.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { DatedAuthority } from '../support/processes/datedAuthority.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { sleep, until } from '../support/processes/waiting.ts';
import { IdempotentSubscriber, upTo } from '../sync/fakes.ts';
import { makeFolder, openBus, openClient, startMosquitto, startPostman } from './broker/gatewayAtBroker.ts';

const accessListFile = resolve('config/mosquitto/acl');

describe.skipIf(!hasMosquitto)('with mosquitto', () => {
  it.each([4, 5] as const)(
    'MQTT version %i: the broker is killed twice in the middle, the subscriber has each message once and in order',
    async (protocolVersion) => {
      const mosquitto = await startMosquitto();
      const seen = { events: new IdempotentSubscriber(), telemetry: new IdempotentSubscriber() };
      const backOffice = await openClient(mosquitto.url, {
        protocolVersion,
        clientId: 'back-office',
        clean: false,
        reconnectPeriod: 20,
        ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 3_600 } }),
      });
      backOffice.on('message', (topic, payload) => {
        const stream = topic.endsWith('/events') ? 'events' : 'telemetry';
        seen[stream].take(JSON.parse(payload.toString()).sequence);
      });
      await backOffice.subscribeAsync(['loadgate/v1/+/events', 'loadgate/v1/+/telemetry'], { qos: 1 });
      await sleep(1_500);

      const gateway = openBus(mosquitto.url, {}, { protocolVersion });
      const { store, postman } = startPostman(gateway);
      let recorded = 0;
      const record = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) {
          store.add('events');
          recorded = store.add('telemetry');
          postman.nudge();
          await sleep(4);
        }
      };
      await until('connected', () => gateway.bus.isConnected());
      await record(150);
      await until('some acknowledged', () => postman.statistics().acknowledged > 20);
      await mosquitto.kill();
      await record(60);
      await mosquitto.start();
      const midway = postman.statistics().acknowledged;
      await record(60);
      await until('more acknowledged', () => postman.statistics().acknowledged > midway);
      await mosquitto.kill();
      await mosquitto.start();
      await record(30);
      await until('all acknowledged', () => store.rows.length === 0);
      await until(
        'all seen',
        () => seen.events.seen.length === recorded && seen.telemetry.seen.length === recorded,
      );
      expect(seen.events.seen).toEqual(upTo(300));
      expect(seen.telemetry.seen).toEqual(upTo(300));
    },
  );

  it('MQTT 5: what nobody is subscribed to stays in the outbox until somebody is', async () => {
    const { url } = await startMosquitto();
    const { bus } = openBus(url);
    await until('connected', () => bus.isConnected());
    const topic = topicOf('home-1', 'events');
    expect(await bus.publish(topic, 'x')).toMatchObject({ ok: false, cause: 'refused' });
    const backOffice = await openClient(url);
    await backOffice.subscribeAsync(topic, { qos: 1 });
    expect(await bus.publish(topic, 'x')).toEqual({ ok: true });
  });

  it.each([4, 5] as const)(
    'MQTT version %i: a command waits at the broker while the gateway is away; its farewell stays behind',
    async (protocolVersion) => {
      const { url } = await startMosquitto();
      const topic = topicOf('home-1', 'curtailment');
      const first = openBus(url, {}, { protocolVersion });
      first.bus.subscribe(topic, async () => {});
      await until('connected', () => first.bus.isConnected());
      await sleep(100);
      await first.bus.close();
      const backOffice = await openClient(url);
      const farewell = new Promise<Buffer>((resolve) => {
        backOffice.once('message', (_topic, payload) => resolve(payload));
      });
      await backOffice.subscribeAsync(topicOf('home-1', 'status'), { qos: 1 });
      expect((await farewell).toString()).toBe(encodeOffline('home-1'));
      await backOffice.publishAsync(topic, 'wait for it', { qos: 1 });
      const received: string[] = [];
      const second = openBus(url, {}, { protocolVersion });
      second.bus.subscribe(topic, async (message) => {
        received.push(Buffer.from(message.payload).toString());
      });
      await until('received', () => received.length > 0);
      expect(received).toEqual(['wait for it']);
    },
  );

  it('a gateway whose certificate has expired is told so; a good one writes its own topics alone', async () => {
    const authority = new DatedAuthority(makeFolder(), 'authority');
    const mosquitto = await startMosquitto({
      guard: { identity: authority.issue('broker'), accessListFile },
    });
    const expired = openBus(mosquitto.url, authority.issue('home-2', { untilDays: -1 }));
    await until('refused', () => /certificate of this gateway has expired/.test(expired.bus.sentence()));
    const { bus } = openBus(mosquitto.url, authority.issue('home-1'));
    await until('connected', () => bus.isConnected());
    expect(await bus.publish(topicOf('home-1', 'status'), 'mine', { retain: true })).toEqual({ ok: true });
    // Said in the words of a field engineer, and kept for later.
    expect(await bus.publish(topicOf('home-2', 'events'), 'not mine')).toMatchObject({
      cause: 'refused',
      detail: expect.stringContaining('access rules of the broker'),
    });
    expect(bus.faults()).toMatchObject([{ code: 'upload-refused', subject: 'events' }]);
    await mosquitto.kill();
    await until('lost', () => !bus.isConnected());
    await mosquitto.start();
    await until('connected again', () => bus.isConnected());
  });

  it('with certificates: the right one is let in, none and a foreign one get a sentence', async () => {
    const folder = makeFolder();
    const ours = new DatedAuthority(folder, 'ours');
    const foreign = new DatedAuthority(folder, 'foreign');
    const { url } = await startMosquitto({ guard: { identity: ours.issue('broker'), accessListFile } });
    const own = ours.issue('home-1');
    const { bus } = openBus(url, own);
    await until('connected', () => bus.isConnected());
    const { certificateFile, keyFile } = foreign.issue('home-2');
    const certificateAuthorityFile = ours.certificateFile;
    const cases: readonly (readonly [CredentialFiles, RegExp])[] = [
      [{ certificateAuthorityFile }, /broker.certificateFile and broker.keyFile/],
      [{ ...own, certificateAuthorityFile: foreign.certificateFile }, /broker.certificateAuthorityFile/],
      [{ certificateAuthorityFile, certificateFile, keyFile }, /does not know the authority/],
    ];
    for (const [files, sentence] of cases) {
      const refused = openBus(url, files, { clientId: 'home-2' });
      await until(`refused with ${sentence}`, () => sentence.test(refused.bus.sentence()));
      expect(refused.bus.isConnected()).toBe(false);
      await refused.bus.close();
    }
  });
});
