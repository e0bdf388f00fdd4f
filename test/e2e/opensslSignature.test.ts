import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadgate, testContext } from '../cli/testContext.ts';
import { writePrivateKey } from '../support/keys.ts';
import { CURTAILMENT, InboxDesk, KEYS, REQUEST } from '../sync/inboxDesk.ts';

const EXAMPLE = join(import.meta.dirname, '../../config/site.single-phase.jsonc');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-openssl-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
}

describe('with keys that openssl made', () => {
  it('a plan may be signed by openssl, and openssl reads what sign-plan wrote', async () => {
    cpSync(EXAMPLE, join(folder, 'site.jsonc'));
    const settings = { gatewayId: 'home-1', sitePlan: 'site.jsonc', sitePlanKeysFile: 'installers.pem' };
    writeFileSync(
      join(folder, 'loadgate.jsonc'),
      JSON.stringify({ ...settings, stateDirectory: '.', runtimeDirectory: '.' }),
    );
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'installer.key');
    openssl('pkey', '-in', 'installer.key', '-pubout', '-out', 'installers.pem');
    const overPlan = ['-rawin', '-in', 'site.jsonc'] as const;
    openssl('pkeyutl', '-sign', '-inkey', 'installer.key', ...overPlan, '-out', 'site.jsonc.sig');
    const inFolder = () => testContext({}, { workingDirectory: folder, environment: {} });
    expect(await loadgate(['check', '--config', 'loadgate.jsonc'], inFolder())).toMatchObject({
      exitCode: 0,
    });
    rmSync(join(folder, 'site.jsonc.sig'));
    await loadgate(['sign-plan', 'site.jsonc', '--key', 'installer.key'], inFolder());
    const seen = openssl(
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      'installers.pem',
      ...overPlan,
      '-sigfile',
      'site.jsonc.sig',
    );
    expect(seen).toContain('Verified Successfully');
  });

  it('a command may be signed by a shell, as docs/topics.md says', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/topics.md'), 'utf8');
    const [, script = ''] = /```sh\n(.*?)```/s.exec(page) ?? [];
    writePrivateKey(join(folder, 'party.key'), KEYS.party);
    writeFileSync(join(folder, 'command.json'), JSON.stringify(REQUEST, undefined, 2));
    execFileSync('bash', ['-ec', script.replace('aggregator-2026', KEYS.party.keyId)], { cwd: folder });
    const desk = new InboxDesk();
    desk.open();
    await desk.receiveBytes(readFileSync(join(folder, 'command.jws')), CURTAILMENT);
    expect(desk.causes()).toEqual([]);
    expect(desk.obeyed).toHaveLength(1);
  });
});
