import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { type Role, roleSchema, userNameSchema } from '../contract/desk.ts';
import { type Mistake, show } from './mistake.ts';
import { readJsoncFile } from './readJsoncFile.ts';

const usersSchema = z.strictObject({
  users: z
    .array(z.strictObject({ name: userNameSchema, roles: z.array(roleSchema).min(1), password: z.string() }))
    .refine(
      (users) => new Set(users.map(({ name }) => name)).size === users.length,
      'expected each name once',
    ),
});

export interface DeskUser {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Its hash. */
  readonly password: string;
}

export type DeskUsersResult =
  | { readonly ok: true; readonly users: readonly DeskUser[] }
  | { readonly ok: false; readonly mistake: Mistake };

/** People at the desk. A file that is not there yet has nobody. */
export function readDeskUsers(file: string): DeskUsersResult {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return { ok: true, users: [] };
  const read = readJsoncFile(file);
  if (!read.ok) return read;
  const parsed = usersSchema.safeParse(read.value);
  if (parsed.success) return { ok: true, users: parsed.data.users };
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  const toDo = 'correct it, or make the person anew: loadgate desk user add';
  const expected = issue?.message ?? 'a file of users';
  return { ok: false, mistake: { source: file, path: place, expected, found: show(undefined), toDo } };
}

/** Adds a person, or gives one that is there new roles and a new password. Whole or not at all, readable by its user alone. */
export function writeDeskUser(file: string, user: DeskUser): DeskUsersResult {
  const read = readDeskUsers(file);
  if (!read.ok) return read;
  const users = [...read.users.filter(({ name }) => name !== user.name), user];
  const draft = `${file}.new`;
  try {
    rmSync(draft, { force: true });
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify({ users }, null, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
    return { ok: true, users };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const toDo = 'let the user who runs this write in the folder';
    return {
      ok: false,
      mistake: {
        source: file,
        path: '',
        expected: 'a file that can be written',
        found,
        toDo,
        kind: 'unwritableDirectory',
      },
    };
  }
}

/**
 * The people of a file, read afresh when it has changed, so that somebody who is taken out is out at once. While the file
 * is damaged there is nobody.
 */
export function watchDeskUsers(file: string): { find(name: string): DeskUser | undefined } {
  let stamp = '';
  let users: ReadonlyMap<string, DeskUser> = new Map();
  return {
    find: (name) => {
      const found = statSync(file, { throwIfNoEntry: false });
      const now = found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
      if (now !== stamp) {
        const read = readDeskUsers(file);
        users = new Map(read.ok ? read.users.map((user) => [user.name, user]) : []);
        stamp = now;
      }
      return users.get(name);
    },
  };
}
