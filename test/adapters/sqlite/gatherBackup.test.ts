import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { gatherBackup } from '../../../src/adapters/sqlite/gatherBackup.ts';
import { inspectDatabase } from '../../../src/adapters/sqlite/inspection.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { batchOf, recordingLog, UTC_START_MS } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const COMMITTER = fileURLToPath(new URL('support/committer.ts', import.meta.url));
const BACKUPS = 6;

/** Commits that the committer has said were acknowledged. */
function acknowledged(said: string): number {
  return Number(
    said
      .match(/committed (\d+)\n/g)
      ?.at(-1)
      ?.split(' ')[1] ?? 0,
  );
}

it('is all of one commit, however fast another process goes on writing', async () => {
  const directory = temporaryDirectory();
  const target = join(temporaryDirectory(), 'backup.sqlite');
  const child = spawn(process.execPath, [COMMITTER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const counts: number[] = [];
  while (counts.length < BACKUPS) {
    await once(child.stdout, 'data');
    const before = acknowledged(said);
    if (before < 20 * (counts.length + 1)) continue;
    const gathered = gatherBackup(directory, target, UTC_START_MS);
    expect(gathered).toMatchObject({ ok: true });
    const finding = inspectDatabase(target);
    const state = finding.kind === 'sound' ? finding.state?.restored : undefined;
    const count = (state?.runningMs ?? 0) / 30_000;
    expect(count).toBeGreaterThanOrEqual(before);
    expect(state?.memory).toEqual(batchOf(count).memory);
    // A record for each commit, and a receipt with every fourth.
    expect(gathered.ok && gathered.head?.record).toBe(count + Math.floor(count / 4));
    counts.push(count);
  }
  child.kill('SIGKILL');
  await exited;
  expect(new Set(counts).size).toBe(BACKUPS);
}, 60_000);

it('holds nothing of what the household has had erased, also while that is not done yet', () => {
  const directory = temporaryDirectory();
  const store = openStore({ directory, log: recordingLog() });
  for (let count = 1; count <= 60; count += 1) store.commit(batchOf(count));
  const payload = Buffer.from(JSON.stringify({ throughRecord: 50 })).toString('base64url');
  const { runningMs, utcMs } = batchOf(61);
  const notes = [{ kind: 'erasure', jws: `h.${payload}.s`, runningMs, utcMs } as const];
  store.commit({ ...batchOf(61), notes, forgets: ['telemetry', 'status'] });
  const target = join(temporaryDirectory(), 'backup.sqlite');
  expect(gatherBackup(directory, target, UTC_START_MS)).toMatchObject({ ok: true });
  store.close();
  const lengthsIn = (path: string): number[] => {
    const database = new Database(path, { readonly: true });
    const lengths = database.prepare<[], number>('SELECT length(sealed_entries) FROM journal').pluck().all();
    database.close();
    return lengths;
  };
  expect(lengthsIn(databasePath(directory)).filter((length) => length === 0)).toHaveLength(0);
  expect(lengthsIn(target).slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 0));
  expect(
    lengthsIn(target)
      .slice(50)
      .every((length) => length > 0),
  ).toBe(true);
});
