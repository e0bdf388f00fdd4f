import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { type ReceiptMessage, receiptSchema } from '../../src/contract/receipt.ts';
import type { RestrictionNoticeMessage } from '../../src/contract/restriction.ts';
import { areaTopicOf, TRUST_TOPIC, topicOf } from '../../src/contract/topics.ts';
import { PROJECT_ROOT } from '../architecture/ownSources.ts';
import { Fleet } from '../fleet/fleet.ts';
import { areaIdOf, DEFAULT_FLEET, type FleetOptions, planFleet, SUBSTATION } from '../fleet/fleetPlan.ts';
import { registryOf } from '../fleet/registry.ts';
import { makeKeys, type TestKeys } from '../support/keys.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { CertificateAuthority, type Identity } from '../support/processes/pki.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const { distributor } = DEFAULT_FLEET;

let bed: TestBed;
let keys: TestKeys;
beforeEach(() => {
  bed = new TestBed();
  keys = makeKeys({ distributors: [distributor] });
});
afterEach(() => bed.close());

function noticeOf(area: RestrictionNoticeMessage['area'], durationSeconds: number): RestrictionNoticeMessage {
  const iso = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString();
  return {
    schema: 'loadgate.restriction-notice/1',
    noticeId: 'fleet-1',
    issuer: distributor,
    area,
    sequence: 1,
    issuedAt: iso(0),
    reason: 'the feeder is overloaded',
    measure: { kind: 'chargePointCeiling', ceilingA: 6 },
    durationSeconds,
    expiresAt: iso(3_600_000),
    basis: {
      flexibilityService: 'evening peak',
      cause: 'flexibilityFailed',
      established: 'measured at the substation',
      customersToldAt: iso(-60_000),
      suppliersToldAt: iso(-60_000),
    },
    rehearsal: false,
  };
}

interface Heard extends ReceiptMessage {
  readonly jws: string;
}

async function connect(url: string, clientId: string, identity?: Identity): Promise<mqtt.MqttClient> {
  const credentials = identity && {
    ca: readFileSync(identity.certificateAuthorityFile),
    cert: readFileSync(identity.certificateFile),
    key: readFileSync(identity.keyFile),
  };
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, clientId, ...credentials });
  client.on('error', () => undefined);
  bed.onClose(() => client.endAsync(true));
  return client;
}

/** Each receipt once, however often it came. */
async function hearReceipts(client: mqtt.MqttClient): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const seen = new Set<string>();
  client.on('message', (_topic, payload) => {
    const { jws } = JSON.parse(payload.toString()).body;
    if (seen.has(jws)) return;
    seen.add(jws);
    const said = JSON.parse(Buffer.from(jws.split('.')[1], 'base64url').toString());
    heard.push({ ...receiptSchema.parse(said), jws });
  });
  await client.subscribeAsync(topicOf('+', 'receipts'), { qos: 1 });
  return heard;
}

async function startFleet(options: FleetOptions, url: string, certificateFolder?: string): Promise<Fleet> {
  const place = { url, rootKeys: [keys.root.publicKey], bundle: keys.bundle };
  const fleet = new Fleet(options, { ...place, ...(certificateFolder && { certificateFolder }) });
  bed.onClose(() => fleet.stop());
  const away = planFleet(options).filter(({ trouble }) => trouble?.kind === 'away').length;
  await until('the fleet is connected', async () => {
    const { connected } = await fleet.counts();
    return connected >= options.gateways - away;
  });
  return fleet;
}

