// The real desk over a real broker, and homes that answer its notices with signed receipts as gateways do.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { hashPassword, startDesk } from '../../src/composeDesk.ts';
import { type DeskSettings, deskSettingsSchema } from '../../src/config/deskSchema.ts';
import { writeDeskUser } from '../../src/config/deskUsers.ts';
import { receiptMessageOf } from '../../src/contract/receipt.ts';
import { areaTopicOf, topicOf } from '../../src/contract/topics.ts';
import type { Receipt } from '../../src/domain/restriction.ts';
import { DeskClient } from '../support/deskClient.ts';
import { makeSigner } from '../support/keys.ts';
import { freePort, openWay, startBroker } from './deskNetwork.ts';
import type { Desk } from './deskPeople.ts';

const PASSWORD = 'correct horse battery';
const AREA = 'high-street-1';
/** So many homes have a car that charges; of the others nothing is known. */
const CHARGING = 30;
/** How long after its beginning a home tells what the notice has brought. */
const MEASURED_MS = 1_000;

interface Home {
  readonly gatewayId: string;
  /** Of the last receipt. */
  sequence: number;
  /** Of the last telemetry. */
  told: number;
}

export interface RealDesk extends Desk {
  /** Past the way that can be cut. */
  readonly directUrl: string;
  /** Cuts every connection of the pages, and lets none through, until it is heard again. */
  setSilent(isSilent: boolean): void;
  /** A message as a home sends it; a payload that a home signs goes into the body of one on the stream of receipts. */
  say(message: Message): Promise<void>;
  sign(payload: object): { readonly jws: string };
  close(): Promise<void>;
}

interface Options {
  /** Folder of the pages. */
  readonly pages: string;
  /** All on one feeder; the first of them has not agreed. */
  readonly homes: number;
}

/** One key for all homes: the tests are not about keys. */
const signer = makeSigner();

