// What people do at the desk, by what they see on it: names of fields and words of buttons, never classes or ids.
import { expect } from 'vitest';
import { findBarriers, type Person } from './browser.ts';

export interface Desk {
  readonly url: string;
  readonly password: string;
  /** Feeder that the notices are for. */
  readonly areaId: string;
}

export async function logIn({ page }: Person, { url, password }: Desk, user: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Areas' }).waitFor();
}

/** The page as it stands can be used by everybody, and the browser has nothing to complain about. */
export async function expectGoodPage({ page, complaints }: Person): Promise<void> {
  const where = `${page.url()} at ${page.viewportSize()?.width} px`;
  expect(await findBarriers(page), where).toEqual([]);
  expect(complaints, where).toEqual([]);
}

export async function fillDraft({ page }: Person, kind: 'rehearsal' | 'real'): Promise<void> {
  await page.getByRole('radio', { name: kind === 'real' ? /^Real notice/ : /^Rehearsal/ }).check();
  await page.getByRole('button', { name: '30 min' }).click();
  await page
    .getByLabel('Reason, as households read it')
    .fill('The cable in your street is close to its limit.');
  await page.getByLabel('Flexibility service that should have').fill('Evening peak, lot 7');
  await page.getByLabel('Why it is needed').selectOption('flexibilityFailed');
  await page.getByLabel('How this was established').fill('Provider called at 17:42: its platform is down.');
  for (const button of await page.getByRole('button', { name: 'Just now' }).all()) await button.click();
}

/** @returns the address of the notice that was drafted */
export async function draft(person: Person, desk: Desk, kind: 'rehearsal' | 'real'): Promise<string> {
  const { page } = person;
  await page.goto(`${desk.url}/areas/${desk.areaId}`);
  await page.getByRole('link', { name: 'New notice for this feeder' }).click();
  await fillDraft(person, kind);
  await page.getByText('relief to be expected').waitFor();
  await expectGoodPage(person);
  await page.getByRole('button', { name: /^Save the draft/ }).click();
  await page.getByRole('heading', { name: `Feeder ${desk.areaId}` }).waitFor();
  await expectGoodPage(person);
  return page.url();
}

/** Opens a question, does the second act that it asks for, and answers it. */
export async function answer(
  person: Person,
  desk: Desk,
  { opener, verb, why }: { opener: RegExp; verb: RegExp; why?: string },
): Promise<void> {
  const { page } = person;
  await page.getByRole('button', { name: opener }).click();
  const question = page.getByRole('dialog');
  const doIt = question.getByRole('button', { name: verb });
  expect(await doIt.isDisabled()).toBe(true);
  await expectGoodPage(person);
  if (why !== undefined) await question.getByLabel('Why', { exact: true }).fill(why);
  await question.getByRole('checkbox').check();
  const typed = question.getByLabel(/^This is real/);
  if ((await typed.count()) > 0) {
    expect(await doIt.isDisabled()).toBe(true);
    await typed.fill(desk.areaId);
  }
  await doIt.click();
  await question.waitFor({ state: 'detached' });
}
