import type { Problem, Refusal } from '../../contract/desk.ts';
import type { WebAnswer } from '../../ports/web.ts';
import type { Outcome } from '../notices/outcome.ts';

const JSON_TYPE = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

export function json(value: unknown, status = 200): WebAnswer {
  return { status, headers: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

/** Status of each code of refusalSchema. */
const STATUSES: Readonly<Record<string, number>> = {
  notReadable: 400,
  notLoggedIn: 401,
  wrongPassword: 401,
  notAllowed: 403,
  wrongToken: 403,
  notFound: 404,
  wrongMethod: 405,
  wrongState: 409,
  tooLarge: 413,
  notValid: 422,
  tooManyAttempts: 429,
  defect: 500,
  signerUnavailable: 503,
  tooMany: 503,
};

export function refuse(
  code: string,
  sentence: string,
  more: { readonly problems?: readonly Problem[]; readonly retryAfterSeconds?: number } = {},
): WebAnswer {
  const { problems = [], retryAfterSeconds } = more;
  const refusal: Refusal = {
    error: {
      code,
      sentence,
      problems: [...problems],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
  const answer = json(refusal, STATUSES[code] ?? 400);
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } };
}

/** What a step came to, as the body that `show` makes of it. */
export function answerOf<T>(outcome: Outcome<T>, show: (value: T) => unknown, status = 200): WebAnswer {
  if (outcome.ok) return json(show(outcome.value), status);
  const { code, sentence, problems } = outcome;
  return refuse(code, sentence, problems === undefined ? {} : { problems });
}
