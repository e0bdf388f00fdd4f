import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../src/adapters/sqlite/files.ts';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import { restoreBackup } from '../../src/compose/restoreBackup.ts';
import { batchOf, EVENT, recordingLog } from '../adapters/sqlite/support/batches.ts';
import { firstBreak, recordsOf } from '../adapters/sqlite/support/chain.ts';
import { temporaryDirectory } from '../adapters/sqlite/support/temporaryDirectory.ts';
import { BackedUpHome, newBox } from './support/backedUpHome.ts';

const log = recordingLog();

describe('a backup that is put back', () => {
  it('is the same gateway: its key, its journal, which goes on under another name; its outbox begins anew', () => {
    const home = new BackedUpHome();
    home.backUp();
    const settingsFolder = join(temporaryDirectory(), 'settings');
    const order = newBox(home.path, { gatewayId: 'home-17', settingsFolder });
    expect(restoreBackup(order)).toMatchObject({ ok: true, setAsidePaths: [] });
    expect(readFileSync(order.keyFile)).toEqual(readFileSync(home.keyFile));
    expect(statSync(order.keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(settingsFolder, 'loadgate.jsonc'))).toEqual(readFileSync(home.settingsFile));
    expect(readdirSync(order.stateDirectory).toSorted()).toEqual([
      'broker-certificate-0123.pem',
      'identity.key',
      'loadgate.lock',
      'loadgate.sqlite',
    ]);
    const first = openStore({ directory: order.stateDirectory, log });
    expect(first.condition).toMatchObject({ kind: 'fromBackup', state: { memory: batchOf(30).memory } });
    expect(first.outboxId).not.toBe(home.outboxId);
    expect(first.commit(batchOf(31, [EVENT]))).toMatchObject({ ok: true, sequences: [1] });
    const { outboxId } = first;
    first.close();
    const second = openStore({ directory: order.stateDirectory, log });
    expect(second.condition.kind).toBe('restored');
    expect(second.outboxId).toBe(outboxId);
    second.close();
    const records = recordsOf(order.stateDirectory);
    expect(firstBreak(records)).toBeUndefined();
    expect(records).toHaveLength(61);
  });

  it('is still known for one when a power cut came before its first record, and when it was unpacked by hand', () => {
    const home = new BackedUpHome();
    home.backUp();
    const directory = temporaryDirectory();
    execFileSync('tar', ['-xf', home.path, '-C', directory]);
    for (const _ of [1, 2]) {
      const store = openStore({ directory, log });
      expect(store.condition.kind).toBe('fromBackup');
      store.close();
    }
  });

  it('comes into no place where a gateway runs, or has a record, or was taken out of service', () => {
    const home = new BackedUpHome();
    home.backUp();
    const order = newBox(home.path);
    const running = openStore({ directory: order.stateDirectory, log });
    running.commit(batchOf(3));
    expect(restoreBackup(order)).toMatchObject({ ok: false, exit: 'portInUse' });
    expect(restoreBackup({ ...order, isForced: true })).toMatchObject({ ok: false, exit: 'portInUse' });
    running.close();
    const before = readFileSync(databasePath(order.stateDirectory));
    expect(restoreBackup(order)).toMatchObject({ ok: false, exit: 'notDone' });
    expect(readFileSync(databasePath(order.stateDirectory)).equals(before)).toBe(true);
    const other = newBox(home.path, { gatewayId: 'home-18' });
    expect(restoreBackup(other)).toMatchObject({ ok: false, detail: expect.stringMatching(/"home-17"/) });
    const left = newBox(home.path, { isForced: true });
    mkdirSync(left.stateDirectory, { recursive: true });
    writeFileSync(join(left.stateDirectory, 'decommissioned.json'), '{}');
    expect(restoreBackup(left)).toMatchObject({ ok: false, exit: 'outOfService' });
    expect(existsSync(databasePath(left.stateDirectory))).toBe(false);
  });

  it('with --force sets the old record and the old key aside, to the byte', () => {
    const home = new BackedUpHome();
    home.backUp();
    const old = new BackedUpHome(3);
    const bytes = readFileSync(databasePath(old.stateDirectory));
    const key = readFileSync(old.keyFile);
    const { stateDirectory, keyFile } = old;
    const order = { path: home.path, stateDirectory, keyFile, isForced: true };
    expect(restoreBackup(order)).toMatchObject({
      ok: true,
      setAsidePaths: [`${keyFile}.replaced-1`, `${databasePath(stateDirectory)}.replaced-1`],
    });
    expect(readFileSync(`${keyFile}.replaced-1`).equals(key)).toBe(true);
    expect(readFileSync(`${databasePath(stateDirectory)}.replaced-1`).equals(bytes)).toBe(true);
    expect(readFileSync(keyFile)).toEqual(readFileSync(home.keyFile));
  });

  it('goes in again where only its key had come before a power cut', () => {
    const home = new BackedUpHome();
    home.backUp();
    const order = newBox(home.path);
    mkdirSync(order.stateDirectory, { recursive: true });
    writeFileSync(order.keyFile, readFileSync(home.keyFile));
    expect(restoreBackup(order)).toMatchObject({ ok: true, setAsidePaths: [] });
    const strange = newBox(home.path);
    mkdirSync(strange.stateDirectory, { recursive: true });
    writeFileSync(strange.keyFile, 'another key');
    expect(restoreBackup(strange)).toMatchObject({ ok: false, exit: 'notDone' });
    expect(readFileSync(strange.keyFile, 'utf8')).toBe('another key');
  });
});

