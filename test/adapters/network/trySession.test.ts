import { readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodePacket } from '../../../src/adapters/network/mqttPackets.ts';
import { createSessionTrial, type TrialOptions } from '../../../src/adapters/network/trySession.ts';
import { MiniBroker } from '../../support/miniBroker.ts';
import { DatedAuthority } from '../../support/processes/datedAuthority.ts';
import { hasMosquitto, Mosquitto } from '../../support/processes/mosquitto.ts';
import { WallClock } from '../../support/wallClock.ts';
import { makeFolder, serve, serveTls } from './benches.ts';

const clock = new WallClock();
const folder = makeFolder();
const opened: (() => unknown)[] = [];
let authority: DatedAuthority;

beforeAll(() => {
  authority = new DatedAuthority(folder.path, 'authority');
});

afterAll(() => folder.remove());

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function trySession(port: number, change: Partial<TrialOptions> = {}, withinMs = 2_000) {
  const place = { host: 'localhost', port, isEncrypted: false };
  const trial = createSessionTrial({ place, clientId: 'home-1', protocolVersion: 5, clock, ...change });
  return trial.session('127.0.0.1', withinMs);
}

async function startBroker(knobs = {}): Promise<MiniBroker> {
  const broker = await MiniBroker.start(knobs);
  opened.push(() => broker.close());
  return broker;
}

describe('a session made for the purpose', () => {
  it.each([4, 5] as const)(
    'MQTT version %i: is accepted, pinged, and forgets nothing at the broker',
    async (protocolVersion) => {
      const passwordFile = join(folder.path, 'password');
      writeFileSync(passwordFile, 'secret\n');
      const broker = await startBroker();
      const seen = await trySession(broker.port, { protocolVersion, username: 'home', passwordFile });
      expect(seen).toEqual({ kind: 'accepted', isStanding: false, roundTripMs: expect.any(Number) });
      const [connect] = broker.connects;
      expect(connect).toMatchObject({ clientId: 'home-1', protocolVersion, clean: false, username: 'home' });
      expect(connect?.password?.toString()).toBe('secret');
      expect(connect?.will).toBeUndefined();
      if (protocolVersion === 5) expect(connect?.properties).toMatchObject({ sessionExpiryInterval: 86_400 });
      expect(broker.subscriptions).toEqual([]);
    },
  );

  it('acknowledges nothing of what waits there for the gateway', async () => {
    const broker = await startBroker();
    const underWay = trySession(broker.port);
    while (broker.connects.length === 0) await new Promise((resolve) => setImmediate(resolve));
    broker.deliver('loadgate/v1/home-1/control/curtailment', 'x'.repeat(300));
    expect((await underWay)?.kind).toBe('accepted');
    expect(broker.acknowledged).toEqual([]);
  });

  it.each([
    [4, 4],
    [4, 5],
    [5, 135],
    [5, 137],
    [5, 151],
  ] as const)('MQTT version %i: is refused with the reason %i', async (protocolVersion, connackCode) => {
    const broker = await startBroker({ connackCode });
    expect(await trySession(broker.port, { protocolVersion })).toEqual({
      kind: 'refused',
      reasonCode: connackCode,
    });
  });

  it('is silent where the broker is', async () => {
    const broker = await startBroker({ isMute: true });
    expect(await trySession(broker.port, {}, 200)).toEqual({ kind: 'silent' });
  });

  it('is cut where somebody hangs up', async () => {
    const other = await serve((socket) => socket.end());
    opened.push(() => other.close());
    expect(await trySession(other.port)).toMatchObject({ kind: 'failed' });
  });

  it('does not take the words of another service for those of a broker', async () => {
    const other = await serve((socket) => socket.write(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 0xff])));
    opened.push(() => other.close());
    expect(await trySession(other.port)).toEqual({
      kind: 'failed',
      detail: 'what answers does not speak MQTT',
    });
  });

  it('is not tried without an address that answered, nor with a password that is gone', async () => {
    const trial = createSessionTrial({
      place: { host: 'x', port: 1, isEncrypted: false },
      clientId: 'x',
      protocolVersion: 5,
      clock,
    });
    expect(await trial.session(undefined, 100)).toBeUndefined();
    expect(await trySession(1, { passwordFile: join(folder.path, 'gone') })).toMatchObject({
      kind: 'failed',
    });
  });
});

