import type { ConsentStand } from '../../contract/desk.ts';
import { CONSENT_STATES } from '../../contract/status.ts';
import type { WebAnswer, WebRequest, WebStreamAnswer } from '../../ports/web.ts';
import { problemsOf } from '../notices/checkDraft.ts';
import type { Actor } from '../notices/outcome.ts';
import { refuse } from './answers.ts';

export interface Call {
  readonly request: WebRequest;
  readonly actor: Actor;
  /** Values of the `:names` of the path. */
  readonly values: Readonly<Record<string, string>>;
}

/** One path of the interface, for people who are logged in. Roles are judged where the step is taken. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `:name` for a level that changes. */
  readonly path: string;
  readonly run: (call: Call) => WebAnswer | WebStreamAnswer | Promise<WebAnswer | WebStreamAnswer>;
}

/** The route for a request, or the answer that tells why there is none. */
export function chooseRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly values: Readonly<Record<string, string>> } | WebAnswer {
  const levels = path.split('/');
  const here = routes.flatMap((route) => {
    const values = valuesOf(route.path.split('/'), levels);
    return values === undefined ? [] : [{ route, values }];
  });
  if (here.length === 0) return refuse('notFound', `There is nothing at ${path}.`);
  // A path without names goes before one with them: `notices/check` is no notice.
  const best = here
    .filter(({ route }) => route.method === method)
    .sort((one, other) => size(one) - size(other))[0];
  return best ?? refuse('wrongMethod', `${path} does not take ${method}.`);
}

function size({ values }: { readonly values: object }): number {
  return Object.keys(values).length;
}

function valuesOf(pattern: readonly string[], levels: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== levels.length) return undefined;
  const values: Record<string, string> = {};
  for (const [place, level] of pattern.entries()) {
    const found = levels[place] ?? '';
    if (level.startsWith(':')) values[level.slice(1)] = decode(found);
    else if (level !== found) return undefined;
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: Parameters<typeof problemsOf>[0] } };
}

export type BodyReading<T> =
  | { readonly ok: true; readonly body: T }
  | { readonly ok: false; readonly answer: WebAnswer };

/** The body of a request by its schema. */
export function readBody<T>({ body }: WebRequest, schema: Schema<T>): BodyReading<T> {
  const value = readJson(body);
  if (value === undefined)
    return { ok: false, answer: refuse('notReadable', 'The body of the request is no JSON.') };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, body: parsed.data };
  const sentence = 'What was sent cannot be taken as it is; see each problem.';
  return { ok: false, answer: refuse('notValid', sentence, { problems: problemsOf(parsed.error.issues) }) };
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MOST_ROWS = 500;

/** Pages from 1; what cannot be read counts as not given. */
export function pageOf(query: URLSearchParams): { readonly page: number; readonly pageSize: number } {
  return {
    page: whole(query.get('page'), 1, 1_000_000),
    pageSize: whole(query.get('pageSize'), 50, MOST_ROWS),
  };
}

export function whole(text: string | null, otherwise: number, most: number): number {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value >= 1 ? Math.min(most, value) : otherwise;
}

/** A state of consent that is asked for; undefined for anything else. */
export function consentStateOf(text: string | null): ConsentStand | undefined {
  return CONSENT_STATES.find((state) => state === text);
}
