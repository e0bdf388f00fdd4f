import { describe, expect, it } from 'vitest';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { sha256 } from '../../src/adapters/system/passwords.ts';
import type { Board, BoardPage, Notice } from '../../src/contract/desk.ts';
import { restrictionCommandSchema } from '../../src/contract/restriction.ts';
import { makeSigner } from '../support/keys.ts';
import { exampleDraft, StandingDesk } from './standing.ts';

const AREA_TOPIC = 'loadgate/v1/areas/feeder-12/restriction';

async function drafted(stand: StandingDesk, change = {}): Promise<Notice> {
  const reply = await stand.as<Notice>('anna', 'POST', '/api/notices', exampleDraft(change));
  expect(reply.body).toMatchObject({ state: 'drafted' });
  return reply.body;
}

async function sent(stand: StandingDesk, change = {}): Promise<Notice> {
  const { noticeId, forecast } = await drafted(stand, change);
  const path = `/api/notices/${noticeId}`;
  const authorised = await stand.as<Notice>('bob', 'POST', `${path}/authorise`, { forecastAt: forecast.at });
  expect(authorised.body).toMatchObject({ state: 'authorised' });
  await stand.as<Notice>('anna', 'POST', `${path}/send`);
  await stand.clock.advance(0);
  return (await stand.as<Notice>('anna', 'GET', path)).body;
}

const payloadOf = (jws: string) =>
  restrictionCommandSchema.parse(JSON.parse(createSignatureReader().takeApart(jws)?.payload ?? ''));

