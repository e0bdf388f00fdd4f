import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { giveConsents } from '../support/consents.ts';
import { runLoadgate } from '../support/processes/loadgateCommand.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const SPEED = 10;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

interface Message {
  readonly outboxId: string;
  readonly stream: string;
  readonly sequence: number;
  readonly payload: string;
}

it('a box whose card has died goes on on another one from its backup, and nothing comes twice', {
  timeout: 180_000,
}, async () => {
  const broker = await bed.openBroker();
  const listener = await mqtt.connectAsync(broker.url);
  bed.onClose(() => listener.endAsync(true));
  const heard: Message[] = [];
  listener.on('message', (_, bytes) => {
    const payload = bytes.toString();
    const message = JSON.parse(payload) as Message;
    if (message.stream !== undefined) heard.push({ ...message, payload });
  });
  await listener.subscribeAsync('loadgate/v1/#', { qos: 1 });
  const home = await bed.openHome({ name: 'backed-up', speed: SPEED, brokerUrl: broker.url });
  const config = ['--config', join(home.folder, 'loadgate.jsonc')];
  const passphraseFile = join(home.folder, 'passphrase.txt');
  writeFileSync(passphraseFile, 'correct horse battery staple\n');
  const backup = join(home.folder, 'home.backup');
  const sealed = ['--passphrase-file', passphraseFile];
  await home.gateway.start();
  await until('telemetry at the broker', async () =>
    heard.some(({ stream, sequence }) => stream === 'telemetry' && sequence > 1) ? true : undefined,
  );

  const made = await runLoadgate(['backup', backup, ...config, ...sealed]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/2 files of the settings; read back and whole/);
  expect(await runLoadgate(['backup', backup, ...config, ...sealed])).toMatchObject({ code: 77 });
  const status = await home.gateway.status();
  console.log(JSON.stringify({ worstCycleMs: status?.cycle.worstMs, made: made.stdout.split('\n')[0] }));
  expect(status?.faults.map(({ code }) => code)).not.toContain('cycle-overrun');
  expect(await runLoadgate(['restore', backup, ...config, ...sealed])).toMatchObject({ code: 71 });
  const before = heard.at(-1)?.outboxId;
  const beforeCount = heard.length;
  await until('more since the backup', async () => (heard.length > beforeCount + 3 ? true : undefined));
  await home.gateway.kill();
  rmSync(home.stateDirectory, { recursive: true });

  const settings = join(home.folder, 'restored-settings');
  const restored = await runLoadgate(['restore', backup, ...config, ...sealed, '--settings-to', settings]);
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(settings).toSorted()).toEqual(['loadgate.jsonc', 'site.jsonc']);
  expect(readFileSync(join(settings, 'site.jsonc'))).toEqual(readFileSync(join(home.folder, 'site.jsonc')));
  home.gateway.launch();
  const standing = await home.gateway.standing();
  expect(standing.identity).toEqual(status?.identity);
  const { answer: safe } = await until('the safe posture', async () => {
    const now = await home.gateway.status();
    return now?.posture === 'safe' && now.sync.outboxDepth === 0 ? now : undefined;
  });
  expect(safe.faults.map(({ code }) => code)).toContain('store-from-backup');
  expect(new Set(safe.consent.map(({ state }) => state))).toEqual(new Set(['unconfirmed', 'never']));
  expect(await home.gateway.acknowledge()).toEqual({ isAcknowledged: true });
  await giveConsents(home.gateway);
  await until('telemetry under another outbox', async () =>
    heard.some(({ stream, outboxId }) => stream === 'telemetry' && outboxId !== before) ? true : undefined,
  );
  await home.gateway.stop();

  const payloads = new Map<string, string>();
  for (const { outboxId, stream, sequence, payload } of heard) {
    const key = `${outboxId} ${stream} ${sequence}`;
    expect(payloads.get(key) ?? payload).toBe(payload);
    payloads.set(key, payload);
  }
  const bodies = [...payloads.values()].map((payload) => JSON.stringify(JSON.parse(payload).body));
  const telemetry = bodies.filter((body) => body.includes('intervalFrom'));
  expect(new Set(telemetry).size).toBe(telemetry.length);
  const told = heard
    .filter(({ stream, outboxId }) => stream === 'receipts' && outboxId !== before)
    .map(({ payload }) => schemaIn(payload));
  expect(told).toContain('loadgate.restoration/1');
  expect(told).toContain('loadgate.loss/1');
  const journal = join(home.folder, 'journal.ndjson');
  expect(await runLoadgate(['journal', 'export', '--output', journal, ...config])).toMatchObject({ code: 0 });
  expect(await runLoadgate(['journal', 'verify', journal])).toMatchObject({ code: 0 });
});

/** Of the signed text in a message on the stream of receipts. */
function schemaIn(text: string): string {
  const { body } = JSON.parse(text) as { readonly body: { readonly jws: string } };
  const [, payload = ''] = body.jws.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly schema: string }).schema;
}
