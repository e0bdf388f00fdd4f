import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { topicOf } from '../../src/contract/topics.ts';
import { DatedAuthority } from '../support/processes/datedAuthority.ts';
import { openDeafPort } from '../support/processes/deafPort.ts';
import { freePort, hasMosquitto, type Mosquitto, startAsConfigured } from '../support/processes/mosquitto.ts';
import { sleep, until } from '../support/processes/waiting.ts';
import { makeFolder, openBus, openClient, startMosquitto, startPostman } from './broker/gatewayAtBroker.ts';

const OUR_LIST = resolve('config/mosquitto/acl');

/** A Mosquitto that lets in whom our authority has signed, with what it takes to revoke. */
async function startGuarded(accessListFile = OUR_LIST) {
  const folder = makeFolder();
  const authority = new DatedAuthority(folder, 'authority');
  const revocationListFile = authority.revoke();
  const guard = { identity: authority.issue('broker'), accessListFile, revocationListFile };
  const mosquitto = await startMosquitto({ guard, hasWebSocket: true });
  return { mosquitto, authority, folder };
}

/** What somebody at the broker hears of the status of home-1. */
async function hearStatus(mosquitto: Mosquitto): Promise<{ readonly heard: string[] }> {
  const client = await openClient(mosquitto.watchUrl, { protocolVersion: 5 });
  const heard: string[] = [];
  client.on('message', (_topic, _payload, { properties }) => {
    heard.push(`${properties?.contentType} ${JSON.stringify(properties?.userProperties)}`);
  });
  await client.subscribeAsync(topicOf('home-1', 'status'), { qos: 1 });
  return { heard };
}