describe('the life of a notice', () => {
  it('drafted, authorised by a second person, signed, published once, live, over', async () => {
    const stand = new StandingDesk();
    await stand.register(3);
    const notice = await sent(stand);
    expect(notice).toMatchObject({ state: 'live', drafted: { by: 'anna' }, authorised: { by: 'bob' } });
    expect(stand.bus.published).toHaveLength(1);
    const [{ topic, payload } = { topic: '', payload: '' }] = stand.bus.published;
    expect(topic).toBe(AREA_TOPIC);
    expect(await createSignatureReader().isSignedBy(payload, stand.signer.publicKey)).toBe(true);
    expect(notice.sent?.sha256).toBe(sha256(payload));
    expect(payloadOf(payload)).toMatchObject({ noticeId: notice.noticeId, sequence: 1, rehearsal: false });

    const { noticeId } = notice;
    const about = { noticeId, sha256: notice.sent?.sha256 ?? '' };
    for (const gatewayId of ['home-0001', 'home-0002'])
      await stand.receipt(gatewayId, { ...about, status: 'received' });
    await stand.receipt('home-0003', {
      ...about,
      status: 'refused',
      code: 'noConsent',
      cause: 'never agreed',
    });
    await stand.receipt('home-0001', { ...about, status: 'started' });
    const board = (await stand.as<Board>('vera', 'GET', `/api/notices/${noticeId}/board`)).body;
    expect(board.counts).toMatchObject({ asked: 3, reached: 3, accepted: 2, obeyed: 1, active: 1 });
    expect(board.counts.refused).toEqual([
      { code: 'noConsent', meaning: 'this household has not agreed to restrictions', count: 1 },
    ]);

    await stand.clock.advance(1_800_000);
    for (const gatewayId of ['home-0001', 'home-0002']) {
      await stand.receipt(gatewayId, { ...about, status: 'completed' });
    }
    expect((await stand.as<Notice>('vera', 'GET', `/api/notices/${noticeId}`)).body.state).toBe('over');
  });

  it('a list of gateways gets it each on its own topic', async () => {
    const stand = new StandingDesk();
    await stand.register(3);
    await sent(stand, { area: { kind: 'gateways', gatewayIds: ['home-0001', 'home-0003'] } });
    expect(stand.bus.published.map(({ topic }) => topic)).toEqual([
      'loadgate/v1/home-0001/control/restriction',
      'loadgate/v1/home-0003/control/restriction',
    ]);
  });

  it('sequences rise by one for each area, for notices and cancels alike', async () => {
    const stand = new StandingDesk();
    await stand.register(4, (index) => ({ feeder: index < 2 ? 'feeder-12' : 'feeder-13' }));
    const first = await sent(stand);
    await stand.as('anna', 'POST', `/api/notices/${first.noticeId}/cancel`, {
      reason: 'The load has fallen',
    });
    await stand.as('bob', 'POST', `/api/notices/${first.noticeId}/cancel/authorise`);
    await sent(stand, { area: { kind: 'feeder', areaId: 'feeder-13' } });
    await sent(stand, { measure: { kind: 'loadSwitchOpen' } });
    await stand.clock.advance(0);
    expect(
      stand.bus.published.map(({ topic, payload }) => [topic.split('/')[3], payloadOf(payload).sequence]),
    ).toEqual([
      ['feeder-12', 1],
      ['feeder-12', 2],
      ['feeder-13', 1],
      ['feeder-12', 3],
    ]);
  });

  it('a cancel carries the hash of the notice as it was sent, and needs a second person too', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const { noticeId, sent: was } = await sent(stand);
    const path = `/api/notices/${noticeId}/cancel`;
    expect((await stand.as('bob', 'POST', `${path}/authorise`)).status).toBe(409);
    await stand.as('anna', 'POST', path, { reason: 'The load has fallen' });
    const own = await stand.as<{ error: { code: string } }>('anna', 'POST', `${path}/authorise`);
    expect([own.status, own.body.error.code]).toEqual([403, 'notAllowed']);
    const reply = await stand.as<Notice>('bob', 'POST', `${path}/authorise`);
    await stand.clock.advance(0);
    expect(reply.status).toBe(200);
    const cancel = payloadOf(stand.bus.published.at(-1)?.payload ?? '');
    expect(cancel).toMatchObject({
      schema: 'loadgate.restriction-cancel/1',
      cancels: { noticeId, sha256: was?.sha256 },
    });
    expect(was?.sha256).toBe(sha256(stand.bus.published[0]?.payload ?? ''));
  });

  it('a notice that takes the place of another carries its hash, and the other knows', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const former = await sent(stand);
    const latter = await sent(stand, { supersedes: former.noticeId, durationSeconds: 3_600 });
    expect(payloadOf(stand.bus.published[1]?.payload ?? '')).toMatchObject({
      supersedes: { noticeId: former.noticeId, sha256: former.sent?.sha256 },
    });
    const { body } = await stand.as<Notice>('anna', 'GET', `/api/notices/${former.noticeId}`);
    expect(body).toMatchObject({ supersededBy: latter.noticeId, state: 'over' });
  });

  it('who authorises has to have read the forecast that stands', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const { noticeId, forecast } = await drafted(stand);
    await stand.clock.advance(60_000);
    const renewed = await stand.as<Notice>('bob', 'POST', `/api/notices/${noticeId}/forecast`);
    const authorise = (forecastAt: string) =>
      stand.as<Notice>('bob', 'POST', `/api/notices/${noticeId}/authorise`, { forecastAt });
    expect((await authorise(forecast.at)).status).toBe(409);
    await stand.clock.advance(1_900_000);
    expect((await authorise(renewed.body.forecast.at)).status).toBe(409);
    const fresh = await stand.as<Notice>('bob', 'POST', `/api/notices/${noticeId}/forecast`);
    expect((await authorise(fresh.body.forecast.at)).status).toBe(200);
  });
});

