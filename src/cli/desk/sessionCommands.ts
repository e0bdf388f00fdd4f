import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readDeskSettings } from '../../config/deskSettings.ts';
import { writeDeskUser } from '../../config/deskUsers.ts';
import { ROLES, roleSchema, sessionSchema, userNameSchema } from '../../contract/desk.ts';
import type { Context } from '../context.ts';
import { findDeskPages } from '../deskPages.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { collectSignals, isStartRefusal } from '../runCommand.ts';
import { askDesk, fetchText } from './deskClient.ts';
import { loginFileOf, readLogin, removeLogin, writeLogin } from './loginFile.ts';

/** Fewer characters can be guessed. */
const LEAST_PASSWORD = 12;

/** Runs the desk until a signal stops it. */
export async function runDesk(command: Command, context: Context): Promise<number> {
  const read = readDeskSettings(configOf(command, context));
  if (!read.ok) return refuseMistakes(context, read.mistakes);
  const { settings } = read;
  const pages =
    settings.pagesDirectory === undefined
      ? await findDeskPages()
      : { ok: true as const, directory: settings.pagesDirectory };
  if (!pages.ok) return refuse(context, 'wrongConfiguration', pages.detail);
  const { startDesk } = await (await context.compose()).composeDesk();
  const signals = collectSignals(context);
  try {
    const desk = await startDesk(settings, pages.directory);
    context.standardOutput.write(`loadgate desk: listening on ${desk.url}\n`);
    await signals.next();
    const isForced = signals.next().then(() => true);
    const wasForced = await Promise.race([isForced, desk.stop().then(() => false)]);
    if (!wasForced) return EXIT_CODES.ok.code;
    return refuse(context, 'interrupted', 'a second signal cut the orderly stop short');
  } catch (error) {
    if (isStartRefusal(error)) return refuse(context, error.exit, error.message);
    throw error;
  } finally {
    signals.end();
  }
}

/** Adds a person, or gives one that is there new roles and a new password. */
export async function addUser(command: Command, context: Context): Promise<number> {
  const read = readDeskSettings(configOf(command, context));
  if (!read.ok) return refuseMistakes(context, read.mistakes);
  const [name = ''] = command.args;
  if (!userNameSchema.safeParse(name).success) {
    const expected = 'a name of 2 to 32 small letters, digits, dots and hyphens, beginning with a letter';
    return refuse(context, 'wrongUsage', `expected ${expected}, found "${name}"`);
  }
  const given = command
    .opts<{ roles: string }>()
    .roles.split(',')
    .map((role) => role.trim());
  const wrong = given.find((role) => !roleSchema.safeParse(role).success);
  if (wrong !== undefined) {
    return refuse(context, 'wrongUsage', `expected roles among ${ROLES.join(', ')}, found "${wrong}"`);
  }
  const password = readPassword(command, context);
  if (!password.ok) return refuse(context, 'wrongUsage', password.detail);
  if (password.value.length < LEAST_PASSWORD) {
    return refuse(
      context,
      'wrongUsage',
      `expected a password of at least ${LEAST_PASSWORD} characters, found ${password.value.length}`,
    );
  }
  const { hashPassword } = await (await context.compose()).composeDesk();
  const roles = given.map((role) => roleSchema.parse(role));
  const written = writeDeskUser(read.settings.usersFile, {
    name,
    roles,
    password: await hashPassword(password.value),
  });
  if (!written.ok) return refuseMistakes(context, [written.mistake]);
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, { name, roles });
  else context.standardOutput.write(`${name} may now log in as ${roles.join(', ')}\n`);
  return EXIT_CODES.ok.code;
}

/** Logs in at a running desk; the token is kept in a file of the own user. */
export async function logIn(command: Command, context: Context): Promise<number> {
  const { url, user } = command.opts<{ url: string; user: string }>();
  const password = readPassword(command, context);
  if (!password.ok) return refuse(context, 'wrongUsage', password.detail);
  const body = { user, password: password.value, wantsToken: true };
  const answer = await askDesk(url, { method: 'POST', path: '/api/login', body }, sessionSchema);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  const { token, expiresAt, roles } = answer.value;
  const file = loginFileOf(command, context);
  try {
    writeLogin(file, { url, user: answer.value.user, token: token ?? '', expiresAt });
  } catch (error) {
    return refuse(
      context,
      'storeUnavailable',
      `${file}: expected a file that can be written, found: ${String(error)}`,
    );
  }
  context.standardOutput.write(
    `Logged in at ${url} as ${answer.value.user} (${roles.join(', ')}) until ${expiresAt}\n`,
  );
  return EXIT_CODES.ok.code;
}

export async function logOut(command: Command, context: Context): Promise<number> {
  const file = loginFileOf(command, context);
  const login = readLogin(file);
  removeLogin(file);
  if (login !== undefined)
    await fetchText(login.url, { method: 'POST', path: '/api/logout', token: login.token });
  context.standardOutput.write('Logged out\n');
  return EXIT_CODES.ok.code;
}

function configOf(command: Command, { environment, workingDirectory }: Context): string {
  const { config } = command.opts<{ config?: string }>();
  return resolve(workingDirectory, config ?? environment.LOADGATE_DESK_CONFIG ?? '/etc/loadgate/desk.jsonc');
}

type Password =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly detail: string };

/** From a file, or with - from the standard input; never from the command line, which everybody on the machine can read. */
function readPassword(command: Command, { workingDirectory }: Context): Password {
  const { passwordFile } = command.opts<{ passwordFile: string }>();
  try {
    const text = readFileSync(passwordFile === '-' ? 0 : resolve(workingDirectory, passwordFile), 'utf8');
    return { ok: true, value: text.replace(/\r?\n$/, '') };
  } catch (error) {
    return {
      ok: false,
      detail: `${passwordFile}: expected a file with the password, found: ${String(error)}`,
    };
  }
}
