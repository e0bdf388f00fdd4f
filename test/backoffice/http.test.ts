import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DeskServer, serveDesk } from '../../src/adapters/http/serveDesk.ts';
import {
  areasSchema,
  auditPageSchema,
  boardPageSchema,
  boardSchema,
  campaignSchema,
  checkedDraftSchema,
  completenessPageSchema,
  consentLedgerSchema,
  consentPageSchema,
  deskSchema,
  forecastSchema,
  gatewayPageSchema,
  gatewayRowSchema,
  homeConsentSchema,
  importResultSchema,
  type LiveEvent,
  liveEventSchema,
  type Notice,
  noticePageSchema,
  noticeSchema,
  reportListSchema,
  sessionSchema,
  setAsideSchema,
  streamReportsSchema,
} from '../../src/contract/desk.ts';
import { DeskClient } from '../support/deskClient.ts';
import { exampleDraft, PASSWORD, StandingDesk } from './standing.ts';

async function serve(stand: StandingDesk): Promise<DeskServer> {
  const served = await serveDesk({ host: '127.0.0.1', port: 0, handle: (asked) => stand.desk.handle(asked) });
  if (!served.ok) throw new Error(served.detail);
  onTestFinished(() => served.server.close());
  return served.server;
}

async function sendNotice(anna: DeskClient, bob: DeskClient, stand: StandingDesk): Promise<Notice> {
  const { noticeId, forecast } = (await anna.post<Notice>('/api/notices', exampleDraft())).body;
  await bob.post(`/api/notices/${noticeId}/authorise`, { forecastAt: forecast.at });
  await anna.post(`/api/notices/${noticeId}/send`);
  await stand.clock.advance(0);
  return (await anna.get<Notice>(`/api/notices/${noticeId}`)).body;
}

describe('over real HTTP', () => {
  it('every answer is as the contract says', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    await stand.register(2);
    await stand.telemetry('home-0001', 30, 20);
    const anna = await DeskClient.logIn(url, 'anna', PASSWORD);
    const bob = await DeskClient.logIn(url, 'bob', PASSWORD);
    const { noticeId } = await sendNotice(anna, bob, stand);
    const notice = `/api/notices/${noticeId}`;
    const { area, measure } = exampleDraft();
    const gateways = [{ gatewayId: 'home-0003', distributor: '12', feeder: 'feeder-12' }];
    const rolf = await DeskClient.logIn(url, 'rolf', PASSWORD);
    const answers = [
      [sessionSchema, anna.get('/api/session')],
      [deskSchema, anna.get('/api/desk')],
      [areasSchema, anna.get('/api/areas')],
      [areasSchema.shape.areas.element, anna.get('/api/areas/feeder-12')],
      [gatewayPageSchema, anna.get('/api/gateways?area=feeder-12&search=home&page=1&pageSize=1')],
      [gatewayRowSchema, anna.get('/api/gateways/home-0001')],
      [completenessPageSchema, anna.get('/api/completeness?state=whole&search=home')],
      [streamReportsSchema, anna.get('/api/gateways/home-0001/streams')],
      [streamReportsSchema, anna.post('/api/gateways/home-0001/streams/ask')],
      [homeConsentSchema, anna.get('/api/gateways/home-0001/consents')],
      [consentLedgerSchema, anna.get('/api/gateways/home-0001/consents/ledger')],
      [consentPageSchema, anna.get('/api/consents?purpose=demandControl')],
      [campaignSchema, anna.get('/api/consents/campaign?purpose=demandControl&text=x')],
      [importResultSchema, rolf.post('/api/gateways/import', { gateways })],
      [setAsideSchema, anna.get('/api/set-aside')],
      [auditPageSchema, anna.get('/api/audit')],
      [forecastSchema, anna.post('/api/forecast', { area, measure })],
      [checkedDraftSchema, anna.post('/api/notices/check', { area, measure })],
      [noticePageSchema, anna.get('/api/notices?state=live')],
      [noticeSchema, anna.get(notice)],
      [boardSchema, anna.get(`${notice}/board`)],
      [boardPageSchema, anna.get(`${notice}/gateways?stage=asked`)],
      [reportListSchema, anna.get(`${notice}/reports`)],
    ] as const;
    for (const [schema, asked] of answers) {
      const { status, body } = await asked;
      expect([status, schema.strict().safeParse(body).error?.message]).toEqual([200, undefined]);
    }
  });

  it.each([
    ['GET', '/api/nothing', 404],
    ['POST', '/api/areas', 405],
    ['GET', '/api/notices/none', 404],
    ['GET', '/api/notices/none/board', 404],
    ['GET', '/api/areas/none', 404],
    ['GET', '/api/gateways/none', 404],
    ['POST', '/api/notices', 422],
    ['POST', '/api/notices/none/send', 404],
    ['POST', '/api/gateways/import', 403],
    ['GET', '/api/gateways/none/streams', 404],
    ['POST', '/api/gateways/none/streams/ask', 404],
    ['GET', '/api/gateways/none/consents', 404],
    ['POST', '/api/gateways/none/consents', 422],
    ['GET', '/api/consents', 422],
    ['POST', '/api/consents/texts', 422],
    ['POST', '/api/trust', 422],
  ] as const)('%s %s answers %i with a sentence', async (method, path, status) => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    const anna = await DeskClient.logIn(url, 'anna', PASSWORD);
    const reply = method === 'GET' ? await anna.get(path) : await anna.post(path, {});
    expect([reply.status, reply.refusal?.sentence]).toEqual([status, expect.stringMatching(/^[A-Z/].*\.$/)]);
  });

  it('every answer forbids scripts and frames of others, and pages have paths of their own', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    for (const [path, status] of [
      ['/', 200],
      ['/notices/x', 200],
      ['/none.js', 404],
      ['/api/areas', 401],
      ['/report.css', 200],
    ] as const) {
      const reply = await fetch(new URL(path, url));
      expect([path, reply.status]).toEqual([path, status]);
      expect(reply.headers.get('content-security-policy')).toMatch(
        /default-src 'self'.*frame-ancestors 'none'/,
      );
      expect(reply.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('a body that is too large, and a request that is cut short, reach nobody', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    const large = await fetch(new URL('/api/login', url), {
      method: 'POST',
      body: 'x'.repeat(9 * 1_048_576),
    }).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(large);
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        'POST /api/login HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
      );
      socket.destroy();
    });
    await once(socket, 'close');
    expect((await fetch(new URL('/api/health', url))).status).toBe(200);
  });

  it('an address in use is said to be', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    const port = Number(new URL(url).port);
    const second = await serveDesk({ host: '127.0.0.1', port, handle: (asked) => stand.desk.handle(asked) });
    expect(second).toMatchObject({
      ok: false,
      cause: 'inUse',
      detail: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});

/** Listens to what is live, as a browser does. */
async function listen(
  url: string,
  token: string,
  path: string,
): Promise<{ events: LiveEvent[]; asked: ClientRequest }> {
  const events: LiveEvent[] = [];
  const asked = get(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect(response.headers['content-type']).toBe('text/event-stream');
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    text += part;
    const whole = text.split('\n\n');
    text = whole.pop() ?? '';
    for (const each of whole) events.push(liveEventSchema.parse(JSON.parse(each.replace(/^data: /, ''))));
  });
  response.on('error', () => {});
  onTestFinished(() => {
    asked.destroy();
  });
  return { events, asked };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isTrue(); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isTrue()).toBe(true);
}