describe('between signing and publishing', () => {
  it('a crash loses nothing: the same bytes go out after the restart, once', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    stand.bus.turn(false);
    const notice = await sent(stand);
    expect(notice).toMatchObject({ state: 'sending', sent: { sequence: 1 } });
    expect(stand.bus.published).toEqual([]);
    stand.restart();
    stand.bus.turn(true);
    await stand.clock.advance(0);
    expect(stand.bus.published.map(({ payload }) => sha256(payload))).toEqual([notice.sent?.sha256]);
    stand.bus.turn(false);
    stand.bus.turn(true);
    await stand.clock.advance(10_000);
    expect(stand.bus.published).toHaveLength(1);
  });

  it('a broker that does not take it is asked again every five seconds', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    let refusals = 0;
    stand.bus.answer = () =>
      ++refusals <= 3 ? { ok: false, cause: 'refused', detail: 'not authorised' } : { ok: true };
    await sent(stand);
    await stand.clock.advance(14_000);
    expect(stand.bus.published).toHaveLength(0);
    await stand.clock.advance(1_000);
    expect(stand.bus.published).toHaveLength(1);
  });

  it('a key that cannot be used sends nothing and takes no sequence', async () => {
    let isBroken = true;
    const stand = new StandingDesk();
    await stand.register(1);
    const { sign } = stand.signer;
    Object.assign(stand.signer, {
      sign: (payload: object) => {
        if (isBroken) throw new Error('the module does not answer');
        return sign(payload);
      },
    });
    const { noticeId, forecast } = await drafted(stand);
    await stand.as('bob', 'POST', `/api/notices/${noticeId}/authorise`, { forecastAt: forecast.at });
    const failed = await stand.as<{ error: { code: string } }>(
      'anna',
      'POST',
      `/api/notices/${noticeId}/send`,
    );
    expect([failed.status, failed.body.error.code]).toEqual([503, 'signerUnavailable']);
    isBroken = false;
    await stand.as('anna', 'POST', `/api/notices/${noticeId}/send`);
    await stand.clock.advance(0);
    expect(stand.bus.published.map(({ payload }) => payloadOf(payload).sequence)).toEqual([1]);
  });

  it('what is discarded while its signature is made is not sent', async () => {
    const signing = Promise.withResolvers<void>();
    const key = makeSigner('module-1');
    const signer = {
      keyId: key.keyId,
      publicKey: key.publicKey,
      sign: async (payload: object) => {
        await signing.promise;
        return key.sign(payload);
      },
    };
    const stand = new StandingDesk({ signers: new Map([['12', signer]]) });
    await stand.register(1);
    const { noticeId, forecast } = await drafted(stand);
    await stand.as('bob', 'POST', `/api/notices/${noticeId}/authorise`, { forecastAt: forecast.at });
    const sending = stand.as<Notice>('anna', 'POST', `/api/notices/${noticeId}/send`);
    // The signature is being made from here on.
    await stand.clock.advance(0);
    await stand.as<Notice>('bob', 'POST', `/api/notices/${noticeId}/discard`, { reason: 'No need any more' });
    signing.resolve();
    expect((await sending).status).toBe(409);
    await stand.clock.advance(10_000);
    expect(stand.bus.published).toEqual([]);
    expect((await stand.as<Notice>('anna', 'GET', `/api/notices/${noticeId}`)).body.state).toBe('discarded');
    expect(stand.store.lastSequence('12', 'feeder-12')).toBe(0);
  });
});

