// Runs the gateway with its real store at the simulated home for a while on a stepped clock, and prints what the
// system says this process has written. A process of its own, so that nothing else is counted.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BackOffice } from '../support/backOffice.ts';
import { SteppedHome } from '../support/steppedHome.ts';

const START_AT_MS = Date.UTC(2006, 11, 23);
/** The day begins when the first minutes with their commands are over. */
const SETTLE_MS = 600_000;
const STEP_MS = 60_000;
const durationMs = Number(process.argv[2]);

const home = new SteppedHome({ startAtMs: START_AT_MS, backOffice: new BackOffice() });
try {
  home.start();
  await home.clock.advance(SETTLE_MS);
  const before = countWritten();
  for (let passedMs = 0; passedMs < durationMs; passedMs += STEP_MS) await home.clock.advance(STEP_MS);
  const after = countWritten();
  const databaseBytes = statSync(join(home.stateDirectory(), 'loadgate.sqlite')).size;
  const diskBytes = after.diskBytes - before.diskBytes;
  const writeBytes = after.writeBytes - before.writeBytes;
  console.log(JSON.stringify({ diskBytes, writeBytes, databaseBytes }));
} finally {
  home.remove();
}

/** To the disk, in its pages; and as handed to write(), which counts on file systems without a disk as well. */
function countWritten(): { diskBytes: number; writeBytes: number } {
  const counters = readFileSync('/proc/self/io', 'utf8');
  const counter = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(counters)?.[1]);
  return { diskBytes: counter('write_bytes'), writeBytes: counter('wchar') };
}
