import { spawnSync } from 'node:child_process';
import { PROJECT_ROOT } from '../architecture/ownSources.ts';

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the project's own scripts with the Node of the tests, outside of vitest's environment. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ProgramResult {
  const outside = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|LOADGATE|TEST$|NODE_ENV$)/.test(name),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    env: { ...Object.fromEntries(outside), NO_COLOR: '1', ...env },
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}
