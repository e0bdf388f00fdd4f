import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGES, type MessageName } from '../../src/contract/messages.ts';
import { areaTopicOf, type GatewayTopicName, TRUST_TOPIC, topicOf } from '../../src/contract/topics.ts';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';
import { makeKeys, type TestKeys, type TestSigner, writeTrust } from '../support/keys.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { runLoadgate } from '../support/processes/loadgateCommand.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';
import { MovableWallClock } from '../support/processes/wallClock/movableWallClock.ts';
import type { JsonObject } from '../support/wire/contractFiles.ts';
import type { WireWatch } from '../support/wire/wireWatch.ts';

const NAME = 'talkative';
const SPEED = 20;
const DISTRIBUTOR = '20';
const AREA = 'feeder-12';
const HOUR_MS = 3_600_000;

/** What needs a home of another kind goes over the wire in another test, under the same watch. */
const ELSEWHERE: { readonly [Name in MessageName]?: string } = {
  'loadgate.restoration/1': 'test/e2e/backup.test.ts',
  'loadgate.certificate-request/1': 'test/e2e/certificateRenewal.test.ts',
  'loadgate.certificate/1': 'test/e2e/certificateRenewal.test.ts',
};

const SELF = 'everyMessage.test.ts';
/** Starts a broker past the test bed, or one of its brokers without a watch. */
const OWN_BROKER = /Mosquitto\.create\(|MOSQUITTO|isWatched: false/;
const UNWATCHED: Readonly<Record<string, string>> = {
  'test/e2e/broker/gatewayAtBroker.ts': 'the connection alone is tried, with words that are no messages',
  'test/e2e/network/street.ts': 'a command tries to connect; no gateway runs',
};

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

/** A home and all who speak to it. */
class TalkativeHome {
  readonly home: HomeUnderTest;
  readonly watch: WireWatch;
  readonly keys: TestKeys;
  readonly #desk: mqtt.MqttClient;
  #sent = 0;

  private constructor(home: HomeUnderTest, watch: WireWatch, keys: TestKeys, desk: mqtt.MqttClient) {
    this.home = home;
    this.watch = watch;
    this.keys = keys;
    this.#desk = desk;
  }

  static async open(): Promise<TalkativeHome> {
    const keys = makeKeys({ distributors: [DISTRIBUTOR] });
    const clock = new MovableWallClock(bed.makeFolder('clock'));
    clock.setSynced(true);
    const broker = await bed.openBroker();
    const home = await bed.openHome({
      name: NAME,
      speed: SPEED,
      brokerUrl: broker.url,
      environment: clock.environment,
      settings: writeTrust(bed.makeFolder('trust'), keys),
    });
    const desk = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    bed.onClose(() => desk.endAsync(true));
    await home.gateway.start();
    return new TalkativeHome(home, bed.watchOf(broker), keys, desk);
  }

  objects(schema: MessageName): readonly JsonObject[] {
    return this.watch.messages.flatMap(({ objects }) => objects.filter((one) => one.schema === schema));
  }

  async seen(schema: MessageName): Promise<JsonObject> {
    const first = (): JsonObject | undefined => this.objects(schema)[0];
    return (await until(`a ${schema}`, first, { withinMs: 40_000 })).answer;
  }

  async iso(offsetMs = 0): Promise<string> {
    const status = await this.home.gateway.status();
    if (status === undefined) throw new Error('the gateway does not answer');
    return new Date(Date.parse(status.at) + offsetMs).toISOString();
  }

  /** A control, for this home and dated now. @returns its id */
  async control(topic: GatewayTopicName, signer: TestSigner, body: object): Promise<string> {
    this.#sent += 1;
    const head = { gatewayId: NAME, id: `control-${this.#sent}`, issuedAt: await this.iso() };
    await this.publish(topicOf(NAME, topic), signer.sign({ ...head, ...body }));
    return head.id;
  }

  async publish(topic: string, jws: string, retain = false): Promise<void> {
    await this.#desk.publishAsync(topic, jws, { qos: 1, retain });
  }
}

async function speakAsParty(home: TalkativeHome): Promise<void> {
  const { party } = home.keys;
  const flow = { direction: 'import', basis: 'phaseCurrentA', reason: 'Evening peak' };
  await home.control('curtailment', party, {
    schema: 'loadgate.curtailment/1',
    ...flow,
    ceiling: 16,
    durationSeconds: 1_800,
  });
  const intervals = [{ startsAt: await home.iso(HOUR_MS), durationSeconds: 1_800, ceiling: 0 }];
  const id = await home.control('curtailmentSchedule', party, {
    schema: 'loadgate.curtailment-schedule/1',
    ...flow,
    intervals,
  });
  await home.control('curtailmentCancel', party, {
    schema: 'loadgate.curtailment-cancel/1',
    id,
    reason: 'Over',
  });
  await home.control('noCurtailment', party, { schema: 'loadgate.no-curtailment/1', reason: 'Over' });
  const heartbeat = {
    schema: 'loadgate.heartbeat/1',
    gatewayId: NAME,
    sequence: 1,
    sentAt: await home.iso(),
  };
  await home.publish(topicOf(NAME, 'heartbeat'), party.sign(heartbeat));
}

async function speakAsBackOffice(home: TalkativeHome): Promise<void> {
  const { backOffice, bundleJws } = home.keys;
  await home.publish(TRUST_TOPIC, bundleJws, true);
  const texts = { research: { version: 'research-2' } };
  const announced = { schema: 'loadgate.consent-texts/1', version: 1, issuedAt: await home.iso(), texts };
  await home.publish(topicOf(NAME, 'consentTexts'), backOffice.sign(announced));
  await home.control('consent', backOffice, {
    schema: 'loadgate.consent/1',
    purpose: 'vehicleData',
    action: 'withdrawn',
    textVersion: 'vehicle-data-1',
    person: 'main',
  });
  const { entry, at } = await home.seen('loadgate.consent-entry/1');
  await home.control('consentAck', backOffice, {
    schema: 'loadgate.consent-ack/1',
    entries: [{ entry, at }],
  });
  const { outboxId } = await home.seen('loadgate.telemetry/1');
  await home.control('rangeRequest', backOffice, {
    schema: 'loadgate.range-request/1',
    outboxId,
    stream: 'telemetry',
    from: 1,
    until: 1,
  });
}

async function speakAsDistributor(home: TalkativeHome): Promise<void> {
  const consent = { person: 'main', how: 'commandLine', text: '', evidence: '', until: '' };
  await home.home.gateway.choose('/consent', { ...consent, purpose: 'dnoRestriction', action: 'given' });
  const common = { issuer: DISTRIBUTOR, area: { kind: 'feeder', areaId: AREA }, reason: 'Overloaded' };
  const noticeId = 'every-message';
  const notice = home.keys.distributor.sign({
    schema: 'loadgate.restriction-notice/1',
    noticeId,
    ...common,
    sequence: 1,
    issuedAt: await home.iso(),
    measure: { kind: 'chargePointCeiling', ceilingA: 10 },
    durationSeconds: 1_800,
    expiresAt: await home.iso(HOUR_MS),
    basis: {
      flexibilityService: 'Evening peak',
      cause: 'flexibilityFailed',
      established: 'Measured at the substation',
      customersToldAt: await home.iso(),
      suppliersToldAt: await home.iso(),
    },
    rehearsal: true,
  });
  await home.publish(areaTopicOf(AREA), notice);
  await home.seen('loadgate.receipt/1');
  const sha256 = createHash('sha256').update(notice).digest('hex');
  const cancel = home.keys.distributor.sign({
    schema: 'loadgate.restriction-cancel/1',
    ...common,
    sequence: 2,
    issuedAt: await home.iso(),
    cancels: { noticeId, sha256 },
  });
  await home.publish(topicOf(NAME, 'restriction'), cancel);
  const isCancelled = (): boolean =>
    home.objects('loadgate.receipt/1').some(({ status }) => status === 'cancelled');
  await until('the receipt of the cancel', isCancelled);
}

describe.skipIf(!hasMosquitto)('every message of the contract', { timeout: 180_000 }, () => {
  it('goes over the wire as it is published, and none that was rightly sent is refused', async () => {
    const home = await TalkativeHome.open();
    await speakAsBackOffice(home);
    await speakAsParty(home);
    await speakAsDistributor(home);
    // What nobody has recorded while the gateway was away is an entry of the loss ledger.
    await home.home.gateway.kill();
    await home.home.gateway.start();
    for (const schema of ['loss', 'manifest', 'checkpoint', 'range-answer', 'tombstone']) {
      await home.seen(`loadgate.${schema}/1` as MessageName);
    }
    const settings = ['--config', join(home.home.folder, 'loadgate.jsonc')];
    expect(await runLoadgate(['data', 'erase', '--yes', ...settings])).toMatchObject({ code: 0 });
    const { siteId } = home.home.plan;
    expect(await runLoadgate(['decommission', siteId, '--yes', ...settings])).toMatchObject({ code: 0 });
    await home.seen('loadgate.decommission/1');
    await home.seen('loadgate.offline/1');

    const refused = home.objects('loadgate.event/1').filter(({ body }) => isRefusal(body as JsonObject));
    expect(refused.map(({ body }) => (body as JsonObject).cause)).toEqual([]);
    const names = Object.keys(MESSAGES) as MessageName[];
    const counts = names.map((name) => [name, home.objects(name).length] as const);
    console.log(counts.map(([name, count]) => `${name}: ${ELSEWHERE[name] ?? count}`).join('\n'));
    const never = counts.filter(([name, count]) => count === 0 && ELSEWHERE[name] === undefined);
    expect(never.map(([name]) => name)).toEqual([]);
  });

  it('that needs another kind of home is sent in a test that there is, under the same watch', () => {
    for (const file of Object.values(ELSEWHERE)) expect(readOwn(file), file).toContain('openBroker(');
  });

  it('is watched at every broker of a test with whole gateways', () => {
    const folders = ['e2e', 'chaos', 'week', 'scenarios'];
    const files = folders.flatMap((folder) =>
      readdirSync(join(PROJECT_ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `test/${folder}/${name}`),
    );
    const unwatched = files.filter((file) => OWN_BROKER.test(readOwn(file)) && !file.endsWith(SELF));
    expect(unwatched.toSorted()).toEqual(Object.keys(UNWATCHED).toSorted());
  });
});

function isRefusal({ kind }: JsonObject): boolean {
  return kind === 'controlRefused';
}
