import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import { batchOf, EVENT, recordingLog } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();
const COMMITTER = fileURLToPath(new URL('support/committer.ts', import.meta.url));

function openRecord(directory: string) {
  const opened = openStoreReadOnly(directory);
  if (!opened.ok) throw new Error(opened.detail);
  return opened.record;
}

/** Everything in a directory, to the byte and the instant. */
function photograph(directory: string): readonly (readonly [string, string, number])[] {
  return readdirSync(directory).map((name) => {
    const path = join(directory, name);
    return [name, readFileSync(path).toString('base64'), statSync(path).mtimeMs];
  });
}

it('reads beside the running gateway, which goes on writing', () => {
  const directory = temporaryDirectory();
  const store = openStore({ directory, log });
  store.commit(batchOf(1, [EVENT]));
  const record = openRecord(directory);
  expect(record.restored?.memory).toEqual(batchOf(1).memory);
  expect(store.commit(batchOf(2, [EVENT])).ok).toBe(true);
  expect([...record.segments()]).toEqual([batchOf(1).segment, batchOf(2).segment]);
  expect(record.pendingCount()).toBe(2);
  record.close();
  expect(store.commit(batchOf(3)).ok).toBe(true);
  store.close();
});

it('changes nothing of a record that an orderly stop left', () => {
  const directory = temporaryDirectory();
  const store = openStore({ directory, log });
  store.commit(batchOf(1));
  store.close();
  const before = photograph(directory);
  const record = openRecord(directory);
  expect([...record.segments()]).toHaveLength(1);
  record.close();
  expect(photograph(directory)).toEqual(before);
});

it('reads to the last commit of a gateway that was killed, and changes nothing', async () => {
  const directory = temporaryDirectory();
  const child = spawn(process.execPath, [COMMITTER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('committed 9')) child.kill('SIGKILL');
  });
  await exited;
  const before = photograph(directory);
  const record = openRecord(directory);
  expect(record.restored?.runningMs).toBeGreaterThanOrEqual(9 * 30_000);
  expect([...record.segments()].at(-1)?.firstRunningMs).toBe(record.restored?.runningMs);
  record.close();
  expect(photograph(directory)).toEqual(before);
});

it('says what it found in place of a record', () => {
  const directory = temporaryDirectory();
  expect(openStoreReadOnly(directory)).toEqual({
    ok: false,
    detail: expect.stringMatching(/found no such file; check the state directory/),
  });
  writeFileSync(databasePath(directory), 'garbage'.repeat(100));
  expect(openStoreReadOnly(directory)).toMatchObject({
    ok: false,
    detail: expect.stringContaining(directory),
  });
  expect(readdirSync(directory)).toEqual(['loadgate.sqlite']);
});