describe.skipIf(!hasMosquitto)('a fleet of light gateways', { timeout: 90_000 }, () => {
  it('answers a notice as its contract says: each home by its consent, and the other feeder not at all', async () => {
    const options = { ...DEFAULT_FLEET, gateways: 40, areas: 2, neverAsked: 0.2, withdrawn: 0.1, speed: 10 };
    const broker = await bed.openBroker();
    const office = await bed.openBackOffice(broker.url);
    const desk = await connect(broker.url, 'desk');
    const heard = await hearReceipts(desk);
    const fleet = await startFleet(options, broker.url);
    const fromMs = Date.now();
    const notice = noticeOf({ kind: 'feeder', areaId: areaIdOf(1) }, 60);
    await desk.publishAsync(areaTopicOf(areaIdOf(1)), keys.distributor.sign(notice), { qos: 1 });
    const plans = planFleet(options).filter(({ areaId }) => areaId === areaIdOf(1));
    const given = plans.filter(({ consent }) => consent === 'given');
    const count = (status: string): number => heard.filter((one) => one.status === status).length;
    await until('all have ended it', () => count('completed') >= given.length);
    expect(count('received')).toBe(given.length);
    expect(count('started')).toBe(given.length);
    const refused = heard.filter(({ status }) => status === 'refused');
    const codes = new Map(refused.map(({ gatewayId, code }) => [gatewayId, code]));
    for (const { gatewayId, consent } of plans) {
      const code = { given: undefined, never: 'noConsent', withdrawn: 'consentWithdrawn' }[consent];
      expect(codes.get(gatewayId)).toBe(code);
    }
    expect(refused).toHaveLength(plans.length - given.length);
    // What they say that they have saved is what their homes have really drawn less.
    const ids = given.map(({ gatewayId }) => gatewayId);
    const beforeW = await fleet.truePowerW(fromMs - 60_000 / options.speed, fromMs, ids);
    const duringW = await fleet.truePowerW(fromMs + 1_000, fromMs + 60_000 / options.speed, ids);
    const told = heard.filter(({ status }) => status === 'completed').map(({ effect }) => effect);
    const toldW = told.reduce(
      (sum, effect) => sum + (effect?.before?.meanW ?? 0) - (effect?.during?.meanW ?? 0),
      0,
    );
    expect(Math.abs(toldW / (beforeW - duringW) - 1)).toBeLessThan(0.05);
    await until('nothing waits', async () => (await fleet.counts()).waiting === 0);
    expect(office.complaints).toEqual([]);
    expect(office.repetitions).toBe(0);
    const publicKeys = new Map(registryOf(options).gateways.map((one) => [one.gatewayId, one.publicKey]));
    const { isSignedBy } = createSignatureReader();
    for (const { gatewayId, jws } of heard)
      expect(await isSignedBy(jws, publicKeys.get(gatewayId) ?? '')).toBe(true);
  });

  it('whatever befalls them, each gateway ends a notice once and nothing of it is lost or told twice', async () => {
    const troubles = { away: 0.1, wrongClock: 0.2, losesSession: 0.2, answersLate: 0.2, dies: 0.2 };
    const options = { ...DEFAULT_FLEET, gateways: 30, areas: 1, troubles, speed: 10 };
    const broker = await bed.openBroker();
    const office = await bed.openBackOffice(broker.url);
    const desk = await connect(broker.url, 'desk');
    const heard = await hearReceipts(desk);
    const fleet = await startFleet(options, broker.url);
    const notice = noticeOf({ kind: 'substation', areaId: SUBSTATION }, 60);
    await desk.publishAsync(areaTopicOf(SUBSTATION), keys.distributor.sign(notice), { qos: 1 });
    // A clock a year ahead says that the notice has expired; one that is away has no session that could keep it.
    const plans = planFleet(options);
    const isAhead = (one: (typeof plans)[number]): boolean =>
      one.trouble?.kind === 'wrongClock' && one.trouble.offsetMs > 0;
    const obeying = plans.filter((one) => one.trouble?.kind !== 'away' && !isAhead(one));
    const idsOf = (status: string): readonly string[] =>
      heard.filter((one) => one.status === status).map(({ gatewayId }) => gatewayId);
    await until('all have ended it', () => idsOf('completed').length >= obeying.length, {
      withinMs: 45_000,
    });
    expect([...idsOf('completed')].sort()).toEqual(obeying.map(({ gatewayId }) => gatewayId));
    expect([...idsOf('refused')].sort()).toEqual(plans.filter(isAhead).map(({ gatewayId }) => gatewayId));
    expect((await fleet.counts()).receipts).toBe(3 * obeying.length + plans.filter(isAhead).length);
    expect(office.complaints).toEqual([]);
    for (const { gatewayId } of obeying) expect(office.sequences(gatewayId, 'receipts')).toEqual([1, 2, 3]);
  });

  it('with certificates each speaks for itself alone, and takes its trust from the broker', async () => {
    const options = { ...DEFAULT_FLEET, gateways: 6, areas: 1 };
    const folder = bed.makeFolder('pki');
    const authority = new CertificateAuthority(folder);
    const accessListFile = join(PROJECT_ROOT, 'config', 'mosquitto', 'acl');
    const broker = await bed.openBroker({
      guard: { identity: authority.issueServer('broker'), accessListFile },
    });
    const plans = planFleet(options);
    const identities = plans.map(({ gatewayId }) => authority.issueClient(gatewayId));
    const desk = await connect(broker.url, 'desk', authority.issueClient('desk'));
    const heard = await hearReceipts(desk);
    await desk.publishAsync(TRUST_TOPIC, keys.bundleJws, { qos: 1, retain: true });
    const fleet = new Fleet(options, {
      url: broker.url,
      rootKeys: [keys.root.publicKey],
      certificateFolder: folder,
    });
    bed.onClose(() => fleet.stop());
    await until('the fleet is connected', async () => (await fleet.counts()).connected === options.gateways);
    const jws = keys.distributor.sign(noticeOf({ kind: 'substation', areaId: SUBSTATION }, 60));
    await desk.publishAsync(areaTopicOf(SUBSTATION), jws, { qos: 1 });
    await until('all have begun', () => heard.filter(({ status }) => status === 'started').length === 6);

    const thief = await connect(broker.url, 'thief', identities[0]);
    const [own = '', other = ''] = plans.map(({ gatewayId }) => gatewayId);
    const forbidden = [
      topicOf(other, 'receipts'),
      topicOf(own, 'restriction'),
      areaTopicOf(SUBSTATION),
      TRUST_TOPIC,
    ];
    for (const topic of forbidden)
      await expect(thief.publishAsync(topic, 'x', { qos: 1 })).rejects.toThrow(/Not authorized/);
    await expect(connect(broker.url, 'stranger')).rejects.toThrow();
  });
});
