import type { CSRF_HEADER as csrfHeader, Refusal } from '../../contract/desk.ts';

const CSRF_HEADER: typeof csrfHeader = 'x-loadgate-csrf';

export type RefusalBody = Refusal['error'];

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  /** status 0: the desk was not reached. */
  | { readonly ok: false; readonly status: number; readonly refusal: RefusalBody };

export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<Outcome<T>>;
  post<T>(path: string, body: object, signal?: AbortSignal): Promise<Outcome<T>>;
  /** Of the session; empty while nobody is logged in. */
  setCsrfToken(token: string): void;
}

/**
 * The desk's HTTP interface. A refusal is a value; it never throws.
 * @param onLoggedOut called when the desk says that the session is over
 */
export function createApi(onLoggedOut: () => void): Api {
  let csrfToken = '';

  async function ask<T>(path: string, init: RequestInit): Promise<Outcome<T>> {
    let response: Response;
    try {
      response = await fetch(`/api/${path}`, { ...init, credentials: 'same-origin' });
    } catch {
      return { ok: false, status: 0, refusal: notReached };
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { ok: true, value: body as T };
    if (response.status === 401 && path !== 'login' && path !== 'session') onLoggedOut();
    return { ok: false, status: response.status, refusal: refusalOf(body, response.status) };
  }

  return {
    get: (path, signal) => ask(path, { signal: signal ?? null }),
    post: (path, body, signal) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [CSRF_HEADER]: csrfToken },
        body: JSON.stringify(body),
        signal: signal ?? null,
      }),
    setCsrfToken: (token) => {
      csrfToken = token;
    },
  };
}

const notReached: RefusalBody = {
  code: 'notReached',
  sentence:
    'The desk was not reached. Check the connection and try again; nothing is known to have been done.',
  problems: [],
};

function refusalOf(body: unknown, status: number): RefusalBody {
  const error = (body as Partial<Refusal> | undefined)?.error;
  if (typeof error?.sentence === 'string') return { ...error, problems: error.problems ?? [] };
  return {
    code: 'unreadable',
    sentence: `The desk answered with status ${status} and no explanation. Try again, or ask who runs it.`,
    problems: [],
  };
}
