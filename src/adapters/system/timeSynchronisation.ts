import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Made by systemd-timesyncd when it has first set the clock (systemd-timesyncd.service(8), FILES). */
const TIMESYNCD_MARK = '/run/systemd/timesync/synchronized';

/** timedatectl asks over the system bus; an answer later than this counts as no. */
const ANSWER_WITHIN_MS = 5_000;

/** Whether a time source disciplines the wall clock of this box. Never rejects; not known counts as no. */
export function isTimeSynchronised(): Promise<boolean> {
  if (existsSync(TIMESYNCD_MARK)) return Promise.resolve(true);
  return askSystem();
}

/** What the kernel says, whichever program keeps the time: chrony and ntpd leave no mark. */
function askSystem(): Promise<boolean> {
  const question = ['show', '--property=NTPSynchronized', '--value'];
  return new Promise((resolve) => {
    execFile('timedatectl', question, { timeout: ANSWER_WITHIN_MS }, (error, answer) =>
      resolve(error === null && answer.trim() === 'yes'),
    );
  });
}
