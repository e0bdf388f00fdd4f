import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { preparePages } from '../../src/cli/deskPages.ts';
import type { Board, NoticePage } from '../../src/contract/desk.ts';
import { DeskClient } from '../support/deskClient.ts';
import { DESKTOP, openBrowser, type Person, PHONE, sitDown } from '../ui/browser.ts';
import { answer, type Desk, draft, expectGoodPage, fillDraft, logIn } from '../ui/deskPeople.ts';
import { type RealDesk, startRealDesk } from '../ui/realDesk.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const AREA = 'high-street-1';
/** CSS pixels: as narrow as WCAG 2.2 wants it (1.4.10), a tablet both ways, a window of half a screen. */
const OTHER_WIDTHS = [320, 800, 970, 1_024];
/** Scripting for one update of the board, ms: three frames of a screen. */
const LONGEST_UPDATE_MS = 50;

let browser: Browser;
let pages: string;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  const prepared = await preparePages(ROOT);
  if (!prepared.ok) throw new Error(prepared.detail);
  pages = prepared.directory;
  browser = await openBrowser();
}, 60_000);

afterAll(() => browser.close());

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const desk of opened.splice(0)) await desk.close();
});

async function openDesk(homes = 30): Promise<RealDesk> {
  const desk = await startRealDesk({ pages, homes });
  opened.push(desk);
  return desk;
}

async function seat(desk: Desk, user: string, options: BrowserContextOptions): Promise<Person> {
  const person = await sitDown(browser, options);
  await logIn(person, desk, user);
  return person;
}

const AUTHORISE = { opener: /^Read and authorise/, verb: /^Authorise the/ };
const SEND = { opener: /^Send …/, verb: /^Send/ };

describe.each([
  { kind: 'rehearsal', first: DESKTOP, second: PHONE, screens: 'at 1280 px and 390 px' },
  { kind: 'real', first: PHONE, second: DESKTOP, screens: 'at 390 px and 1280 px' },
] as const)('two people, $screens, the kind: $kind', ({ kind, first, second }) => {
  it('draft, authorise, send, watch, end early and report', async () => {
    const desk = await openDesk();
    const ada = await seat(desk, 'ada.price', first);
    const ben = await seat(desk, 'ben.okafor', second);
    await ada.page.getByRole('rowheader', { name: AREA }).waitFor();
    await expectGoodPage(ada);
    await expectGoodPage(ben);

    const address = await draft(ada, desk, kind);
    expect(await ada.page.getByRole('button', { name: AUTHORISE.opener }).isDisabled()).toBe(true);
    await ada.page.getByText('a second person has to authorise it.').waitFor();
    await ben.page.goto(address);
    await answer(ben, desk, AUTHORISE);
    await answer(ada, desk, SEND);

    await ben.page.getByRole('heading', { name: 'Board' }).waitFor();
    for (const { page } of [ada, ben]) {
      await page.getByText('This household has not agreed to restrictions', { exact: true }).waitFor();
      // 30 A to 6 A at 29 homes; in the rehearsal nothing moves.
      const relief = kind === 'real' ? '160 kW' : '0 W';
      await page.getByRole('img', { name: `Relief measured ${relief}, forecast 160 kW` }).waitFor();
      await page.getByRole('button', { name: /^Refused \d/ }).click();
      await page.getByRole('rowheader', { name: 'gw-00001' }).waitFor({ state: 'detached' });
      await page.getByRole('rowheader', { name: 'gw-00000' }).waitFor();
    }
    await expectGoodPage(ada);
    await expectGoodPage(ben);

    await answer(ben, desk, {
      opener: /^Ask for an early end/,
      verb: /^Ask for/,
      why: 'The load is falling.',
    });
    expect(await ben.page.getByRole('button', { name: /^Authorise the early end/ }).isDisabled()).toBe(true);
    await answer(ada, desk, { opener: /^Authorise the early end/, verb: /^End the notice early/ });
    await ben.page.getByText('Ended early.').waitFor();

    await ada.page.getByRole('link', { name: 'Reports', exact: true }).last().click();
    await ada.page.getByRole('heading', { name: 'Report to Ofgem' }).waitFor();
    await expectGoodPage(ada);
    await ada.page.getByRole('button', { name: 'To a supplier' }).click();
    await ada.page.getByLabel('Supplier').selectOption('BRIT');
    await ada.page.getByRole('heading', { name: 'Report to the supplier' }).waitFor();
    await expectGoodPage(ada);
    const saving = ada.page.waitForEvent('download');
    await ada.page.getByRole('link', { name: 'Download CSV' }).click();
    expect((await saving).suggestedFilename()).toMatch(/\.csv$/);
    await ada.page.getByRole('button', { name: 'To a customer' }).click();
    await ada.page.getByRole('button', { name: 'gw-00001' }).click();
    await ada.page.getByRole('heading', { name: 'If you disagree' }).waitFor();
    await expectGoodPage(ada);

    for (const path of ['/areas', `/areas/${AREA}`, '/notices', '/reports', '/audit', '/nowhere']) {
      for (const person of [ada, ben]) {
        await person.page.goto(desk.url + path);
        await person.page.getByRole('heading', { level: 1 }).waitFor();
        await expectGoodPage(person);
      }
    }

    const paths = [
      '/areas',
      `/areas/${AREA}`,
      '/notices/new',
      new URL(address).pathname,
      '/notices',
      '/audit',
    ];
    for (const path of paths) {
      await ben.page.goto(desk.url + path);
      for (const width of OTHER_WIDTHS) {
        await ben.page.setViewportSize({ width, height: 800 });
        await ben.page.getByRole('heading', { level: 1 }).waitFor();
        await expectGoodPage(ben);
      }
    }
  });
});

