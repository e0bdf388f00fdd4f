import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../src/adapters/sqlite/files.ts';
import { checkBackup } from '../../src/adapters/sqlite/gatherBackup.ts';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import { restoreBackup } from '../../src/compose/restoreBackup.ts';
import { batchOf, EVENT, recordingLog, TELEMETRY, UTC_START_MS } from '../adapters/sqlite/support/batches.ts';
import { temporaryDirectory } from '../adapters/sqlite/support/temporaryDirectory.ts';
import { BackedUpHome, MADE_AT_MS, newBox, PASSPHRASE } from './support/backedUpHome.ts';

const log = recordingLog();

describe('a backup', () => {
  it('is one file for its user alone, which any tar opens and sha256sum checks', () => {
    const home = new BackedUpHome();
    expect(home.backUp()).toMatchObject({ ok: true, files: 5, manifest: { gatewayId: 'home-17' } });
    expect(statSync(home.path).mode & 0o777).toBe(0o600);
    const names = execFileSync('tar', ['-tf', home.path], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual([
      'SHA256SUMS',
      'manifest.json',
      'identity.key',
      'settings/loadgate.jsonc',
      'state/broker-certificate-0123.pem',
      'loadgate.sqlite',
    ]);
    const folder = temporaryDirectory();
    execFileSync('tar', ['-xf', home.path, '-C', folder]);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: folder });
    expect(readFileSync(join(folder, 'identity.key'))).toEqual(readFileSync(home.keyFile));
    expect(checkBackup(join(folder, 'loadgate.sqlite'))).toMatchObject({ ok: true, head: { record: 60 } });
    expect(readdirSync(home.stateDirectory).toSorted()).toEqual([
      'broker-certificate-0123.pem',
      'identity.key',
      'loadgate.lock',
      'loadgate.sqlite',
    ]);
  });

  it('is taken while the gateway writes: all of one moment, and no commit waits for it', () => {
    const home = new BackedUpHome();
    const store = openStore({ directory: home.stateDirectory, log });
    for (let count = 31; count <= 40; count += 1) store.commit(batchOf(count, [EVENT, TELEMETRY]));
    expect(home.backUp()).toMatchObject({ ok: true, manifest: { head: { record: 70 } } });
    expect(store.commit(batchOf(41, [EVENT]))).toMatchObject({ ok: true });
    store.close();
  });

  it('holds nothing of what waits to be sent, and says since when something did', () => {
    const home = new BackedUpHome();
    home.backUp();
    const order = newBox(home.path);
    restoreBackup(order);
    const database = new Database(databasePath(order.stateDirectory), { readonly: true });
    for (const table of ['outbox', 'stream', 'loss']) {
      expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
    database.close();
    const store = openStore({ directory: order.stateDirectory, log });
    const lastMs = UTC_START_MS + 30 * 30_000;
    expect(store.condition).toMatchObject({
      kind: 'fromBackup',
      backup: {
        madeAtUtcMs: MADE_AT_MS,
        journalId: home.outboxId,
        // Twenty records of telemetry were taken by the broker, no event was.
        openSinceUtcMs: {
          telemetry: UTC_START_MS + 21 * 30_000,
          events: UTC_START_MS + 30_000,
          status: lastMs,
          receipts: lastMs,
        },
      },
    });
    store.close();
  });

  it('never takes the place of a file, and leaves nothing behind when it cannot be made', () => {
    const home = new BackedUpHome();
    writeFileSync(home.path, 'mine');
    expect(home.backUp()).toMatchObject({ ok: false, exit: 'notDone' });
    expect(readFileSync(home.path, 'utf8')).toBe('mine');
    const damaged = new BackedUpHome();
    const database = new Database(databasePath(damaged.stateDirectory));
    database.exec("UPDATE journal SET hash = x'00' WHERE record = 17");
    database.close();
    expect(damaged.backUp()).toMatchObject({
      ok: false,
      exit: 'storeUnavailable',
      detail: expect.stringMatching(/record 17 of the journal/),
    });
    expect(readdirSync(damaged.folder)).toEqual(['loadgate.jsonc']);
    expect(readdirSync(damaged.stateDirectory).filter((name) => name.includes('backup'))).toEqual([]);
  });

  it('of a record of another version is not made', () => {
    const home = new BackedUpHome();
    const database = new Database(databasePath(home.stateDirectory));
    database.pragma('user_version = 2');
    database.close();
    expect(home.backUp()).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/expected schema version/),
    });
  });
});

describe('a sealed backup', () => {
  it('shows nothing, and opens with its passphrase alone', () => {
    const home = new BackedUpHome();
    expect(home.backUp(PASSPHRASE)).toMatchObject({ ok: true });
    const bytes = readFileSync(home.path);
    for (const text of ['PRIVATE KEY', 'SQLite format', 'home-17', 'manifest']) {
      expect(bytes.includes(text)).toBe(false);
    }
    const order = newBox(home.path);
    expect(restoreBackup(order)).toMatchObject({ ok: false, exit: 'wrongUsage' });
    expect(restoreBackup({ ...order, passphrase: `${PASSPHRASE}.` })).toMatchObject({
      ok: false,
      exit: 'backupDamaged',
      detail: expect.stringMatching(/or another passphrase/),
    });
    expect(readdirSync(order.stateDirectory)).toEqual(['loadgate.lock']);
    expect(restoreBackup({ ...order, passphrase: PASSPHRASE })).toMatchObject({ ok: true });
    const store = openStore({ directory: order.stateDirectory, log });
    expect(store.condition.kind).toBe('fromBackup');
    store.close();
  });

  it('in which a byte behind the first chunk was changed names the place, not the passphrase', () => {
    const home = new BackedUpHome(700);
    home.backUp(PASSPHRASE);
    const bytes = readFileSync(home.path);
    const at = bytes.length - 1_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(home.path, bytes);
    expect(restoreBackup(newBox(home.path, { passphrase: PASSPHRASE }))).toMatchObject({
      exit: 'backupDamaged',
      detail: expect.stringMatching(/expected at byte \d{6,} .*its passphrase is right/),
    });
    // A whole chunk, and not the last one.
    writeFileSync(home.path, bytes.subarray(0, 49 + 262_144 + 16));
    expect(restoreBackup(newBox(home.path, { passphrase: PASSPHRASE }))).toMatchObject({
      exit: 'backupDamaged',
      detail: expect.stringMatching(/at byte 49 the bytes that were sealed/),
    });
  });
});
