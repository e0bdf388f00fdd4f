import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MESSAGES, type MessageName } from '../../src/contract/messages.ts';
import { GATEWAY_PURPOSES } from '../../src/domain/consent.ts';
import { giveConsents } from '../support/consents.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { runLoadgate } from '../support/processes/loadgateCommand.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const SPEED = 40;

/** Fields of the data of charging, as they stand in JSON. */
const CHARGING =
  /"(flowA|powerW|measuredA|observed|peakA|meanA|importEnergy|exportEnergy|intervalFrom|hours)":|"state":"[A-F]"/;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

async function loadgate(home: HomeUnderTest, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runLoadgate([...words, '--config', `${home.folder}/loadgate.jsonc`]);
  expect(code, stderr).toBe(0);
  return stdout;
}

it('what is withdrawn leaves no more, by a subscriber on all topics, with the broker there and away', {
  timeout: 120_000,
}, async () => {
  const broker = await bed.openBroker();
  const seen: { readonly text: string; readonly isRetained: boolean }[] = [];
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 100 });
  bed.onClose(() => client.endAsync(true));
  client.on('message', (_topic, payload, { retain }) => {
    seen.push({ text: payload.toString(), isRetained: retain });
  });
  client.on('error', () => undefined);
  client.on('connect', () => client.subscribe('#', { qos: 1 }));
  await client.subscribeAsync('#', { qos: 1 });
  const home = await bed.openHome({ name: 'consent', speed: SPEED, brokerUrl: broker.url });
  await home.gateway.start();
  const come = (what: string, is: (text: string) => boolean, from = 0) =>
    until(what, async () => seen.slice(from).find(({ text }) => is(text)), {
      withinMs: 40_000,
      everyMs: 100,
    });
  await come('telemetry', (text) => text.includes('"stream":"telemetry"'));

  await loadgate(home, 'consent', 'withdraw', 'chargingData');
  const tombstone = await come('the withdrawal', (text) =>
    text.includes('"purpose":"chargingData","action":"withdrawn"'),
  );
  expect(tombstone).toBeDefined();
  const withdrawnAt = seen.length;
  await come('a status without it', (text) => text.includes('"withheld":["chargingData"'), 0);
  await come('a checkpoint of time', (text) => text.includes('"stream":"status"'), withdrawnAt);
  const online = seen.slice(withdrawnAt).map(({ text }) => text);
  expect(online.join('\n')).not.toMatch(CHARGING);

  await giveConsents(home.gateway, ['chargingData']);
  const again = seen.length;
  await come('telemetry again', (text) => text.includes('"stream":"telemetry"'), again);
  await broker.kill();
  await until(
    'telemetry that waits',
    async () => (await loadgate(home, 'outbox', 'show')).includes('"intervalFrom"') || undefined,
    { withinMs: 40_000, everyMs: 1_000 },
  );
  await loadgate(home, 'consent', 'withdraw', 'chargingData');
  expect(await loadgate(home, 'outbox', 'show')).not.toMatch(CHARGING);
  await home.gateway.kill();
  home.gateway.launch();
  await home.gateway.standing();
  const beforeReturn = seen.length;
  await broker.start();
  await come('the second tombstone', (text) => text.includes('"kind":"consentChanged"'), beforeReturn);
  await come(
    'a status',
    (text) => text.includes('"schema":"loadgate.status-report/1"') && text.includes('"withheld"'),
    beforeReturn,
  );
  // What the broker itself has kept from before is none of the gateway's doing.
  const after = seen.slice(beforeReturn).filter(({ isRetained }) => !isRetained);
  expect(after.map(({ text }) => text).join('\n')).not.toMatch(CHARGING);
  for (const { text } of seen) {
    const message = JSON.parse(text);
    expect(MESSAGES[message.schema as MessageName].safeParse(message).error).toBe(undefined);
  }
  const shown = JSON.parse(await loadgate(home, 'consent', 'show', '--json'));
  expect(shown.purposes.map(({ purpose }: { purpose: string }) => purpose)).toEqual(GATEWAY_PURPOSES);
  expect(await loadgate(home, 'consent', 'show')).toContain('withdrawn');
});
