// Loaded into a gateway before all else: its wall clock is what the file says, apart from the machine's. Its running clock
// and its timers stay as they are, as with a clock that is set.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What makes the product believe the machine's own clock (see adapters/system/timeSynchronisation.ts). */
const SYNCHRONISED_MARK = '/run/systemd/timesync/synchronized';
const LOOK_EVERY_MS = 20;

const offsetFile = process.env.TEST_WALL_CLOCK_OFFSET_FILE ?? '';
const machineNow = Date.now;
let offsetMs = 0;
let lookedAtMs = Number.NEGATIVE_INFINITY;

Date.now = () => {
  if (performance.now() - lookedAtMs >= LOOK_EVERY_MS) {
    lookedAtMs = performance.now();
    offsetMs = Number(fs.readFileSync(offsetFile, 'utf8'));
  }
  return machineNow() + offsetMs;
};

const exists = fs.existsSync;
fs.existsSync = (path) => path !== SYNCHRONISED_MARK && exists(path);
syncBuiltinESMExports();