describe.skipIf(!hasMosquitto)('at the doors of mosquitto', () => {
  it('a revoked certificate is not let in, and the status says so; what it recorded waits', async () => {
    const { mosquitto, authority } = await startGuarded();
    const gateway = openBus(mosquitto.url, authority.issue('home-1'), { requiresSubscriber: false });
    const other = openBus(mosquitto.url, authority.issue('home-2'), { clientId: 'home-2' });
    const { store, postman } = startPostman(gateway);
    await until('both connected', () => gateway.bus.isConnected() && other.bus.isConnected());
    authority.revoke('home-1');
    mosquitto.reload();
    await sleep(200);
    // Connections that stand are left alone; the next one is judged.
    void gateway.bus.startAnew();
    await until('told', () => gateway.bus.sentence().includes('the certificate of this gateway is revoked'));
    store.add('events');
    postman.nudge();
    await sleep(500);
    expect(gateway.bus.isConnected()).toBe(false);
    expect(store.rows).toHaveLength(1);
    expect(other.bus.isConnected()).toBe(true);
    expect(gateway.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('new credentials that it does not take leave the old ones in force', async () => {
    const { mosquitto, authority } = await startGuarded();
    const own = authority.issue('home-1');
    const revoked = authority.issue('home-1-next');
    authority.revoke('home-1-next');
    mosquitto.reload();
    await sleep(200);
    let files = own;
    const { bus } = openBus(mosquitto.url, {}, { credentials: () => files });
    await until('connected', () => bus.isConnected());
    files = revoked;
    const outcome = await bus.startAnew();
    files = own;
    expect(outcome).toMatchObject({ isAccepted: false, failure: { code: /REVOKED/ } });
    await until('connected again', () => bus.isConnected());
  });

  it('a way that is blocked is left for the WebSocket, with the same certificate and the same rights', async () => {
    const { mosquitto, authority, folder } = await startGuarded();
    const blocked = await openDeafPort(folder);
    onTestFinished(() => blocked.close());
    const url = `mqtts://127.0.0.1:${blocked.port}`;
    const startedAtMs = performance.now();
    const { bus } = openBus(url, authority.issue('home-1'), {
      fallbackUrls: [mosquitto.webSocketUrl],
      requiresSubscriber: false,
    });
    const heard: string[] = [];
    bus.subscribe(topicOf('home-1', 'curtailment'), async ({ payload }) => {
      heard.push(Buffer.from(payload).toString());
    });
    await until('connected', () => bus.isConnected(), { withinMs: 30_000 });
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
    expect(bus.sentence()).toBe(
      `Connected to ${mosquitto.webSocketUrl}. ${url}: The broker cannot be reached; check the network and broker.url (ETIMEDOUT)`,
    );
    expect(await bus.publish(topicOf('home-1', 'events'), 'x'.repeat(20_000))).toEqual({ ok: true });
    const desk = await openClient(mosquitto.url, tlsOf(authority.issue('desk')));
    await desk.publishAsync(topicOf('home-1', 'curtailment'), 'now', { qos: 1 });
    await until('heard', () => heard.length === 1);
    expect(await bus.ping()).toBe(true);
    expect(await bus.publish(topicOf('home-2', 'events'), 'not mine')).toMatchObject({ cause: 'refused' });
  });

  it('the WebSocket takes no certificate of another authority, and none is not enough', async () => {
    const { mosquitto, authority, folder } = await startGuarded();
    const stranger = new DatedAuthority(folder, 'foreign').issue('stranger');
    const certificateAuthorityFile = authority.certificateFile;
    const foreign = openBus(mosquitto.webSocketUrl, { ...stranger, certificateAuthorityFile });
    await until('refused', () => foreign.bus.sentence().includes('does not know the authority'));
    const nobody = openBus(mosquitto.webSocketUrl, { certificateAuthorityFile });
    await until('refused', () => nobody.bus.sentence().includes('asks for a certificate of this gateway'));
  });

  it('whom the access list denies writes nothing over the WebSocket either, which knows no revocation list', async () => {
    const accessListFile = join(makeFolder(), 'acl');
    writeFileSync(accessListFile, `${readFileSync(OUR_LIST, 'utf8')}\nuser home-1\ntopic deny loadgate/#\n`);
    const { mosquitto, authority } = await startGuarded(accessListFile);
    const own = authority.issue('home-1');
    authority.revoke('home-1');
    mosquitto.reload();
    await sleep(200);
    const gateway = openBus(mosquitto.webSocketUrl, own, { requiresSubscriber: false });
    const { store } = startPostman(gateway);
    store.add('events');
    await until('told', () => gateway.bus.faults().length > 0);
    expect(gateway.bus.faults()).toMatchObject([{ code: 'upload-refused', subject: 'events' }]);
    expect(gateway.bus.sentence()).toMatch(/access rules of the broker do not allow it .*135/);
    expect(store.rows).toHaveLength(1);
    const other = openBus(mosquitto.webSocketUrl, authority.issue('home-2'), {
      clientId: 'home-2',
      requiresSubscriber: false,
    });
    await until('connected', () => other.bus.isConnected());
    expect(await other.bus.publish(topicOf('home-2', 'events'), 'x')).toEqual({ ok: true });
  });

  it('the example of a configuration starts with all that it offers, and lets a gateway in everywhere', async () => {
    const folder = makeFolder();
    const authority = new DatedAuthority(folder, 'authority');
    const revocationList = authority.revoke();
    const { certificateFile, keyFile } = authority.issue('broker');
    const places = [await freePort(), await freePort(), await freePort()] as const;
    const example = readFileSync(resolve('config/mosquitto/mosquitto.conf'), 'utf8')
      .replaceAll(/^#(?=[a-z])/gm, '')
      .replaceAll('/etc/mosquitto/certs/authority.pem', authority.certificateFile)
      .replaceAll('/etc/mosquitto/certs/broker.pem', certificateFile)
      .replaceAll('/etc/mosquitto/certs/broker.key', keyFile)
      .replaceAll('/etc/mosquitto/certs/revoked.pem', revocationList)
      .replaceAll('/etc/mosquitto/loadgate.acl', OUR_LIST)
      .replaceAll('/var/lib/mosquitto/', `${folder}/`)
      .replace('listener 8883', `listener ${places[0]}`)
      .replace('listener 443', `listener ${places[1]}`)
      .replace('listener 8443', `listener ${places[2]}`);
    const mosquitto = startAsConfigured(folder, example);
    onTestFinished(() => mosquitto.kill());
    const [usual, web, webSocket] = places;
    for (const url of [
      `mqtts://127.0.0.1:${usual}`,
      `mqtts://127.0.0.1:${web}`,
      `wss://127.0.0.1:${webSocket}/mqtt`,
    ]) {
      const { bus } = openBus(url, authority.issue('home-1'), { requiresSubscriber: false });
      await until(`let in at ${url}: ${mosquitto.account()}`, () => bus.isConnected());
      expect(await bus.publish(topicOf('home-1', 'events'), 'x')).toEqual({ ok: true });
      expect(await bus.publish(topicOf('home-2', 'events'), 'x')).toMatchObject({ cause: 'refused' });
      await bus.close();
    }
  });

  it('a short absence is not announced, neither a cut nor a connection made anew; the end of the gateway is', async () => {
    const { mosquitto, authority } = await startGuarded();
    const { heard } = await hearStatus(mosquitto);
    const { bus } = openBus(mosquitto.url, authority.issue('home-1'));
    await until('connected', () => bus.isConnected());
    expect(await bus.startAnew()).toEqual({ isAccepted: true });
    await mosquitto.kill();
    await until('lost', () => !bus.isConnected());
    await mosquitto.start();
    await until('connected again', () => bus.isConnected());
    const again = await hearStatus(mosquitto);
    await sleep(1_500);
    expect([...heard, ...again.heard]).toEqual([]);
    await bus.close();
    await until('the farewell', () => again.heard.length === 1);
    expect(again.heard).toEqual(['application/json {"schema":"loadgate.offline/1"}']);
  });

  it('with MQTT 3.1.1 a cut is announced at once', async () => {
    const { mosquitto, authority } = await startGuarded();
    const { heard } = await hearStatus(mosquitto);
    const { bus } = openBus(mosquitto.url, authority.issue('home-1'), { protocolVersion: 4 });
    await until('connected', () => bus.isConnected());
    // Another one under the same name, who then goes in order.
    const twin = await openClient(mosquitto.url, { ...tlsOf(authority.issue('home-1')), clientId: 'home-1' });
    await until('the will', () => heard.length > 0);
    await twin.endAsync();
  });
});

function tlsOf(identity: ReturnType<DatedAuthority['issue']>) {
  return {
    ca: readFileSync(identity.certificateAuthorityFile),
    cert: readFileSync(identity.certificateFile),
    key: readFileSync(identity.keyFile),
  };
}
