import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { outsideEnvironment } from './ownedProcess.ts';

export const LOADGATE = join(PROJECT_ROOT, 'src', 'loadgate.mjs');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `loadgate` command to its end. */
export function runLoadgate(args: readonly string[], timeoutMs = 60_000): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { cwd: PROJECT_ROOT, env: outsideEnvironment(), timeout: timeoutMs, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [LOADGATE, ...args], options, (error, stdout, stderr) => {
      // Ended by a signal, so by the time-out: no exit code of the program.
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
