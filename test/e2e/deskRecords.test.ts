import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { preparePages } from '../../src/cli/deskPages.ts';
import { DESKTOP, openBrowser, type Person, PHONE, sitDown } from '../ui/browser.ts';
import { expectGoodPage, logIn } from '../ui/deskPeople.ts';
import { type RealDesk, startRealDesk } from '../ui/realDesk.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOME = 'gw-00002';
const OUTBOX = '0123abcd';
const AT = '2026-01-05T00:00:00.000Z';
/** CSS pixels: as narrow as WCAG 2.2 wants it (1.4.10), a tablet both ways, a window of half a screen. */
const OTHER_WIDTHS = [320, 800, 970, 1_024];

let browser: Browser;
let desk: RealDesk;

beforeAll(async () => {
  const prepared = await preparePages(ROOT);
  if (!prepared.ok) throw new Error(prepared.detail);
  browser = await openBrowser();
  desk = await startRealDesk({ pages: prepared.directory, homes: 30 });
  await tellOfGaps();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await desk.close();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** A home of which events are missing, telemetry was thinned, and in which two drivers have said what they agree to. */
async function tellOfGaps(): Promise<void> {
  const home = { gatewayId: HOME };
  const event = { kind: 'limitReleased', limitId: 'curtailment' };
  for (const sequence of [1, 2, 9]) {
    await desk.say({ ...home, stream: 'events', schema: 'loadgate.event/1', sequence, body: event });
  }
  const signed = [
    {
      schema: 'loadgate.loss/1',
      ...home,
      outboxId: OUTBOX,
      losses: [
        {
          lossId: 1,
          stream: 'telemetry',
          cause: 'thinned',
          sequences: { from: 2, until: 9 },
          count: 8,
          from: AT,
          until: AT,
        },
        { lossId: 2, stream: 'telemetry', cause: 'deviceAbsent', subject: 'grid-meter', from: AT, until: AT },
      ],
    },
    ...(['main', 'driver-2'] as const).map((person, place) => ({
      schema: 'loadgate.consent-entry/1',
      ...home,
      entry: place + 1,
      purpose: 'demandControl',
      action: person === 'main' ? 'given' : 'withdrawn',
      textVersion: 'demand-control-1',
      person,
      how: 'paper',
      evidence: 'folder-7-form-0017-of-a-long-reference',
      at: `2026-01-05T00:00:0${place}.000Z`,
    })),
    { schema: 'loadgate.tombstone/1', ...home, at: AT, purposes: ['demandControl'], streams: [] },
  ];
  for (const [place, payload] of signed.entries()) {
    const receipt = {
      ...home,
      stream: 'receipts',
      schema: 'loadgate.signed/1',
      sequence: place + 1,
    } as const;
    await desk.say({ ...receipt, body: desk.sign(payload) });
  }
}

async function seat(options: BrowserContextOptions): Promise<Person> {
  const person = await sitDown(browser, options);
  await logIn(person, desk, 'ada.price');
  return person;
}

describe.each([
  { screen: 'at 1280 px, light', options: { ...DESKTOP, colorScheme: 'light' } },
  { screen: 'at 1280 px, dark', options: { ...DESKTOP, colorScheme: 'dark' } },
  { screen: 'at 390 px, light', options: { ...PHONE, colorScheme: 'light' } },
  { screen: 'at 390 px, dark', options: { ...PHONE, colorScheme: 'dark' } },
] as const)('the records of gateways, $screen', ({ screen, options }) => {
  it('stand with those that are not whole first, and lead to what is missing and to what was agreed', async () => {
    const person = await seat(options);
    const { page } = person;
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Records' }).click();
    await page.getByRole('heading', { name: 'Completeness', level: 1 }).waitFor();
    const first = page.getByRole('region', { name: 'Gateways' }).getByRole('row').nth(1);
    await first.getByRole('link', { name: HOME }).waitFor();
    await first.getByText('Missing', { exact: true }).first().waitFor();
    await expectGoodPage(person);
    await keepPicture(page, `list ${screen}`);
    await page.getByLabel('Show').selectOption('Whole');
    await page
      .getByText('No gateways')
      .or(page.getByText(/of 29 gateways/))
      .first()
      .waitFor();
    await expectGoodPage(person);
    await page.getByLabel('Show').selectOption('all');

    await page.getByRole('link', { name: HOME }).click();
    await page.getByRole('heading', { name: HOME, level: 1 }).waitFor();
    const records = page.getByRole('region', { name: 'Records' });
    await records.getByText(/^events misses 3 to 8/).waitFor();
    await records.getByText(/unless the loss ledger of the gateway explains it|Asked for/).waitFor();
    await records.getByText('8: no room until the broker was back').waitFor();
    await records.getByText('once: a device did not answer').waitFor();
    const consent = page.getByRole('region', { name: 'Consent' });
    await consent.getByText(/^Driver 2: withdrawn, text demand-control-1/).waitFor();
    await expectGoodPage(person);
    await keepPicture(page, `gateway ${screen}`);

    await consent.getByRole('button', { name: 'Enter what somebody said …' }).click();
    const question = page.getByRole('dialog');
    const send = question.getByRole('button', { name: 'Send it to the gateway' });
    await question.getByLabel('The person', { exact: true }).selectOption('agrees');
    await question.getByLabel('Purpose').selectOption('Charging data');
    await question.getByLabel('Version of the text').fill('charging-data-1');
    await question.getByRole('checkbox').check();
    expect(await send.isDisabled()).toBe(true);
    await expectGoodPage(person);
    await question.getByLabel('Evidence').fill('form-0017');
    await send.click();
    await question.waitFor({ state: 'detached' });
    await consent.getByText('Sent, not answered yet').first().waitFor();
    await expectGoodPage(person);
    for (const width of OTHER_WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectGoodPage(person);
    }
    await page.goto(`${desk.url}/completeness`);
    await page.getByRole('link', { name: HOME }).waitFor();
    for (const width of OTHER_WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectGoodPage(person);
    }
  });
});

it('asks for what is missing at the word of a person, and the audit trail says who', async () => {
  const { page } = await seat(DESKTOP);
  await page.goto(`${desk.url}/gateways/${HOME}`);
  await page.getByRole('button', { name: 'Ask for them anew' }).click();
  await page.goto(`${desk.url}/audit`);
  await page.getByText('Missing records asked for anew', { exact: true }).waitFor();
});

/** For a person to look at, where LOADGATE_PICTURES names a folder. */
async function keepPicture(page: Person['page'], name: string): Promise<void> {
  const folder = process.env.LOADGATE_PICTURES;
  if (folder === undefined) return;
  await page.screenshot({ path: `${folder}/${name.replaceAll(/[ ,]+/g, '-')}.png`, fullPage: true });
}
