import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSignatureReader } from '../../../src/adapters/jose/signatureReader.ts';
import type { Composition } from '../../../src/cli/context.ts';
import { dataExportManifestSchema } from '../../../src/contract/dataExport.ts';
import { energyReportSchema } from '../../../src/contract/energy.ts';
import type { OutboxRow } from '../../../src/ports/store.ts';
import { SteppedClock } from '../../support/steppedClock.ts';
import { RecordedHome } from '../energy/recordedHome.ts';
import { type CliRun, loadgate, testContext } from '../testContext.ts';

const MADE_AT = Date.parse('2026-01-07T09:00:00Z');
let folder: string;
let home: RecordedHome;

const waiting: OutboxRow = {
  stream: 'telemetry',
  sequence: 7,
  recordedAtUtcMs: MADE_AT - 1_000,
  runningMs: 0,
  body: '{"durationMs":60000}',
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  home = new RecordedHome('2026-01-05T17:00:00Z');
  home.run(70);
  home.run(60, { carA: 10, isPlugged: true });
  home.run(20);
});

async function exportTo(name: string): Promise<CliRun> {
  const memory = {
    owner: { preferences: [], note: '<script>alert(1)</script>' },
    consent: [
      {
        purpose: 'dnoRestriction',
        action: 'given',
        textVersion: '3',
        person: 'mainDriver',
        how: 'paper',
        atUtcMs: MADE_AT,
        evidence: 'box-7/12',
      },
    ],
  };
  const record = {
    ...home.record(),
    restored: { memory, runningMs: 0, utcMs: MADE_AT },
    outbox: () => [waiting],
  };
  const composition: Partial<Composition> = {
    openRecord: () => ({ ok: true, record }),
    openVerifier: createSignatureReader,
    createClock: () => new SteppedClock({ utcMs: MADE_AT }),
  };
  return await loadgate(
    ['data', 'export', '--output', name],
    testContext(composition, { workingDirectory: folder }),
  );
}

const read = (name: string): string => readFileSync(join(folder, 'mine', name), 'utf8');

describe('loadgate data export', () => {
  it('writes a folder whose manifest fits to the byte, readable by its owner alone', async () => {
    expect(await exportTo('mine')).toMatchObject({ exitCode: 0, err: '' });
    const manifest = dataExportManifestSchema.parse(JSON.parse(read('manifest.json')));
    const names = readdirSync(join(folder, 'mine')).filter((name) => name !== 'manifest.json');
    expect(manifest.files.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    for (const { name, bytes, sha256 } of manifest.files) {
      const content = readFileSync(join(folder, 'mine', name));
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
        name,
        bytes,
        sha256,
      ]);
      expect(statSync(join(folder, 'mine', name)).mode & 0o077).toBe(0);
    }
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('holds energy by use, month and half-hour, minutes, seconds, consent and what waits to leave', async () => {
    await exportTo('mine');
    const energy = energyReportSchema.parse(JSON.parse(read('energy.json')));
    expect(energy.rows.map(({ label }) => label)).toEqual(['2026-01']);
    expect(energy.sessions).toHaveLength(1);
    expect(read('energy-by-half-hour.csv').trimEnd().split('\r\n')).toHaveLength(1 + 5);
    const minutes = read('minutes.csv').trimEnd().split('\r\n');
    expect(minutes).toHaveLength(1 + 2 * 150);
    const counted = minutes.slice(1).filter((line) => line.includes(',connection,'));
    const importWh = counted.reduce((sum, line) => sum + Number(line.split(',')[5]), 0);
    expect(Math.abs(importWh - (energy.total.channels.connection?.importWh ?? 0))).toBeLessThan(0.01);
    expect(read('seconds.csv').split('\r\n')[0]).toBe('second,channel,powerW');
    expect(JSON.parse(read('consent.json'))).toMatchObject([{ purpose: 'dnoRestriction', action: 'given' }]);
    expect(JSON.parse(read('outbox.json'))).toMatchObject([
      { stream: 'telemetry', body: { durationMs: 60_000 } },
    ]);
  });

  it('has a page for people that needs nothing from elsewhere and runs nothing', async () => {
    await exportTo('mine');
    const page = read('index.html');
    expect(page).toContain('<h1>What is kept about your home</h1>');
    expect(page).toContain('2026-01-05 18:10');
    expect(page).toContain('telemetry');
    expect(page).not.toMatch(/<script|src=|href=|url\(|@import/);
    expect(page).toContain('&lt;script&gt;');
  });

  it('never writes into a folder that is there, and leaves nothing of one that it could not finish', async () => {
    mkdirSync(join(folder, 'mine'));
    const { exitCode, err } = await exportTo('mine');
    expect(exitCode).toBe(74);
    expect(err).toContain('expected no such folder yet, found one; choose another name');
    const broken = home.record();
    home.record = () => ({
      ...broken,
      usage: (kind) => {
        if (kind === 'seconds') throw new Error('the disk is away');
        return broken.usage(kind);
      },
    });
    expect(await exportTo('other')).toMatchObject({ exitCode: 74, err: 'loadgate: the disk is away\n' });
    expect(readdirSync(folder)).toEqual(['mine']);
  });
});
