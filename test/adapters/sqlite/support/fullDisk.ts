// Lets the system refuse every write behind a place in a file that moves on by a page (RLIMIT_FSIZE, which a process may
// lower for itself), so that in turn each write of a commit, of its checkpoint and of a removal fails. Says what became of it.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databasePath } from '../../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../../src/adapters/sqlite/openStore.ts';
import { batchOf, EVENT, recordingLog, TELEMETRY } from './batches.ts';

const ROUNDS = 40;
const FRAME_BYTES = 1_048;
const directory = process.argv[2] ?? '';
const path = databasePath(directory);
const store = openStore({ directory, log: recordingLog() });
const committed: string[] = [];
let refused = 0;
let count = 0;

function commit(): boolean {
  count += 1;
  const outbox = [EVENT, TELEMETRY, { stream: 'telemetry', body: { count, long: noise(count) } } as const];
  const result = store.commit(batchOf(count, outbox));
  if (!result.ok) {
    refused += 1;
    return false;
  }
  for (const [place, { stream }] of outbox.entries()) committed.push(`${stream} ${result.sequences[place]}`);
  return true;
}

for (let round = 0; round < 5; round += 1) commit();
for (let round = 0; round < ROUNDS; round += 1) {
  // Every other round it is the database that is at its end, while its log is moved into it.
  const sizes = [`${path}-wal`, path].map((file) => (existsSync(file) ? statSync(file).size : 0));
  const [log = 0, main = 0] = sizes;
  limit(
    round % 2 === 0 ? log + Math.floor(round / 2) * FRAME_BYTES : Math.min(main, 32 + round * FRAME_BYTES),
  );
  commit();
  store.acknowledge([]);
  limit(undefined);
  if (!commit()) throw new Error('it does not go on once there is room');
}
const found = store.pending(10_000).map(({ stream, sequence }) => `${stream} ${sequence}`);
store.close();
const again = openStore({ directory, log: recordingLog() });
const condition = again.condition.kind;
again.close();
const database = new Database(path);
const check = database.pragma('integrity_check', { simple: true });
database.close();
console.log(JSON.stringify({ refused, committed: committed.sort(), found: found.sort(), condition, check }));

function limit(bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes ?? 'unlimited'}:`]);
}

/** What does not get smaller when it is packed. */
function noise(seed: number): number[] {
  return Array.from({ length: 300 }, (_, place) => Math.sin(seed * 1_000 + place));
}