export async function startRealDesk({ pages, homes: many }: Options): Promise<RealDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-desk-pages-'));
  const port = await freePort();
  const broker = await startBroker(folder, port);
  const url = `mqtt://127.0.0.1:${port}`;
  const running = await startDesk(await settle(folder, url), pages);
  const way = await openWay(Number(new URL(running.url).port));
  const homes = Array.from({ length: many }, (_, index) => ({
    gatewayId: `gw-${String(index).padStart(5, '0')}`,
    sequence: 0,
    told: 0,
  }));
  await register(running.url, homes);
  const client = await mqtt.connectAsync(url, { clientId: 'homes' });
  await Promise.all(
    homes
      .slice(0, CHARGING)
      .map((home) => tellLoad(client, home, { chargeA: 30, fromMs: Date.now() - 60_000 })),
  );
  let isOver = false;
  client.on('message', (_topic, payload) => {
    for (const [index, home] of homes.entries()) {
      answerNotice(client, { home, isCharging: index < CHARGING, jws: payload.toString() }).catch((error) => {
        // A home that was about to say more when the desk went.
        if (!isOver) throw error;
      });
    }
  });
  await client.subscribeAsync(areaTopicOf(AREA), { qos: 1 });
  return {
    url: `http://127.0.0.1:${way.port}`,
    directUrl: running.url,
    password: PASSWORD,
    areaId: AREA,
    setSilent: way.setSilent,
    say: (message) => publish(client, message),
    sign: (payload) => ({ jws: signer.sign(payload) }),
    close: async () => {
      isOver = true;
      await client.endAsync(true);
      await way.close();
      await running.stop();
      broker.kill();
      await once(broker, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function settle(folder: string, url: string): Promise<DeskSettings> {
  const keyFile = join(folder, 'distributor.key');
  writeFileSync(keyFile, makeSigner().privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const ownKeyFile = join(folder, 'back-office.key');
  writeFileSync(ownKeyFile, makeSigner().privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  const usersFile = join(folder, 'users.json');
  const password = await hashPassword(PASSWORD);
  for (const name of ['ada.price', 'ben.okafor']) {
    const written = writeDeskUser(usersFile, {
      name,
      roles: ['engineer', 'authoriser', 'registrar'],
      password,
    });
    if (!written.ok) throw new Error(written.mistake.found);
  }
  return deskSettingsSchema.parse({
    listen: { port: 0 },
    stateDirectory: join(folder, 'state'),
    usersFile,
    broker: { url, connections: 2 },
    signingKeys: [{ distributor: '20', keyFile }],
    backOfficeKey: { keyFile: ownKeyFile, keyId: 'back-office-1' },
    logLevel: 'error',
  });
}

async function register(url: string, homes: readonly Home[]): Promise<void> {
  const registrar = await DeskClient.logIn(url, 'ada.price', PASSWORD);
  const gateways = homes.map(({ gatewayId }, index) => ({
    gatewayId,
    distributor: '20',
    feeder: AREA,
    supplierId: ['BRIT', 'EBES'][index % 2],
    ...(index === 0 ? {} : { consent: 'given', consentText: 'dno-1' }),
    publicKey: signer.publicKey,
  }));
  const { status, refusal } = await registrar.post('/api/gateways/import', { gateways });
  if (status !== 200) throw new Error(refusal?.sentence);
}

/** The load of a home with a car at its charge point, from an instant until now. */
async function tellLoad(
  client: MqttClient,
  home: Home,
  { chargeA, fromMs }: { chargeA: number; fromMs: number },
): Promise<void> {
  const nowMs = Date.now();
  const coveredMs = nowMs - fromMs;
  const phases = (meanA: number) => [
    { phase: 'L1', flow: { state: 'measured', meanA, minimumA: meanA, maximumA: meanA, coveredMs } },
  ];
  const body = {
    intervalFrom: new Date(fromMs).toISOString(),
    intervalUntil: new Date(nowMs).toISOString(),
    durationMs: coveredMs,
    clockLevel: 'synced',
    circuits: [{ circuitId: 'connection-point', phases: phases(chargeA + 2) }],
    loads: [{ loadId: 'charge-point', kind: 'chargePoint', phases: phases(chargeA), state: 'C' }],
  };
  home.told += 1;
  await publish(client, {
    gatewayId: home.gatewayId,
    stream: 'telemetry',
    schema: 'loadgate.telemetry/1',
    sequence: home.told,
    body,
  });
}

interface Message {
  readonly gatewayId: string;
  readonly stream: 'telemetry' | 'receipts' | 'events';
  readonly schema: string;
  readonly sequence: number;
  readonly body: object;
}

async function publish(client: MqttClient, message: Message): Promise<void> {
  const head = { outboxId: '0123abcd', recordedAt: new Date().toISOString(), runningMs: 60_000 };
  await client.publishAsync(
    topicOf(message.gatewayId, message.stream),
    JSON.stringify({ ...message, ...head }),
    {
      qos: 1,
    },
  );
}

/** A notice is received and begins at once, or is refused without agreement; a cancel ends it. */
async function answerNotice(
  client: MqttClient,
  { home, isCharging, jws }: { home: Home; isCharging: boolean; jws: string },
): Promise<void> {
  const payload = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
  const sha256 = createHash('sha256').update(jws).digest('hex');
  const say = async (change: Pick<Receipt, 'status'> & Partial<Receipt>) => {
    const receipt = receiptMessageOf({
      gatewayId: home.gatewayId,
      noticeId: payload.noticeId,
      issuer: payload.issuer,
      sequence: payload.sequence,
      sha256,
      atUtcMs: Date.now(),
      runningMs: 60_000,
      clockLevel: 'synced',
      isRehearsal: payload.rehearsal === true,
      adjustments: [],
      ...change,
    });
    home.sequence += 1;
    const { gatewayId, sequence } = home;
    const body = { jws: signer.sign(receipt) };
    await publish(client, { gatewayId, stream: 'receipts', schema: 'loadgate.signed/1', sequence, body });
  };
  if (payload.cancels !== undefined) {
    const { noticeId } = payload.cancels;
    if (home.gatewayId === 'gw-00000') return say({ status: 'refused', noticeId, code: 'undefinedNotice' });
    return say({ status: 'cancelled', noticeId, sha256: payload.cancels.sha256 });
  }
  if (home.gatewayId === 'gw-00000') {
    return say({
      status: 'refused',
      code: 'noConsent',
      cause: 'this household has not agreed to restrictions',
    });
  }
  const times = { startsAtUtcMs: Date.now(), endsAtUtcMs: Date.now() + payload.durationSeconds * 1_000 };
  await say({ status: 'received', ...times });
  await say({ status: 'started', ...times });
  if (!isCharging) return;
  await sleep(MEASURED_MS);
  await tellLoad(client, home, { chargeA: payload.rehearsal === true ? 30 : 6, fromMs: times.startsAtUtcMs });
}