describe('a gateway that was away', () => {
  it('gets the same bytes on its own topic when it turns up, at most once a minute, until it has answered', async () => {
    const stand = new StandingDesk();
    await stand.register(2);
    const { noticeId, sent: was } = await sent(stand);
    const again = () => stand.bus.published.slice(1).map(({ topic, payload }) => [topic, sha256(payload)]);
    await stand.telemetry('home-0001', 10, 0);
    expect(again(), 'its answer may be under way').toEqual([]);
    await stand.clock.advance(11_000);
    await stand.telemetry('home-0001', 10, 0);
    await stand.telemetry('home-0001', 10, 0);
    const copy = ['loadgate/v1/home-0001/control/restriction', was?.sha256];
    expect(again()).toEqual([copy]);
    await stand.clock.advance(60_000);
    await stand.telemetry('home-0001', 10, 0);
    expect(again()).toEqual([copy, copy]);
    await stand.receipt('home-0001', { noticeId, sha256: was?.sha256 ?? '', status: 'received' });
    await stand.clock.advance(60_000);
    await stand.telemetry('home-0001', 10, 0);
    expect(again()).toEqual([copy, copy]);
  });

  it('gets nothing after the planned end', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    await sent(stand);
    await stand.clock.advance(1_801_000);
    await stand.telemetry('home-0001', 10, 0);
    expect(stand.bus.published).toHaveLength(1);
  });

  it('that holds a notice gets its cancel again, and one that never had the notice gets neither', async () => {
    const stand = new StandingDesk();
    await stand.register(2);
    const { noticeId, sent: was } = await sent(stand);
    await stand.receipt('home-0001', { noticeId, sha256: was?.sha256 ?? '', status: 'started' });
    await stand.as('anna', 'POST', `/api/notices/${noticeId}/cancel`, { reason: 'The load has fallen' });
    await stand.as('bob', 'POST', `/api/notices/${noticeId}/cancel/authorise`);
    await stand.clock.advance(11_000);
    await stand.telemetry('home-0001', 10, 0);
    await stand.telemetry('home-0002', 10, 0);
    const cancel = stand.bus.published[1];
    expect(stand.bus.published.slice(2)).toEqual([
      { topic: 'loadgate/v1/home-0001/control/restriction', payload: cancel?.payload, retain: false },
    ]);
  });
});

it('an expiry leaves room for a clock that is five minutes ahead', async () => {
  const stand = new StandingDesk();
  await stand.register(1);
  const { endsAt } = await sent(stand, { durationSeconds: 60 });
  const message = payloadOf(stand.bus.published[0]?.payload ?? '');
  const expiresAt = message.schema === 'loadgate.restriction-notice/1' ? message.expiresAt : '';
  expect(Date.parse(expiresAt) - Date.parse(endsAt ?? '')).toBe(300_000);
});

it('a gateway is heard while the broker does not answer: taking never waits for publishing', async () => {
  const stand = new StandingDesk();
  await stand.register(1);
  const { noticeId, sent: was } = await sent(stand);
  await stand.clock.advance(11_000);
  stand.bus.publish = () => new Promise(() => {});
  await stand.telemetry('home-0001', 10, 0);
  await stand.receipt('home-0001', { noticeId, sha256: was?.sha256 ?? '', status: 'received' });
  const board = await stand.as<Board>('vera', 'GET', `/api/notices/${noticeId}/board`);
  expect(board.body.counts.accepted).toBe(1);
});

it('consent that changes at a gateway is known at once', async () => {
  const stand = new StandingDesk();
  await stand.register(1);
  const body = {
    class: 'operation',
    kind: 'consentChanged',
    purpose: 'dnoRestriction',
    action: 'withdrawn',
    textVersion: 'restriction-1',
  };
  await stand.deliver(stand.envelope('home-0001', 'events', 'loadgate.event/1', body));
  const row = await stand.as('vera', 'GET', '/api/gateways/home-0001');
  expect(row.body).toMatchObject({ consent: 'withdrawn', consentText: 'restriction-1' });
});

