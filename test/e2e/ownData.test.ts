import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataExportManifestSchema } from '../../src/contract/dataExport.ts';
import { energyReportSchema } from '../../src/contract/energy.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { runLoadgate } from '../support/processes/loadgateCommand.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const SPEED = 20;
const BROKER_TOPIC = 'loadgate/v1/own-data/receipts';

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

async function reportOf(home: HomeUnderTest) {
  const { code, stdout } = await home.ask('energy', '--json');
  if (code !== 0) return undefined;
  return energyReportSchema.parse(JSON.parse(stdout));
}

const asked = (home: HomeUnderTest, ...args: readonly string[]) =>
  runLoadgate([...args, '--config', join(home.folder, 'loadgate.jsonc')]);

it('a household looks up its energy, takes all its data, has it erased, and takes the gateway out of service', {
  timeout: 180_000,
}, async () => {
  const broker = await bed.openBroker();
  const listener = await mqtt.connectAsync(broker.url);
  bed.onClose(() => listener.endAsync(true));
  const said: string[] = [];
  listener.on('message', (_, payload) => said.push(schemaIn(payload.toString())));
  await listener.subscribeAsync(BROKER_TOPIC, { qos: 1 });
  const home = await bed.openHome({ name: 'own-data', speed: SPEED, brokerUrl: broker.url });
  await home.gateway.start();
  const { answer: report } = await until(
    'energy in the record',
    async () => {
      const found = await reportOf(home);
      return (found?.total.channels.connection?.importWh ?? 0) > 0 ? found : undefined;
    },
    { withinMs: 90_000, everyMs: 1_000 },
  );
  expect(report.channels).toEqual(['connection', 'load.charge-point', 'load.immersion']);

  const folder = join(home.folder, 'mine');
  expect(await asked(home, 'data', 'export', '--output', folder)).toMatchObject({ code: 0, stderr: '' });
  const manifest = dataExportManifestSchema.parse(
    JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
  );
  expect(manifest.gatewayId).toBe('own-data');
  expect(manifest.files.map(({ name }) => name)).toContain('site-plan.json');

  expect(await asked(home, 'data', 'erase')).toMatchObject({ code: 64 });
  const erased = await asked(home, 'data', 'erase', '--yes');
  expect(erased).toMatchObject({ code: 0, stderr: '' });
  expect(erased.stdout).toContain('Now everything is overwritten.');
  const file = join(home.folder, 'journal.ndjson');
  expect(await asked(home, 'journal', 'export', '--output', file)).toMatchObject({ code: 0 });
  const verified = await runLoadgate(['journal', 'verify', file]);
  expect(verified.code).toBe(0);
  expect(verified.stdout).toMatch(/the content of \d+ of them was erased at the wish of the household/);

  const { siteId } = home.plan;
  expect(await asked(home, 'decommission', 'elsewhere', '--yes')).toMatchObject({ code: 77 });
  const farewell = await asked(home, 'decommission', siteId, '--yes');
  expect(farewell).toMatchObject({ code: 0, stderr: '' });
  const marker = join(home.stateDirectory, 'decommissioned.json');
  await until('the state wiped', async () =>
    existsSync(marker) && readFileSync(marker, 'utf8').includes('identity.key') ? true : undefined,
  );
  expect(JSON.parse(readFileSync(marker, 'utf8'))).toMatchObject({ siteId, isFarewellSent: true, kept: [] });
  expect(readdirSync(home.stateDirectory).toSorted()).toEqual(['decommissioned.json', 'loadgate.lock']);
  expect(said).toContain('loadgate.erasure/1');
  expect(said.at(-1)).toBe('loadgate.decommission/1');

  const again = await asked(home, 'run');
  expect(again.code).toBe(81);
  expect(again.stderr).toContain('found one that was taken out of it');
});

/** Of the signed text in a message on the stream of receipts. */
function schemaIn(text: string): string {
  const { body } = JSON.parse(text) as { readonly body: { readonly jws: string } };
  const [, payload = ''] = body.jws.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly schema: string }).schema;
}