it('a rehearsal and the real thing look different on every page that shows a notice', async () => {
  const desk = await openDesk();
  const ada = await seat(desk, 'ada.price', DESKTOP);
  const ben = await seat(desk, 'ben.okafor', DESKTOP);
  const notices: string[] = [];
  for (const kind of ['rehearsal', 'real'] as const) {
    const address = await draft(ada, desk, kind);
    await ben.page.goto(address);
    await answer(ben, desk, AUTHORISE);
    await answer(ada, desk, SEND);
    notices.push(new URL(address).pathname.replace('/notices', ''));
  }
  const looks = async (path: string, words: string) => {
    await ada.page.goto(desk.url + path);
    await ada.page.getByText(words, { exact: true }).first().waitFor();
    return ada.page.evaluate<string>(`(() => {
      const marks = [...document.querySelectorAll('.badge, .kind')];
      const mark = marks.find((one) => one.textContent.startsWith('${words}'));
      const { borderStyle, backgroundColor } = getComputedStyle(mark);
      return borderStyle + ' ' + backgroundColor;
    })()`);
  };
  for (const path of ['/notices', '/reports', '/areas', '/audit']) {
    expect(await looks(path, 'Rehearsal')).toMatch(/^dashed/);
    expect(await looks(path, 'Real')).toMatch(/^solid rgb\(163, 29, 29\)/);
  }
  for (const path of ['/notices', '/reports']) {
    expect(await looks(`${path}${notices[0]}`, 'Rehearsal')).toMatch(/^dashed/);
    expect(await looks(`${path}${notices[1]}`, 'Real notice')).toMatch(/^solid rgb\(163, 29, 29\)/);
  }
});

it('mistakes stand at their fields and the first of them takes the focus', async () => {
  const desk = await openDesk();
  const { page } = await seat(desk, 'ada.price', PHONE);
  await page.goto(`${desk.url}/notices/new`);
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByText('Say whether this is a rehearsal or the real thing.').waitFor();
  await fillDraft({ page, complaints: [] }, 'rehearsal');
  await page.getByRole('textbox', { name: 'No more than' }).fill('six');
  await page.getByLabel('Area').selectOption(AREA);
  await page.getByRole('button', { name: /^Save the draft/ }).click();
  const ceiling = page.getByRole('textbox', { name: 'No more than' });
  await page.waitForFunction(`document.activeElement?.id === 'ceiling'`);
  expect(await ceiling.getAttribute('aria-invalid')).toBe('true');
  expect(await page.locator(`#${await ceiling.getAttribute('aria-describedby')}`).textContent()).toBe(
    'Give a number, 0 or more, such as 6.',
  );
});