describe('receipts', () => {
  it('count once, however often they come, also after a restart', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const { noticeId, sent: was } = await sent(stand);
    const jws = stand.gateways.get('home-0001')?.sign({
      schema: 'loadgate.receipt/1',
      gatewayId: 'home-0001',
      status: 'received',
      noticeId,
      sha256: was?.sha256,
      at: '2026-01-05T17:00:01.000Z',
      runningMs: 1,
      clockLevel: 'synced',
      rehearsal: false,
      adjustments: [],
    });
    const message = stand.envelope('home-0001', 'receipts', 'loadgate.signed/1', { jws });
    await stand.deliver(message);
    await stand.deliver(message);
    stand.restart();
    await stand.deliver(message);
    const page = await stand.as<BoardPage>('vera', 'GET', `/api/notices/${noticeId}/gateways`);
    expect(page.body.rows).toMatchObject([{ gatewayId: 'home-0001', stage: 'received' }]);
    expect(stand.store.receiptsOf(noticeId, 'home-0001')).toHaveLength(1);
  });

  it.each([
    ['by another key', { signer: true }, 'signed with the key'],
    ['with a signature that does not fit', { forged: true }, 'does not fit'],
    ['of another gateway', { gatewayId: 'home-0002' }, 'of another gateway'],
    ['about a notice of somebody else', { noticeId: 'not-ours' }, 'has not sent'],
    ['about other bytes', { sha256: 'f'.repeat(64) }, 'has not sent'],
  ])('%s are kept apart and shown', async (_what, wrong, cause) => {
    const stand = new StandingDesk();
    await stand.register(2);
    const { noticeId, sent: was } = await sent(stand);
    const {
      signer,
      forged,
      gatewayId: claimed = 'home-0001',
      ...change
    } = wrong as {
      signer?: boolean;
      forged?: boolean;
      gatewayId?: string;
      noticeId?: string;
      sha256?: string;
    };
    const content = { noticeId, sha256: was?.sha256 ?? '', status: 'received' as const, ...change };
    if (claimed !== 'home-0001') {
      await stand.receipt('home-0001', { ...content, gatewayId: claimed }, stand.gateways.get('home-0001'));
    } else {
      await stand.receipt(
        'home-0001',
        content,
        forged === true
          ? makeSigner(stand.gateways.get('home-0001')?.keyId)
          : stand.gateways.get(signer === true ? 'home-0002' : 'home-0001'),
      );
    }
    const { body } = await stand.as<{ messages: { cause: string; gatewayId: string }[] }>(
      'vera',
      'GET',
      '/api/set-aside',
    );
    expect(body.messages).toMatchObject([{ cause: expect.stringContaining(cause), gatewayId: 'home-0001' }]);
    const board = await stand.as<Board>('vera', 'GET', `/api/notices/${noticeId}/board`);
    expect(board.body.counts.reached).toBe(0);
  });

  it('of a gateway whose key is not known wait until it shows one, which is then pinned', async () => {
    const stand = new StandingDesk();
    await stand.register(1, () => ({ publicKey: undefined }));
    const { noticeId, sent: was } = await sent(stand);
    await stand.receipt('home-0001', { noticeId, sha256: was?.sha256 ?? '', status: 'received' });
    const reached = async () =>
      (await stand.as<Board>('vera', 'GET', `/api/notices/${noticeId}/board`)).body.counts.reached;
    expect(await reached()).toBe(0);
    await stand.deliver(stand.envelope('home-0001', 'status', 'loadgate.status-report/1', statusBody(stand)));
    expect(await reached()).toBe(1);
    const row = await stand.as('vera', 'GET', '/api/gateways/home-0001');
    expect(row.body).toMatchObject({ key: 'pinned', consent: 'withdrawn', version: '9.9.9' });
  });

  it('that are missing between others are counted', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const checkpoint = (record: number) => ({
      schema: 'loadgate.checkpoint/1',
      gatewayId: 'home-0001',
      journalId: '0123abcd',
      record,
      hash: 'a'.repeat(64),
      at: new Date(stand.clock.now().utcMs).toISOString(),
    });
    const signer = stand.gateways.get('home-0001');
    for (const [sequence, record] of [
      [1, 10],
      [4, 40],
      [2, 20],
    ] as const) {
      const body = { jws: signer?.sign(checkpoint(record)) };
      await stand.deliver(stand.envelope('home-0001', 'receipts', 'loadgate.signed/1', body, sequence));
    }
    expect((await stand.as('vera', 'GET', '/api/desk')).body).toMatchObject({ missingReceipts: 1 });
    const row = await stand.as('vera', 'GET', '/api/gateways/home-0001');
    expect(row.body).toMatchObject({ checkpoint: { record: 40 } });
  });
});