describe('over TLS', () => {
  it('a certificate of another authority is turned down, in words of OpenSSL', async () => {
    const stranger = new DatedAuthority(folder.path, 'stranger').issue('home-2');
    const ca = readFileSync(authority.certificateFile);
    const broker = await serveTls(authority.issue('server'), {
      requestCert: true,
      rejectUnauthorized: true,
      ca,
    });
    opened.push(() => broker.close());
    const place = { host: 'localhost', port: broker.port, isEncrypted: true };
    const paths = { ...stranger, certificateAuthorityFile: authority.certificateFile };
    const seen = await trySession(broker.port, { place, ...paths });
    expect(seen).toMatchObject({ kind: 'failed' });
  });

  it('nothing is said for a moment after the handshake, so that an alert is not drowned', async () => {
    const ends = (socket: Socket): unknown => setTimeout(() => socket.destroy(), 50);
    const broker = await serveTls(authority.issue('slow-server'), {}, ends);
    opened.push(() => broker.close());
    const place = { host: 'localhost', port: broker.port, isEncrypted: true };
    const seen = await trySession(broker.port, {
      place,
      certificateAuthorityFile: authority.certificateFile,
    });
    expect(seen).toMatchObject({ kind: 'failed' });
    expect(broker.heard()).toBe('');
  });

  it('nothing is said to a broker that cannot show who it is', async () => {
    const broker = await serveTls(new DatedAuthority(folder.path, 'fake').issue('fake-server'));
    opened.push(() => broker.close());
    const place = { host: 'localhost', port: broker.port, isEncrypted: true };
    const seen = await trySession(broker.port, {
      place,
      certificateAuthorityFile: authority.certificateFile,
    });
    expect(seen).toMatchObject({ kind: 'failed', code: expect.stringMatching(/UNABLE_TO_|SELF_SIGNED/) });
    expect(broker.heard()).toBe('');
  });

  it.skipIf(!hasMosquitto)(
    'Mosquitto lets its own in, and turns strangers and the nameless down',
    async () => {
      const accessListFile = join(folder.path, 'acl');
      writeFileSync(accessListFile, 'user home-1\ntopic readwrite #\n');
      const mosquitto = await Mosquitto.create(folder.path, {
        guard: { identity: authority.issue('broker'), accessListFile },
        isKept: false,
      });
      await mosquitto.start();
      opened.push(() => mosquitto.kill());
      const port = Number(new URL(mosquitto.url).port);
      const place = { host: 'localhost', port, isEncrypted: true };
      const own = { place, ...authority.issue('home-1') };
      expect(await trySession(port, own)).toMatchObject({
        kind: 'accepted',
        roundTripMs: expect.any(Number),
      });
      const nameless = { place, certificateAuthorityFile: authority.certificateFile };
      expect(await trySession(port, nameless)).toMatchObject({
        kind: 'failed',
        code: expect.stringContaining('CERTIFICATE_REQUIRED'),
      });
      const stranger = {
        ...new DatedAuthority(folder.path, 'elsewhere').issue('home-3'),
        certificateAuthorityFile: authority.certificateFile,
      };
      expect(await trySession(port, { place, ...stranger })).toMatchObject({
        kind: 'failed',
        code: expect.stringContaining('UNKNOWN_CA'),
      });
    },
  );
});

it.skipIf(!hasMosquitto).each([4, 5] as const)(
  'MQTT version %i: what waits at Mosquitto for the gateway is there after the trial as before, and only once',
  async (protocolVersion) => {
    const waiting = makeFolder();
    opened.push(() => waiting.remove());
    const mosquitto = await Mosquitto.create(waiting.path, { isKept: false });
    await mosquitto.start();
    opened.push(() => mosquitto.kill());
    const own = { clientId: 'home-1', clean: false, protocolVersion, reconnectPeriod: 0 };
    const session = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 86_400 } } : {};
    const before = await mqtt.connectAsync(mosquitto.url, { ...own, ...session });
    await before.subscribeAsync('control/#', { qos: 1 });
    await before.endAsync();
    const party = await mqtt.connectAsync(mosquitto.url);
    for (const word of ['one', 'two']) await party.publishAsync('control/curtailment', word, { qos: 1 });
    await party.endAsync();

    const port = Number(new URL(mosquitto.url).port);
    expect(await trySession(port, { protocolVersion })).toMatchObject({
      kind: 'accepted',
      roundTripMs: expect.any(Number),
    });

    const received: string[] = [];
    const after = mqtt.connect(mosquitto.url, { ...own, ...session });
    opened.push(() => after.endAsync(true));
    after.on('message', (_, payload) => received.push(payload.toString()));
    while (received.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toEqual(['one', 'two']);
  },
);

describe('a packet', () => {
  const PACKETS = Buffer.from([
    0x20,
    3,
    0,
    135,
    0,
    0x30,
    0x80,
    1,
    ...Array<number>(128).fill(7),
    0xd0,
    0,
    0xe0,
    1,
    142,
  ]);

  it('is read as the bytes come in, however they are cut', () => {
    for (let cut = 0; cut <= PACKETS.length; cut += 1) {
      const kinds: string[] = [];
      let rest: Buffer = Buffer.alloc(0);
      for (const part of [PACKETS.subarray(0, cut), PACKETS.subarray(cut)]) {
        rest = Buffer.concat([rest, part]);
        for (;;) {
          const decoded = decodePacket(rest);
          if (!decoded.ok) throw new Error('not ok');
          rest = decoded.rest;
          if (decoded.packet === undefined) break;
          kinds.push(decoded.packet.kind);
        }
      }
      expect(kinds).toEqual(['connack', 'other', 'pingResponse', 'disconnect']);
    }
  });

  it('with a length of five bytes is none of MQTT', () => {
    expect(decodePacket(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 1]))).toEqual({ ok: false });
  });
});
