import type { Command } from 'commander';
import { refusalSchema } from '../../contract/desk.ts';
import type { Context } from '../context.ts';
import type { ExitName } from '../exitCodes.ts';
import { refuse } from '../report.ts';
import { type DeskLogin, loginFileOf, readLogin } from './loginFile.ts';

export type DeskAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly exit: ExitName; readonly detail: string };

/** What is used of a schema of the contract. */
interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
}

/** Asks a running desk. Never rejects. */
export async function askDesk<T>(url: string, asked: Asked, schema: Schema<T>): Promise<DeskAnswer<T>> {
  const answer = await fetchText(url, asked);
  if (!answer.ok) return answer;
  const parsed = schema.safeParse(readJson(answer.value));
  if (parsed.success) return { ok: true, value: parsed.data };
  const detail = `${url}: expected the answer of a desk of this version, found another one; use the loadgate command of the same version`;
  return { ok: false, exit: 'notUnderstood', detail };
}

/** The body of a good answer as it came. */
export async function fetchText(
  url: string,
  { method, path, body, token }: Asked,
): Promise<DeskAnswer<string>> {
  const failed = (exit: ExitName, detail: string): DeskAnswer<never> => ({ ok: false, exit, detail });
  try {
    const response = await fetch(new URL(path, url), {
      method,
      redirect: 'error',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      },
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, value: text };
    const refusal = refusalSchema.safeParse(readJson(text));
    if (!refusal.success)
      return failed('notUnderstood', `${url}: expected a desk, found HTTP status ${response.status}`);
    const { sentence, problems, code } = refusal.data.error;
    const lines = problems.map(
      (problem) => `\n  ${problem.path === '' ? 'the whole' : problem.path}: ${problem.sentence}`,
    );
    const toDo = code === 'notLoggedIn' ? ' Use `loadgate desk login`.' : '';
    return failed('notDone', `${sentence}${toDo}${lines.join('')}`);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return failed(
      'gatewayNotRunning',
      `${url}: expected a running desk, found none (${cause}); start it with \`loadgate desk run\``,
    );
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runs a command of somebody who is logged in. */
export async function withLogin(
  command: Command,
  context: Context,
  run: (login: DeskLogin) => Promise<number>,
): Promise<number> {
  const login = readLogin(loginFileOf(command, context));
  if (login !== undefined) return run(login);
  return refuse(
    context,
    'notDone',
    'nobody is logged in at a desk; use `loadgate desk login --url <address> --user <name>`',
  );
}
