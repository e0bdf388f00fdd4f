import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadgate, testContext } from '../cli/testContext.ts';

/** What `loadgate check` says of a gateway with these settings of its broker. */
async function check(broker: object) {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['own.crt', 'own.key', 'authority.crt']) writeFileSync(join(folder, name), 'x');
  const path = join(folder, 'loadgate.jsonc');
  const url = 'mqtts://broker.example:8883';
  writeFileSync(path, JSON.stringify({ gatewayId: 'home-1', broker: { url, ...broker } }));
  const plan = join(import.meta.dirname, '../../config/site.single-phase.jsonc');
  const directories = ['--state-directory', folder, '--runtime-directory', folder];
  return await loadgate(
    ['check', '--config', path, '--site-plan', plan, ...directories],
    testContext({}, { environment: {} }),
  );
}

describe('the settings of a certificate', () => {
  const own = { certificateFile: 'own.crt', keyFile: 'own.key' };
  const warning = 'the certificate is not renewed';

  it('that cannot be renewed for want of an authority are warned of', async () => {
    expect((await check(own)).err).toContain(warning);
  });

  it.each([
    ['with the authority of the broker', { ...own, certificateAuthorityFile: 'authority.crt' }],
    ['with an authority of its own', { ...own, clientAuthorityFile: 'authority.crt' }],
    ['where no renewal is wanted', { ...own, renewalDays: 0 }],
    ['where none is shown', {}],
  ])('are in order %s', async (_, broker) => {
    const { exitCode, err } = await check(broker);
    expect(exitCode).toBe(0);
    expect(err).not.toContain(warning);
  });

  it('are refused when the authority cannot be read, or the days are none', async () => {
    expect((await check({ ...own, clientAuthorityFile: 'gone.crt' })).err).toContain(
      'broker.clientAuthorityFile',
    );
    expect((await check({ ...own, renewalDays: -1 })).err).toContain('a whole number of days from 0 to 366');
  });
});
