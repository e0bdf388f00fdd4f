import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupOrder, Composition, RestoreOrder } from '../../src/cli/context.ts';
import type { BackupManifest } from '../../src/contract/backup.ts';
import { temporaryDirectory } from '../adapters/sqlite/support/temporaryDirectory.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { loadgate, testContext } from './testContext.ts';

const MANIFEST: BackupManifest = {
  schema: 'loadgate.backup/1',
  gatewayId: 'home-17',
  publicKey: 'A'.repeat(43),
  keyId: 'own',
  journalId: '0a1b2c3d',
  head: { record: 812, hash: 'a'.repeat(64) },
  madeAt: '2026-01-05T00:00:00.000Z',
  recordedUntil: '2026-01-04T23:59:30.000Z',
  software: 'loadgate test',
  settings: [{ name: 'settings/loadgate.jsonc', path: '/etc/loadgate/loadgate.jsonc' }],
};

/** A command line that keeps what was asked for. */
function bench() {
  const orders: (BackupOrder | RestoreOrder)[] = [];
  const workingDirectory = temporaryDirectory();
  const composition: Partial<Composition> = {
    createClock: () => new SteppedClock(),
    makeBackup: (order) => {
      orders.push(order);
      return { ok: true, manifest: MANIFEST, bytes: 1_234_567, files: 5 };
    },
    restoreBackup: (order) => {
      orders.push(order);
      return { ok: true, manifest: MANIFEST, setAsidePaths: ['/state/loadgate.sqlite.replaced-1'] };
    },
  };
  const run = (...args: string[]) => loadgate(args, testContext(composition, { workingDirectory }));
  return { orders, workingDirectory, run };
}

describe('loadgate backup', () => {
  it('says what is in it, and that it is to be kept like a key when it is not sealed', async () => {
    const { orders, workingDirectory, run } = bench();
    const { exitCode, out } = await run('backup', 'home.backup', '--state-directory', 'state');
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/1\.2 MB, .* record 812, 1 file of the/)]);
    expect(out).toContain('keep it like a key');
    expect(orders).toMatchObject([
      {
        path: join(workingDirectory, 'home.backup'),
        stateDirectory: join(workingDirectory, 'state'),
        keyFile: join(workingDirectory, 'state', 'identity.key'),
      },
    ]);
    expect(orders[0]).not.toHaveProperty('passphrase');
  });

  it('takes a passphrase from a file alone, and none that is soon guessed', async () => {
    const { orders, workingDirectory, run } = bench();
    writeFileSync(join(workingDirectory, 'short'), 'secret\n');
    const short = await run('backup', 'home.backup', '--passphrase-file', 'short');
    expect([short.exitCode, short.err]).toEqual([
      64,
      expect.stringMatching(/12 characters or more .* found 6/),
    ]);
    const none = await run('backup', 'home.backup', '--passphrase-file', 'nowhere');
    expect(none.exitCode).toBe(64);
    writeFileSync(join(workingDirectory, 'long'), 'correct horse battery staple\r\n');
    const sealed = await run('backup', 'home.backup', '--passphrase-file', 'long', '--json');
    expect(JSON.parse(sealed.out)).toMatchObject({ isSealed: true, manifest: { gatewayId: 'home-17' } });
    expect(orders).toMatchObject([{ passphrase: 'correct horse battery staple' }]);
  });
});

describe('loadgate restore', () => {
  it('says what it did, what it set aside and what is to be done next', async () => {
    const { orders, workingDirectory, run } = bench();
    const { exitCode, out } = await run('restore', 'home.backup', '--force', '--settings-to', 'settings');
    expect(exitCode).toBe(0);
    expect(out).toContain('set aside: /state/loadgate.sqlite.replaced-1');
    expect(out).toContain('loadgate acknowledge');
    expect(orders).toMatchObject([
      {
        isForced: true,
        settingsFolder: join(workingDirectory, 'settings'),
      },
    ]);
  });
});