it('the keyboard alone is enough, and Escape leaves everything as it is', async () => {
  const desk = await openDesk();
  const ada = await seat(desk, 'ada.price', DESKTOP);
  const address = await draft(ada, desk, 'rehearsal');
  const ben = await sitDown(browser, DESKTOP);
  const { keyboard } = ben.page;
  const focus = () =>
    ben.page.evaluate<string>(`document.activeElement.textContent || document.activeElement.id`);
  const tabTo = async (words: RegExp) => {
    for (let step = 0; step < 60; step++) {
      await keyboard.press('Tab');
      if (words.test(await focus())) return;
    }
    throw new Error(`the keyboard never came to ${words}`);
  };
  await ben.page.goto(address);
  await ben.page.getByLabel('Name').waitFor();
  await tabTo(/^user$/);
  await keyboard.type('ben.okafor');
  await tabTo(/^password$/);
  await keyboard.type(desk.password);
  await keyboard.press('Enter');
  await ben.page.getByRole('button', { name: AUTHORISE.opener }).waitFor();
  await tabTo(/^Skip to the content/);
  await tabTo(AUTHORISE.opener);
  expect(await ben.page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid');
  await keyboard.press('Enter');
  await ben.page.getByRole('dialog').waitFor();
  expect(await focus()).toBe('Read before you authorise');
  await keyboard.press('Escape');
  await ben.page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focus()).toMatch(AUTHORISE.opener);
  await keyboard.press('Enter');
  await tabTo(/^I have read all of this/).catch(async () => undefined);
  await ben.page.getByRole('checkbox').press('Space');
  await tabTo(/^Authorise the rehearsal/);
  await keyboard.press('Enter');
  await ben.page.getByText('Two people have agreed.').waitFor();
});

it('says since when it is not live, and catches up by itself', async () => {
  const desk = await openDesk();
  const ada = await seat(desk, 'ada.price', DESKTOP);
  const ben = await seat(desk, 'ben.okafor', PHONE);
  await ben.page.goto(await draft(ada, desk, 'rehearsal'));
  await answer(ben, desk, AUTHORISE);
  await answer(ada, desk, SEND);
  await ada.page.getByText('Live, as of').waitFor();
  desk.setSilent(true);
  await ada.page
    .getByRole('alert')
    .getByText(/^Not live since \d\d:\d\d:\d\d/)
    .waitFor();
  await ada.page.getByText('Not live: as of').waitFor();
  const elsewhere = await DeskClient.logIn(desk.directUrl, 'ben.okafor', desk.password);
  const { rows } = (await elsewhere.get<NoticePage>('/api/notices')).body;
  await elsewhere.post(`/api/notices/${rows[0]?.noticeId}/cancel`, { reason: 'The load is falling.' });
  // Until the desk has told everybody who listens: who comes back later has to ask.
  await ada.page.waitForTimeout(2_500);
  desk.setSilent(false);
  await ada.page.getByText('An early end waits for a second person.').waitFor();
  await ada.page.getByText('Live, as of').waitFor();
});

it('a session that is over asks for the log-in and loses nothing else', async () => {
  const desk = await openDesk();
  const { page } = await seat(desk, 'ada.price', DESKTOP);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('Your session is over.').waitFor();
  await page.getByLabel('Name').fill('ada.price');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page
    .getByRole('alert')
    .getByText(/password/i)
    .waitFor();
  await page.getByLabel('Password').fill(desk.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();
});

it('an update of a board with 10,000 gateways takes less than 50 ms of scripting', async () => {
  const desk = await openDesk(10_000);
  const ada = await seat(desk, 'ada.price', DESKTOP);
  const ben = await seat(desk, 'ben.okafor', PHONE);
  await ben.page.goto(await draft(ada, desk, 'rehearsal'));
  await answer(ben, desk, AUTHORISE);
  await answer(ada, desk, SEND);
  const session = await ada.page.context().newCDPSession(ada.page);
  await session.send('Performance.enable');
  const scriptingMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN);
  };
  const elsewhere = await DeskClient.logIn(desk.directUrl, 'ben.okafor', desk.password);
  const path = `/api${new URL(ada.page.url()).pathname}/board`;
  const taken: number[] = [];
  // The desk tells of what has changed once a second at most, so that a step holds one update.
  for (let obeyed = 0, before = await scriptingMs(); obeyed < 9_999; ) {
    await ada.page.waitForTimeout(100);
    const now = await scriptingMs();
    taken.push(now - before);
    before = now;
    if (taken.length % 10 === 0) obeyed = (await elsewhere.get<Board>(path)).body.counts.obeyed;
  }
  const updates = taken.filter((ms) => ms > 0.5).sort((one, other) => one - other);
  const middleMs = updates[Math.floor(updates.length / 2)] ?? Number.NaN;
  const longestMs = updates.at(-1) ?? Number.NaN;
  console.log(
    `board of 10,000: ${updates.length} updates, ${middleMs.toFixed(1)} ms in the middle, ${longestMs.toFixed(1)} ms at most`,
  );
  expect(longestMs).toBeLessThan(LONGEST_UPDATE_MS);
  await ada.page.getByText('1 to 50 of 10,000 gateways').waitFor();
  await ada.page.getByRole('button', { name: 'In force 9,999' }).waitFor();
});
