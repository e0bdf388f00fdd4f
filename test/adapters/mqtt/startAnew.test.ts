import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectBus } from '../../../src/adapters/mqtt/connectBus.ts';
import type { CredentialFiles } from '../../../src/adapters/mqtt/credentials.ts';
import type { BusOptions, MqttBus } from '../../../src/adapters/mqtt/mqttBus.ts';
import { MiniBroker } from '../../support/miniBroker.ts';
import { DatedAuthority } from '../../support/processes/datedAuthority.ts';
import { until } from '../../support/processes/waiting.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';

const opened: { close(): Promise<void> }[] = [];
let authority: DatedAuthority;
let foreign: DatedAuthority;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-anew-'));
  authority = new DatedAuthority(folder, 'authority');
  foreign = new DatedAuthority(folder, 'foreign');
});

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function startBroker(): Promise<MiniBroker> {
  const { certificateFile, keyFile } = authority.issue('broker');
  const broker = await MiniBroker.start({ hasSession: true }, 0, {
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    ca: readFileSync(authority.certificateFile),
    requestCert: true,
    rejectUnauthorized: true,
  });
  opened.push(broker);
  return broker;
}

/** Whose credentials can be changed while it runs. */
function connect(url: string, change: Partial<BusOptions> = {}) {
  const certificateAuthorityFile = authority.certificateFile;
  let files: CredentialFiles = { ...authority.issue('home-1'), certificateAuthorityFile };
  const bus: MqttBus = connectBus({
    url,
    clientId: 'home-1',
    protocolVersion: 5,
    credentials: () => files,
    clock: new WallClock(),
    log: new RecordingLog(),
    reconnectDelayMs: () => 10,
    requiresSubscriber: false,
    ...change,
  });
  opened.push(bus);
  return {
    bus,
    show: (shown: CredentialFiles) => {
      const before = files;
      files = { ...shown, certificateAuthorityFile };
      return () => {
        files = before;
      };
    },
  };
}

describe('a connection that is made anew for new credentials', () => {
  it('leaves the old one so that no absence is announced, and says that the broker took them', async () => {
    const broker = await startBroker();
    const { bus, show } = connect(broker.url);
    await until('connected', () => bus.isConnected());
    show(authority.issue('home-1-new'));
    expect(await bus.startAnew()).toEqual({ isAccepted: true });
    expect(bus.isConnected()).toBe(true);
    expect(broker.connects).toHaveLength(2);
    // Disconnect with will message: it counts, and its delay.
    expect(broker.farewells).toEqual([0x04]);
  });

  it('over MQTT 3.1.1 says an ordinary farewell', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url, { protocolVersion: 4 });
    await until('connected', () => bus.isConnected());
    expect(await bus.startAnew()).toEqual({ isAccepted: true });
    expect(broker.farewells).toEqual([0]);
  });

  it('says that the broker does not take them, and goes on with the old ones at the same address', async () => {
    const broker = await startBroker();
    const other = await startBroker();
    const { bus, show } = connect(broker.url, { fallbackUrls: [other.url] });
    await until('connected', () => bus.isConnected());
    const takeBack = show(foreign.issue('stranger'));
    const outcome = await bus.startAnew();
    takeBack();
    expect(outcome.isAccepted).toBe(false);
    await until('connected again', () => bus.isConnected());
    expect(bus.addresses()).toEqual([broker.url]);
    expect(bus.sentence()).toBe(`Connected to ${broker.url}`);
    expect(other.connects).toEqual([]);
  });

  it('does not wait for a broker that has become mute', async () => {
    const broker = await startBroker();
    const { bus } = connect(broker.url);
    await until('connected', () => bus.isConnected());
    broker.knobs = { isMute: true };
    void bus.publish('a', 'never acknowledged');
    const attempt = bus.startAnew();
    await until('a second connection', () => broker.connects.length === 2, { withinMs: 5_000 });
    await bus.close();
    expect(await attempt).toMatchObject({ isAccepted: false });
  });

  it('without a connection is an attempt at once', async () => {
    const broker = await startBroker();
    const { bus, show } = connect(broker.url, { reconnectDelayMs: () => 3_600_000 });
    const takeBack = show(foreign.issue('stranger'));
    await until('refused', () => bus.sentence().includes('closed the connection'));
    takeBack();
    expect(await bus.startAnew()).toEqual({ isAccepted: true });
  });
});
