import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** Where and as whom this user of the machine is logged in at a desk. */
export interface DeskLogin {
  readonly url: string;
  readonly user: string;
  readonly token: string;
  readonly expiresAt: string;
}

/** `--login-file`, LOADGATE_DESK_LOGIN, or a file in the own configuration folder. */
export function loginFileOf(command: Command, { environment, workingDirectory }: Context): string {
  const { loginFile } = command.opts<{ loginFile?: string }>();
  const named = loginFile ?? environment.LOADGATE_DESK_LOGIN;
  if (named !== undefined) return resolve(workingDirectory, named);
  const folder = environment.XDG_CONFIG_HOME ?? join(environment.HOME ?? homedir(), '.config');
  return join(folder, 'loadgate', 'desk-login.json');
}

export function readLogin(file: string): DeskLogin | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isLogin(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Readable by its user alone: whoever has the token is this person. */
export function writeLogin(file: string, login: DeskLogin): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  // The mode counts only for a file that is new.
  chmodSync(file, 0o600);
}

export function removeLogin(file: string): void {
  rmSync(file, { force: true });
}

function isLogin(value: unknown): value is DeskLogin {
  if (typeof value !== 'object' || value === null) return false;
  return ['url', 'user', 'token', 'expiresAt'].every(
    (key) => typeof (value as Record<string, unknown>)[key] === 'string',
  );
}
