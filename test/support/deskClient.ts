import type { Refusal } from '../../src/contract/desk.ts';

/** What a desk answered. */
export interface DeskReply<T> {
  readonly status: number;
  readonly body: T;
  readonly refusal: Refusal['error'] | undefined;
  readonly headers: Headers;
}

/** Somebody who is logged in at a running desk, as a program. */
export class DeskClient {
  readonly url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  static async logIn(url: string, user: string, password: string): Promise<DeskClient> {
    const reply = await ask<{ token: string }>(url, '/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password, wantsToken: true }),
    });
    if (reply.status !== 200)
      throw new Error(`log-in of ${user}: ${reply.status} ${reply.refusal?.sentence}`);
    return new DeskClient(url, reply.body.token);
  }

  /** @param path such as `/api/areas` */
  get<T = unknown>(path: string): Promise<DeskReply<T>> {
    return ask(this.url, path, { headers: { authorization: `Bearer ${this.#token}` } });
  }

  post<T = unknown>(path: string, body: unknown = {}): Promise<DeskReply<T>> {
    return ask(this.url, path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
}

async function ask<T>(url: string, path: string, init: RequestInit): Promise<DeskReply<T>> {
  const response = await fetch(new URL(path, url), init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body = isJson ? JSON.parse(text) : text;
  const refusal = response.status >= 400 && isJson ? body.error : undefined;
  return { status: response.status, body, refusal, headers: response.headers };
}