describe('what is live', () => {
  it('comes in small steps: hundreds of answers within a second are two events', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    const ids = await stand.register(300);
    const anna = await DeskClient.logIn(url, 'anna', PASSWORD);
    const bob = await DeskClient.logIn(url, 'bob', PASSWORD);
    const { noticeId, sent } = await sendNotice(anna, bob, stand);
    await stand.clock.advance(1_000);
    const login = await fetch(new URL('/api/login', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'vera', password: PASSWORD, wantsToken: true }),
    });
    const { token } = sessionSchema.parse(await login.json());
    const { events } = await listen(url, token ?? '', `/api/live?notice=${noticeId}`);
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ event: 'desk', isBrokerConnected: true });
    for (const gatewayId of ids)
      await stand.receipt(gatewayId, { noticeId, sha256: sent?.sha256 ?? '', status: 'received' });
    expect(events).toHaveLength(1);
    await stand.clock.advance(1_000);
    await until(() => events.some(({ event }) => event === 'rows'));
    const board = events.find((event) => event.event === 'board');
    expect(board).toMatchObject({ board: { counts: { asked: 300, accepted: 300 } } });
    expect(events.filter(({ event }) => event === 'rows')).toMatchObject([
      { more: 100, rows: { length: 200 } },
    ]);
    await stand.as('anna', 'POST', `/api/notices/${noticeId}/cancel`, { reason: 'enough now' });
    await stand.clock.advance(1_000);
    await until(() =>
      events.some((event) => event.event === 'notices' && event.noticeIds.includes(noticeId)),
    );
    stand.bus.turn(false);
    await until(() => events.some((event) => event.event === 'desk' && !event.isBrokerConnected));
  });

  it('ends with the connection, and lets go of whoever reads too slowly', async () => {
    const stand = new StandingDesk();
    const { url } = await serve(stand);
    const anna = await DeskClient.logIn(url, 'anna', PASSWORD);
    const answer = await stand.desk.handle({
      method: 'GET',
      path: '/api/live',
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${await tokenOf(stand)}` },
      body: '',
      from: '',
    });
    let isEnded = false;
    let written = 0;
    if ('open' in answer) {
      answer.open({
        write: () => ++written < 3,
        end: () => {
          isEnded = true;
        },
      });
    }
    await stand.clock.advance(20_000);
    expect(isEnded).toBe(true);
    expect((await anna.get('/api/health')).status).toBe(200);
    const asked = request(new URL('/api/live', url), { headers: { authorization: 'Bearer wrong' } });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(401);
    response.resume();
  });
});

async function tokenOf(stand: StandingDesk): Promise<string> {
  const reply = await stand.ask<{ token: string }>('POST', '/api/login', {
    user: 'vera',
    password: PASSWORD,
    wantsToken: true,
  });
  return reply.body.token;
}
