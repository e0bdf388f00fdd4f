import { CSRF_HEADER, type Desk, loginSchema } from '../../contract/desk.ts';
import { distributorName } from '../../domain/mpan.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WebAnswer, WebHandler, WebRequest, WebStreamAnswer } from '../../ports/web.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { LiveHub } from '../live/hub.ts';
import type { Present, Sessions } from '../people/sessions.ts';
import type { DeskStore } from '../store.ts';
import { json, refuse } from './answers.ts';
import { chooseRoute, type Route, readBody, whole } from './route.ts';

const COOKIE = 'loadgate-desk';

/** No script, style or frame but our own; nothing of it is kept or shown elsewhere. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

export interface DeskApiParts {
  readonly sessions: Sessions;
  readonly store: DeskStore;
  readonly trail: AuditTrail;
  readonly hub: LiveHub;
  readonly clock: Clock;
  readonly log: Log;
  /** Paths for people who are logged in. */
  readonly routes: readonly Route[];
  /** The desk itself, as `GET /api/desk` shows it. */
  readonly describe: () => Omit<Desk, 'distributors'> & {
    readonly distributors: readonly { id: string; keyId: string }[];
  };
  /** A file of the pages. */
  readonly page: (path: string, ifNoneMatch: string | undefined) => WebAnswer | undefined;
  /** Cookies are sent over TLS alone. */
  readonly isSecure: boolean;
}

/** Everything that is asked over HTTP, with who may ask it. */
export function createDeskApi(parts: DeskApiParts): WebHandler {
  const routes = [...parts.routes, ...ownRoutes(parts)];
  return async (request) => {
    const answer = await answerTo(parts, routes, request);
    return { ...answer, headers: { ...SECURITY_HEADERS, ...answer.headers } };
  };
}

async function answerTo(
  parts: DeskApiParts,
  routes: readonly Route[],
  request: WebRequest,
): Promise<WebAnswer | WebStreamAnswer> {
  const { method, path, headers } = request;
  if (path !== '/api' && !path.startsWith('/api/')) return pageFor(parts, request);
  if (method === 'GET' && path === '/api/health') return json({ isRunning: true });
  const isChange = method !== 'GET' && method !== 'HEAD';
  // A form of another site can send anything but this type.
  if (isChange && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return refuse('notReadable', 'Expected the content type application/json.');
  }
  if (method === 'POST' && path === '/api/login') return logIn(parts, request);
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const token = bearer ?? cookieOf(headers.cookie);
  const present = token === undefined ? undefined : parts.sessions.find(token);
  if (token === undefined || present === undefined) return refuse('notLoggedIn', 'Log in first.');
  if (isChange && bearer === undefined && headers[CSRF_HEADER] !== present.session.csrfToken) {
    return refuse('wrongToken', 'The page is out of date; load it again.');
  }
  if (method === 'POST' && path === '/api/logout') return logOut(parts, request, token, present);
  if (method === 'GET' && path === '/api/session') return json(present.session);
  const chosen = chooseRoute(routes, method === 'HEAD' ? 'GET' : method, path);
  if ('status' in chosen) return chosen;
  try {
    const actor = { person: present.person, from: request.from };
    return await chosen.route.run({ request, actor, values: chosen.values });
  } catch (error) {
    parts.log.error(
      { path, error: error instanceof Error ? error.stack : String(error) },
      'A request failed',
    );
    return refuse('defect', 'The desk could not do this; nothing was changed. See its log.');
  }
}

function pageFor({ page }: DeskApiParts, { method, path, headers }: WebRequest): WebAnswer {
  if (method !== 'GET' && method !== 'HEAD') return refuse('wrongMethod', `${path} does not take ${method}.`);
  const tag = headers['if-none-match'];
  // The pages have paths of their own, such as /notices/x; a file that is missing is missing.
  const found = page(path, tag) ?? (/\.[a-z]+$/.test(path) ? undefined : page('/', tag));
  return (
    found ?? { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Not found\n' }
  );
}

async function logIn(
  { sessions, trail, store, isSecure }: DeskApiParts,
  request: WebRequest,
): Promise<WebAnswer> {
  const read = readBody(request, loginSchema);
  if (!read.ok) return read.answer;
  const { user, password, wantsToken } = read.body;
  const name = user.trim().toLowerCase();
  const outcome = await sessions.logIn(name, password, request.from);
  if (!outcome.ok && outcome.cause === 'wait') {
    const retryAfterSeconds = Math.ceil(outcome.waitMs / 1_000);
    const sentence = `Too many attempts; wait ${retryAfterSeconds} seconds.`;
    return refuse('tooManyAttempts', sentence, { retryAfterSeconds });
  }
  store.transaction(() => {
    const who = outcome.ok ? { user: name } : {};
    const subject = outcome.ok ? '' : name.slice(0, 32);
    const sentence = outcome.ok ? 'Logged in.' : 'An attempt to log in failed.';
    trail.write({
      ...who,
      action: outcome.ok ? 'session.begun' : 'session.refused',
      subject,
      from: request.from,
      sentence,
    });
  });
  if (!outcome.ok) return refuse('wrongPassword', 'Name and password do not fit.');
  if (wantsToken === true) return json({ ...outcome.session, token: outcome.token });
  const answer = json(outcome.session);
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie(outcome.token, isSecure) } };
}

function logOut(
  { sessions, trail, store, isSecure }: DeskApiParts,
  request: WebRequest,
  token: string,
  { person }: Present,
): WebAnswer {
  sessions.end(token);
  store.transaction(() =>
    trail.write({
      user: person.name,
      action: 'session.ended',
      subject: '',
      from: request.from,
      sentence: 'Logged out.',
    }),
  );
  const answer = json({});
  return { ...answer, headers: { ...answer.headers, 'set-cookie': `${cookie('', isSecure)}; Max-Age=0` } };
}

function cookie(token: string, isSecure: boolean): string {
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

function cookieOf(header: string | undefined): string | undefined {
  const found = header?.split(';').find((part) => part.trim().startsWith(`${COOKIE}=`));
  return found?.trim().slice(COOKIE.length + 1);
}

function ownRoutes({ trail, hub, describe }: DeskApiParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/desk',
      run: () => {
        const { distributors, ...rest } = describe();
        return json({
          ...rest,
          distributors: distributors.map((each) => ({ ...each, name: distributorName(each.id) })),
        });
      },
    },
    {
      method: 'GET',
      path: '/api/audit',
      run: ({ request: { query } }) => {
        const before = query.get('before');
        return json(
          trail.page(
            whole(query.get('limit'), 100, 500),
            before === null ? undefined : whole(before, 1, Number.MAX_SAFE_INTEGER),
          ),
        );
      },
    },
    {
      method: 'GET',
      path: '/api/live',
      run: ({ request: { query } }) => ({
        status: 200,
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        },
        open: (stream) => {
          const stop = hub.listen(stream, query.get('notice') ?? undefined);
          if (stop === undefined) stream.end();
          return stop ?? (() => {});
        },
      }),
    },
  ];
}
