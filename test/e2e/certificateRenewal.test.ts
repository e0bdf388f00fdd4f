import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateRequest } from '../../src/contract/certificate.ts';
import type { Status } from '../../src/contract/status.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { PROJECT_ROOT } from '../architecture/ownSources.ts';
import { makeKeys, type TestKeys, writeTrust } from '../support/keys.ts';
import { DeskProcess } from '../support/processes/deskProcess.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { hasMosquitto, type Mosquitto } from '../support/processes/mosquitto.ts';
import type { Identity } from '../support/processes/pki.ts';
import { RequestAuthority, type Term } from '../support/processes/requestAuthority.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { sleep, until } from '../support/processes/waiting.ts';
import { MovableWallClock } from '../support/processes/wallClock/movableWallClock.ts';

const HOME = 'home-1';
const STREAMS = ['receipts', 'events', 'status', 'telemetry'];

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

interface Scene {
  readonly keys: TestKeys;
  readonly authority: RequestAuthority;
  readonly broker: Mosquitto;
  readonly home: HomeUnderTest;
  /** Of the enrolment. */
  readonly identity: Identity;
}

/** A broker that asks everybody for a certificate, and a home that has one for a minute or so. */
async function openScene(term: Term, brokerSettings: object = {}): Promise<Scene> {
  const keys = makeKeys({ distributors: ['20'] });
  const authority = new RequestAuthority(bed.makeFolder('authority'));
  const accessListFile = join(PROJECT_ROOT, 'config', 'mosquitto', 'acl');
  const guard = { identity: authority.enrol('broker', { use: 'server' }), accessListFile };
  const broker = await bed.openBroker({ guard });
  const clock = new MovableWallClock(bed.makeFolder('clock'));
  clock.setSynced(true);
  const trust = writeTrust(bed.makeFolder('trust'), keys);
  const settings = { ...trust, telemetry: { intervalMs: 1_000 } };
  const home = await bed.openHome({ name: HOME, environment: clock.environment, settings });
  const identity = authority.enrol(HOME, term);
  home.writeSettings({ broker: { url: broker.url, ...identity, ...brokerSettings } });
  return { keys, authority, broker, home, identity };
}

/** A little longer: a certificate is good through its last second. */
async function pastItsEnd({ certificateFile }: Identity): Promise<void> {
  const { validToDate } = new X509Certificate(readFileSync(certificateFile));
  await sleep(validToDate.getTime() - Date.now() + 1_500);
}

async function reach(
  { home }: Scene,
  what: string,
  is: (status: Status) => boolean,
  withinMs = 60_000,
): Promise<Status> {
  const ask = async (): Promise<Status | undefined> => {
    const status = await home.gateway.status();
    return status !== undefined && is(status) ? status : undefined;
  };
  return (await until(what, ask, { withinMs, everyMs: 200 })).answer;
}

/** What was renewed and lies in the state directory, by the end of its name. */
function fileOf({ home }: Scene, end: string): string | undefined {
  const names = readdirSync(home.stateDirectory);
  const name = names.find((each) => /^broker-certificate-[0-9a-f]{16}/.test(each) && each.endsWith(end));
  return name === undefined ? undefined : join(home.stateDirectory, name);
}

/** Answers requests for certificates as a back office of its own, by openssl. */
async function answerRequests({ broker, keys }: Scene, sign: (csr: string) => string): Promise<void> {
  const client = await mqtt.connectAsync(broker.watchUrl, { protocolVersion: 5 });
  bed.onClose(() => client.endAsync(true));
  client.on('message', (_, payload) => {
    const { jws } = JSON.parse(payload.toString()).body;
    const request: CertificateRequest = JSON.parse(Buffer.from(jws.split('.')[1], 'base64url').toString());
    if (request.schema !== 'loadgate.certificate-request/1') return;
    const answer = {
      schema: 'loadgate.certificate/1',
      gatewayId: HOME,
      id: request.id,
      issuedAt: new Date().toISOString(),
      certificates: sign(request.csr),
    };
    client.publish(topicOf(HOME, 'certificate'), keys.backOffice.sign(answer), { qos: 1 });
  });
  await client.subscribeAsync(topicOf(HOME, 'receipts'), { qos: 1 });
}

const isRenewed = ({ sync }: Status): boolean =>
  sync.isConnected && Date.parse(sync.certificate?.validUntil ?? '') > Date.now() + 3_600_000;

