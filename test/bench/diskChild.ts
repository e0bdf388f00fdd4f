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

const home = new SteppedHome({
  startAtMs: START_AT_MS,
  backOffice: new BackOffice(),
  telemetryIntervalMs: 10_000,
});
try {
  home.start();
  await home.clock.advance(SETTLE_MS);
  const before = writtenBytes();
  for (let passedMs = 0; passedMs < durationMs; passedMs += STEP_MS) await home.clock.advance(STEP_MS);
  const writtenBySystem = writtenBytes() - before;
  const database = statSync(join(home.stateDirectory(), 'loadgate.sqlite')).size;
  const log = statSync(join(home.stateDirectory(), 'loadgate.sqlite-wal')).size;
  console.log(JSON.stringify({ writtenBySystem, database, log }));
} finally {
  home.remove();
}

/** Bytes that this process has caused to be sent to the disk. */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}