describe('the word of a gateway about its own record', () => {
  it('is kept and not set aside: an erasure, and its last message', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    const common = {
      gatewayId: 'home-0001',
      journalId: '0123abcd',
      at: new Date(stand.clock.now().utcMs).toISOString(),
    };
    const erasure = {
      schema: 'loadgate.erasure/1',
      ...common,
      why: 'household',
      throughRecord: 7,
      purged: { telemetry: 3, status: 0 },
    };
    const last = { schema: 'loadgate.decommission/1', ...common, record: 9, hash: 'a'.repeat(64) };
    for (const [index, payload] of [erasure, last, { ...last, hash: 'none' }].entries()) {
      const body = { jws: stand.gateways.get('home-0001')?.sign(payload) };
      await stand.deliver(stand.envelope('home-0001', 'receipts', 'loadgate.signed/1', body, index + 1));
    }
    const aside = await stand.as<{ messages: { cause: string }[] }>('vera', 'GET', '/api/set-aside');
    expect(aside.body.messages.map(({ cause }) => cause)).toEqual([expect.stringContaining('hash')]);
  });
});

describe('relief', () => {
  it('is forecast from consenting homes with fresh figures alone, and measured against it', async () => {
    const stand = new StandingDesk();
    await stand.register(4, (index) => ({ consent: index === 3 ? 'refused' : 'given' }));
    // 30 A and 20 A of charging; one is silent, one has not agreed.
    await stand.telemetry('home-0001', 35, 30);
    await stand.telemetry('home-0002', 25, 20);
    await stand.telemetry('home-0004', 40, 32);
    const notice = await sent(stand);
    expect(notice.forecast).toMatchObject({
      homes: 4,
      consenting: 3,
      counted: 2,
      unknown: 1,
      reliefW: (24 + 14) * 230,
      presentW: 60 * 230,
    });
    const rows = await stand.as<BoardPage>('vera', 'GET', `/api/notices/${notice.noticeId}/gateways`);
    expect(rows.body.rows.map(({ forecastW }) => forecastW)).toEqual([
      24 * 230,
      14 * 230,
      undefined,
      undefined,
    ]);
    const about = { noticeId: notice.noticeId, sha256: notice.sent?.sha256 ?? '' };
    await stand.receipt('home-0001', { ...about, status: 'started' });
    await stand.clock.advance(120_000);
    await stand.telemetry('home-0001', 11, 6);
    const board = async () =>
      (await stand.as<Board>('vera', 'GET', `/api/notices/${notice.noticeId}/board`)).body;
    expect((await board()).relief).toMatchObject({
      forecastW: 38 * 230,
      measuredW: 24 * 230,
      measured: 1,
      unmeasured: 0,
      source: 'telemetry',
      energyWh: Math.round((24 * 230) / 60),
    });
    await stand.clock.advance(1_680_000);
    const effect = {
      before: { meanW: 8_000, coveredMs: 60_000 },
      during: { meanW: 2_000, coveredMs: 1_700_000 },
      excursions: 0,
    };
    await stand.receipt('home-0001', {
      ...about,
      status: 'completed',
      effect,
      endsAtUtcMs: stand.clock.now().utcMs,
    });
    expect((await board()).relief).toMatchObject({ measuredW: 6_000, source: 'receipts', energyWh: 3_000 });
  });
});

function statusBody(stand: StandingDesk): object {
  const publicKey = stand.gateways.get('home-0001')?.publicKey ?? '';
  return {
    schema: 'loadgate.status/1',
    siteId: 'site-1',
    version: '9.9.9',
    at: new Date(stand.clock.now().utcMs).toISOString(),
    runningMs: 1,
    clockLevel: 'synced',
    sentence: 'Nothing binds',
    posture: 'normal',
    circuits: [],
    loads: [],
    limits: [],
    schemes: [],
    restrictions: [],
    consent: [{ purpose: 'dnoRestriction', state: 'withdrawn' }],
    identity: { keyId: 'x', publicKey },
    trust: { version: 1 },
    owner: { hours: [], hoursAre: 'none', boosts: [], readyBy: [] },
    faults: [],
    devices: [],
    sync: { isConnected: true, outboxDepth: 0 },
    record: { condition: 'fresh' },
    cycle: { count: 1, lastMs: 1, worstMs: 1 },
    counters: { commandsByCause: {}, messagesSent: 0, messagesAcknowledged: 0 },
  };
}