describe.skipIf(!hasMosquitto)('the certificate of a gateway', { timeout: 240_000 }, () => {
  it('is renewed before its end, over a kill between keeping and trying, and nothing of the outbox is lost', async () => {
    const scene = await openScene({ fromMs: -75_000, untilMs: 75_000 });
    const { home, broker, authority, keys, identity } = scene;
    const before = [identity.certificateFile, identity.keyFile].map((file) => readFileSync(file, 'utf8'));
    const backOffice = await bed.openBackOffice(broker.watchUrl);
    const desk = await DeskProcess.start(
      {
        folder: bed.makeFolder('desk'),
        brokerUrl: broker.url,
        identity: authority.enrol('desk'),
        distributor: '20',
        keys,
        hasOwnKey: true,
        certificates: { authorityFile: authority.certificateFile, authorityKeyFile: authority.keyFile },
      },
      { rolf: ['registrar'] },
    );
    bed.onClose(() => desk.end());
    const registrar = await desk.logIn('rolf');
    const gateways = [{ gatewayId: HOME, distributor: '20', feeder: 'feeder-1' }];
    expect((await registrar.post('/api/gateways/import', { gateways })).status).toBe(200);
    await home.gateway.start();

    await until('a new certificate on the disk', () => fileOf(scene, '.new.pem'), {
      withinMs: 60_000,
      everyMs: 5,
    });
    await home.gateway.kill();
    expect(fileOf(scene, '.new.pem')).toBeDefined();
    await home.gateway.start();
    await reach(scene, 'a connection by the new certificate', isRenewed);
    expect(fileOf(scene, '.new.pem')).toBeUndefined();
    const renewed = fileOf(scene, '.pem');
    expect(statSync(renewed ?? '').mode & 0o777).toBe(0o600);
    expect([identity.certificateFile, identity.keyFile].map((file) => readFileSync(file, 'utf8'))).toEqual(
      before,
    );

    // From here on the old one is of no use, and the broker asks everybody anew.
    await pastItsEnd(identity);
    await broker.kill();
    await broker.start();
    const after = await reach(scene, 'a connection after the end of the old one', isRenewed);
    expect(after.faults.map(({ code }) => code)).not.toContain('certificate-expired');
    const shown = await home.ask('certificate');
    expect(shown.stdout).toContain(`File          ${renewed}`);

    await home.gateway.stop();
    await until('all that was recorded', () => home.gateway.process.isRunning === false);
    for (const stream of STREAMS) {
      const sequences = backOffice.sequences(HOME, stream);
      expect(sequences.length).toBeGreaterThan(0);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    }
    expect(backOffice.complaints).toEqual([]);
    const { body } = await (await desk.logIn('rolf')).get<{ entries: readonly { action: string }[] }>(
      '/api/audit',
    );
    expect(body.entries.filter(({ action }) => action === 'certificate.issued')).toHaveLength(1);
  });

  it('that has expired without a renewal is told in words, and one that is put in its place is taken without a restart', async () => {
    const scene = await openScene({ fromMs: -600_000, untilMs: 20_000 }, { renewalDays: 0 });
    const { home, broker, authority, identity } = scene;
    await home.gateway.start();
    await reach(scene, 'a connection', ({ sync }) => sync.isConnected, 15_000);
    await pastItsEnd(identity);
    await broker.kill();
    await broker.start();
    const status = await reach(scene, 'what the broker says', ({ sync }) =>
      /certificate of this gateway has expired/.test(sync.sentence ?? ''),
    );
    expect(status.sync.isConnected).toBe(false);
    expect(status.faults.map(({ code }) => code)).toContain('certificate-expired');
    expect(status.sync.certificate?.sentence).toMatch(
      /Expired at .*: the broker lets nobody in by it; put a new/,
    );
    const shown = await home.ask('status');
    expect(shown.stdout).toContain('certificate-expired');

    const next = authority.enrol('next', { subject: `/CN=${HOME}` });
    writeFileSync(identity.keyFile, readFileSync(next.keyFile));
    writeFileSync(identity.certificateFile, readFileSync(next.certificateFile));
    await reach(scene, 'a connection by the new one', ({ sync }) => sync.isConnected);
    const mended = await reach(
      scene,
      'no fault',
      ({ faults }) => faults.every(({ code }) => code !== 'certificate-expired'),
      70_000,
    );
    expect(mended.sync.certificate?.sentence).toContain('Valid until');
  });

  it('goes back to the old one when the broker turns the new one down, and says so', async () => {
    // Both authorities are known to the gateway; the broker knows one of them.
    const other = new RequestAuthority(bed.makeFolder('other'), 'other');
    const both = join(bed.folder, 'authorities.pem');
    const scene = await openScene({ fromMs: -80_000, untilMs: 80_000 }, { clientAuthorityFile: both });
    const known = [scene.authority, other].map(({ certificateFile }) =>
      readFileSync(certificateFile, 'utf8'),
    );
    writeFileSync(both, known.join(''));
    await answerRequests(scene, (csr) => other.sign(csr));
    await scene.home.gateway.start();
    const status = await reach(
      scene,
      'the refusal',
      ({ faults, sync }) => sync.isConnected && faults.some(({ code }) => code === 'certificate-not-taken'),
      75_000,
    );
    expect(status.sync.certificate?.sentence).toMatch(
      /the broker lets this gateway in by the one in use, and not by the new one: The broker does not know the authority/,
    );
    expect(fileOf(scene, '.new.pem')).toBeUndefined();
    expect(fileOf(scene, '.pem')).toBeUndefined();
  });
});