describe('a damaged backup', () => {
  it('is refused before anything is put in place, wherever a byte was changed or the end cut off', () => {
    const home = new BackedUpHome();
    home.backUp();
    const sound = readFileSync(home.path);
    const order = newBox(home.path);
    const isRefused = (bytes: Buffer): boolean => {
      writeFileSync(home.path, bytes);
      const outcome = restoreBackup(order);
      const left = readdirSync(order.stateDirectory);
      if (outcome.ok) return false;
      expect(left).toEqual(['loadgate.lock']);
      expect(outcome.exit).toBe('backupDamaged');
      expect(outcome.detail).toMatch(/^.*home\.backup: expected .*, found /);
      return true;
    };
    const place = fc.nat(sound.length - 1).filter((at) => !isFiller(sound, at));
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = Buffer.from(sound);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        expect(isRefused(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.nat(sound.length - 1), (length) => {
        expect(isRefused(sound.subarray(0, length))).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(isRefused(Buffer.concat([sound, Buffer.from('more')]))).toBe(true);
    writeFileSync(home.path, sound);
    expect(restoreBackup(order)).toMatchObject({ ok: true });
  });

  it('whose record does not fit together is refused although every hash in the file is right', () => {
    const home = new BackedUpHome();
    home.backUp();
    const folder = temporaryDirectory();
    execFileSync('tar', ['-xf', home.path, '-C', folder]);
    const database = new Database(join(folder, 'loadgate.sqlite'));
    database.exec('DELETE FROM journal WHERE record = 9');
    database.close();
    const certificate = 'state/broker-certificate-0123.pem';
    const names = [
      'manifest.json',
      'identity.key',
      'settings/loadgate.jsonc',
      certificate,
      'loadgate.sqlite',
    ];
    const sums = execFileSync('sha256sum', names, { cwd: folder });
    writeFileSync(join(folder, 'SHA256SUMS'), sums);
    truncateSync(home.path);
    execFileSync('tar', ['--format=ustar', '-cf', home.path, '-C', folder, 'SHA256SUMS', ...names]);
    expect(restoreBackup(newBox(home.path))).toMatchObject({
      ok: false,
      exit: 'backupDamaged',
      detail: expect.stringMatching(/expected record 9 of the journal, .* found record 10/),
    });
  });
});

/** What fills the last block of a file, and what stands behind the end, says nothing. */
function isFiller(tar: Buffer, at: number): boolean {
  let place = 0;
  while (place < tar.length && tar[place] !== 0) {
    const size = Number.parseInt(tar.toString('latin1', place + 124, place + 135), 8);
    const end = place + 512 + size;
    const next = Math.ceil(end / 512) * 512;
    if (at < next) return at >= end;
    place = next;
  }
  return false;
}
