import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { whyOutOfService, wipeState } from '../../src/compose/wipe.ts';

const TOLD = {
  gatewayId: 'home-1',
  siteId: 'acacia',
  at: '2026-11-22T10:00:00.000Z',
  isFarewellSent: true,
  notGivenBack: [],
};

function stateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-wipe-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const name of [
    'loadgate.sqlite',
    'loadgate.sqlite-wal',
    'loadgate.sqlite.damaged-1',
    'identity.key',
    'broker-certificate-0123456789abcdef.pem',
    'broker-certificate-0123456789abcdef.asking.json',
    'notes.txt',
  ]) {
    writeFileSync(join(directory, name), 'secret '.repeat(20_000));
  }
  writeFileSync(join(directory, 'loadgate.lock'), '');
  return directory;
}

it('overwrites what the gateway has kept, and its key wherever it lies, before it is removed', () => {
  const directory = stateDirectory();
  const elsewhere = mkdtempSync(join(tmpdir(), 'loadgate-keys-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  const keyFile = join(elsewhere, 'own.key');
  writeFileSync(keyFile, 'secret');
  // A second name shows what stands in the file once the first is gone.
  linkSync(keyFile, join(elsewhere, 'key'));
  linkSync(join(directory, 'loadgate.sqlite'), join(elsewhere, 'database'));
  const done = wipeState(directory, keyFile, TOLD);
  expect(readdirSync(directory).toSorted()).toEqual(['decommissioned.json', 'loadgate.lock', 'notes.txt']);
  expect(existsSync(keyFile)).toBe(false);
  for (const name of ['key', 'database']) {
    const content = readFileSync(join(elsewhere, name));
    expect(content.every((byte) => byte === 0)).toBe(true);
  }
  expect(done.kept).toEqual(['notes.txt']);
  expect(done.wiped).toHaveLength(7);
  expect(JSON.parse(readFileSync(join(directory, 'decommissioned.json'), 'utf8'))).toEqual(done);
});

it('leaves a marker that says why no gateway starts there', () => {
  const directory = stateDirectory();
  expect(whyOutOfService(directory)).toBeUndefined();
  wipeState(directory, join(directory, 'identity.key'), TOLD);
  expect(whyOutOfService(directory)).toContain('found one that was taken out of it');
});
