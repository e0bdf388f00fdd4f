import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The system's browser, alone with the machine: nothing is fetched in the background. */
export function openBrowser(): Promise<Browser> {
  const quiet = [
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet],
  });
}

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
};

/** One person at one screen, and everything that their browser complained about. */
export interface Person {
  readonly page: Page;
  readonly complaints: string[];
}

export async function sitDown(browser: Browser, options: BrowserContextOptions): Promise<Person> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/London', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Before anybody has logged in the desk says 401 to the question who it is: that is its answer and no fault.
    const isSession = message.location().url.endsWith('/api/session');
    if (['error', 'warning'].includes(message.type()) && !isSession) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

let bundled: Promise<string> | undefined;

/** What a person who cannot see, point or scroll sideways would stumble over on the page as it stands. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  bundled ??= bundleChecks();
  await page.evaluate(await bundled);
  return page.evaluate<readonly string[]>('globalThis.findBarriers()');
}

async function bundleChecks(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./inPage/findBarriers.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
  });
  return outputFiles[0]?.text ?? '';
}
