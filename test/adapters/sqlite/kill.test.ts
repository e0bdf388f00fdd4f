import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { StreamName } from '../../../src/ports/store.ts';
import { batchOf, recordingLog } from './support/batches.ts';
import { firstBreak, recordsOf } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const COMMITTER = fileURLToPath(new URL('support/committer.ts', import.meta.url));
const KILLS = 12;

/** Lets the committer run until it has begun so many commits, kills it there, and returns what it had said. */
async function runAndKill(directory: string, beginnings: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [COMMITTER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('begins').length > beginnings) child.kill('SIGKILL');
  });
  await exited;
  return said.split('\n').slice(0, -1);
}

function lastCount(lines: readonly string[], word: string, otherwise: number): number {
  const line = lines.findLast((candidate) => candidate.startsWith(word));
  return line === undefined ? otherwise : Number(line.split(' ')[1]);
}

it('restores the last acknowledged commit or the one in flight after each of many kills', async () => {
  const directory = temporaryDirectory();
  let restoredCount = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const lines = await runAndKill(directory, kill * 7);
    expect(lines[0]).toBe(`${kill === 1 ? 'fresh' : 'restored'} ${restoredCount}`);
    const acknowledged = lastCount(lines, 'committed', restoredCount);
    const begun = lastCount(lines, 'begins', restoredCount);

    const store = openStore({ directory, log: recordingLog() });
    if (store.condition.kind !== 'restored') throw new Error(`found ${JSON.stringify(store.condition)}`);
    const { memory, runningMs } = store.condition.state;
    restoredCount = runningMs / 30_000;
    expect([acknowledged, begun]).toContain(restoredCount);
    expect(memory).toEqual(batchOf(restoredCount).memory);
    const segments = [...store.segments()];
    expect(segments.map((segment) => segment.firstRunningMs / 30_000)).toEqual(countingTo(restoredCount));
    const head = store.head();
    store.close();
    const records = recordsOf(directory);
    expect(firstBreak(records)).toBeUndefined();
    expect(records).toHaveLength(restoredCount + Math.floor(restoredCount / 4));
    expect(records.at(-1)).toMatchObject(head ?? {});
    expectRowsWithoutGap(directory, restoredCount);
  }
});

/** What is pending ends with the last number given, and is a run without gap or double behind what was removed. */
function expectRowsWithoutGap(directory: string, commits: number): void {
  const store = openStore({ directory, log: recordingLog() });
  const rows = store.pending(100_000);
  const given: Partial<Record<StreamName, number>> = { events: Math.floor(commits / 3), telemetry: commits };
  for (const [stream, last] of Object.entries(given)) {
    const sequences = rows.filter((row) => row.stream === stream).map((row) => row.sequence);
    expect(sequences).toEqual(countingTo(last).slice(last - sequences.length));
  }
  store.close();
  const database = new Database(databasePath(directory), { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
}

function countingTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
