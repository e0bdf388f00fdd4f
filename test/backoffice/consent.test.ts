import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type ConsentEntryMessage,
  consentAckSchema,
  consentRequestSchema,
  consentTextsSchema,
} from '../../src/contract/consent.ts';
import type {
  AuditPage,
  Campaign,
  ConsentLedger,
  ConsentPage,
  ConsentRequestReport,
  HomeConsent,
  PublishedTexts,
  Refusal,
} from '../../src/contract/desk.ts';
import type { RestorationMessage } from '../../src/contract/restoration.ts';
import { makeSigner } from '../support/keys.ts';
import { settle } from '../support/steppedClock.ts';
import { StandingDesk } from './standing.ts';

const HOME = 'home-0001';
const NOON_MS = Date.UTC(2026, 0, 5, 12);

function entry(number: number, change: Partial<ConsentEntryMessage> = {}): ConsentEntryMessage {
  return {
    schema: 'loadgate.consent-entry/1',
    gatewayId: HOME,
    entry: number,
    purpose: 'chargingData',
    action: 'given',
    textVersion: 'charging-data-1',
    person: 'main',
    how: 'commandLine',
    at: new Date(NOON_MS + number * 1_000).toISOString(),
    ...change,
  };
}

async function openDesk(homes = 1) {
  const key = makeSigner('back-office-1');
  const { keyId, publicKey } = key;
  const stand = new StandingDesk({ ownSigner: { keyId, publicKey, sign: async (told) => key.sign(told) } });
  const ids = await stand.register(homes);
  const consents = async (gatewayId = HOME) =>
    (await stand.as<HomeConsent>('vera', 'GET', `/api/gateways/${gatewayId}/consents`)).body;
  return {
    stand,
    ids,
    consents,
    tell: async (message: ConsentEntryMessage) => {
      await stand.signed(message.gatewayId, message);
      await settle();
    },
    /** Payloads that went out on a topic below `control/`, oldest first. */
    sent: (suffix: string, gatewayId = HOME): Record<string, unknown>[] =>
      stand.bus.published
        .filter(({ topic }) => topic === `loadgate/v1/${gatewayId}/control/${suffix}`)
        .map(({ payload }) => decodeJwt(payload)),
    person: async (purpose = 'chargingData', who = 'main') =>
      (await consents()).purposes
        .find((each) => each.purpose === purpose)
        ?.persons.find(({ person }) => person === who),
  };
}

const WISH = { purpose: 'chargingData', action: 'withdrawn', person: 'main' } as const;
const GIVEN = { ...WISH, action: 'given', textVersion: 'charging-data-1', evidence: 'form-0017' } as const;

describe('an entry of a gateway', () => {
  it('is acknowledged to the home by number and instant, signed, when it is on the disk', async () => {
    const { tell, sent, person } = await openDesk();
    await tell(entry(1));
    const [ack] = sent('consent/ack');
    expect(consentAckSchema.parse(ack).entries).toEqual([{ entry: 1, at: entry(1).at }]);
    expect(await person()).toMatchObject({ state: 'given', isAcknowledged: true });
  });

  it('that was taken while the broker was away is acknowledged when it is back, without another entry', async () => {
    const { stand, tell, sent, person, consents } = await openDesk(2);
    stand.bus.turn(false);
    await tell(entry(1));
    await tell(entry(2, { action: 'withdrawn' }));
    await tell(entry(1, { gatewayId: 'home-0002' }));
    expect(await person()).toMatchObject({ state: 'withdrawn', isAcknowledged: false });
    expect(await consents()).toMatchObject({ unacknowledged: 2 });
    stand.bus.turn(true);
    await settle();
    expect(sent('consent/ack').map((ack) => consentAckSchema.parse(ack).entries.length)).toEqual([2]);
    expect(sent('consent/ack', 'home-0002')).toHaveLength(1);
    expect(await consents()).toMatchObject({ unacknowledged: 0 });
  });

  it('that no desk was there to acknowledge is acknowledged by the next life of it', async () => {
    const { stand, tell, sent } = await openDesk();
    stand.bus.turn(false);
    await tell(entry(1));
    stand.restart();
    stand.bus.turn(true);
    await settle();
    expect(sent('consent/ack')).toHaveLength(1);
  });

  it('that comes again is there once, and is acknowledged again', async () => {
    const { stand, tell, sent } = await openDesk();
    await tell(entry(1));
    await tell(entry(1));
    expect(sent('consent/ack')).toHaveLength(2);
    const ledger = await stand.as<ConsentLedger>('vera', 'GET', `/api/gateways/${HOME}/consents/ledger`);
    expect(ledger.body.entries).toHaveLength(1);
  });

  it('many of one home go in acknowledgements of a hundred', async () => {
    const { stand, tell, sent, consents } = await openDesk();
    stand.bus.turn(false);
    for (let number = 1; number <= 150; number += 1) await tell(entry(number));
    stand.bus.turn(true);
    await settle();
    await settle();
    expect(sent('consent/ack').map((ack) => consentAckSchema.parse(ack).entries.length)).toEqual([100, 50]);
    expect(await consents()).toMatchObject({ unacknowledged: 0 });
  });

  it('proves where a person stands', async () => {
    const { stand, tell } = await openDesk();
    await tell(entry(1));
    await tell(entry(2, { person: 'driver-2' }));
    await tell(entry(3, { person: 'driver-2', action: 'withdrawn' }));
    const path = `/api/gateways/${HOME}/consents/ledger?person=driver-2&purpose=chargingData`;
    const { entries } = (await stand.as<ConsentLedger>('vera', 'GET', path)).body;
    expect(entries.map(({ action }) => action)).toEqual(['given', 'withdrawn']);
    expect(decodeJwt(entries[1]?.jws ?? '')).toMatchObject({ entry: 3, action: 'withdrawn' });
  });
});

describe('a gateway that goes on from a backup', () => {
  const restoration = {
    schema: 'loadgate.restoration/1',
    gatewayId: HOME,
    journalId: '00c0ffee',
    former: { journalId: 'caba6872', record: 7, hash: 'ab'.repeat(32) },
    backupMadeAt: new Date(NOON_MS + 5_000).toISOString(),
    at: new Date(NOON_MS + 10_000).toISOString(),
  } satisfies RestorationMessage;
  const counted = async (stand: StandingDesk, state: string) =>
    (await stand.as<ConsentPage>('vera', 'GET', `/api/consents?purpose=chargingData&state=${state}`)).body
      .total;

  it('has nothing given any more until it is given anew, and withdrawn is what was withdrawn', async () => {
    const { stand, tell, person } = await openDesk();
    await tell(entry(1));
    await tell(entry(2, { person: 'driver-2', action: 'withdrawn' }));
    await stand.signed(HOME, restoration);
    await settle();
    expect(await person()).toMatchObject({ state: 'unconfirmed' });
    expect(await person('chargingData', 'driver-2')).toMatchObject({ state: 'withdrawn' });
    expect([await counted(stand, 'given'), await counted(stand, 'unconfirmed')]).toEqual([0, 1]);
    await tell(entry(20));
    expect(await person()).toMatchObject({ state: 'given' });
    expect([await counted(stand, 'given'), await counted(stand, 'unconfirmed')]).toEqual([1, 0]);
  });

  it('says so twice, and takes back nothing that was given between', async () => {
    const { stand, tell, person } = await openDesk();
    await tell(entry(1));
    await stand.signed(HOME, restoration);
    await tell(entry(20));
    await stand.signed(HOME, restoration);
    await settle();
    expect(await person()).toMatchObject({ state: 'given' });
  });
});

describe('what somebody told the back office', () => {
  const post = (stand: StandingDesk, body: object, user = 'rolf', gatewayId = HOME) =>
    stand.as<ConsentRequestReport & Refusal>(user, 'POST', `/api/gateways/${gatewayId}/consents`, body);

  it('is signed, sent, and stands as sent until the gateway has answered with its signed entry', async () => {
    const { stand, tell, sent, consents } = await openDesk();
    const told = await post(stand, GIVEN);
    expect(told.body).toMatchObject({ state: 'sent', by: 'rolf', evidence: 'form-0017' });
    const [request] = sent('consent');
    expect(consentRequestSchema.parse(request)).toMatchObject({
      gatewayId: HOME,
      id: told.body.id,
      action: 'given',
    });
    await tell(entry(1, { how: 'backOffice', requestId: told.body.id, evidence: 'form-0017' }));
    expect((await consents()).requests).toMatchObject([{ id: told.body.id, state: 'acknowledged' }]);
    const audit = (await stand.as<AuditPage>('vera', 'GET', '/api/audit')).body.entries;
    expect(audit.find(({ action }) => action === 'consent.entered')).toMatchObject({
      user: 'rolf',
      subject: HOME,
      sentence: expect.stringContaining(
        'chargingData given by main, text charging-data-1, evidence form-0017',
      ),
    });
  });

  it('waits for the broker, and for the gateway that has lost its session', async () => {
    const { stand, sent, consents } = await openDesk();
    stand.bus.turn(false);
    expect((await post(stand, GIVEN)).body.state).toBe('waiting');
    stand.bus.turn(true);
    await settle();
    expect((await consents()).requests).toMatchObject([{ state: 'sent' }]);
    expect(sent('consent')).toHaveLength(1);
    await stand.telemetry(HOME, 10, 5);
    expect(sent('consent')).toHaveLength(1);
    await stand.clock.advance(600_000);
    await stand.telemetry(HOME, 10, 5);
    await settle();
    expect(sent('consent')).toHaveLength(2);
    expect(new Set(stand.bus.published.map(({ payload }) => payload)).size).toBe(1);
  });

  it('that the gateway refuses says why', async () => {
    const { stand, consents } = await openDesk();
    const { id } = (await post(stand, GIVEN)).body;
    const topic = `loadgate/v1/${HOME}/control/consent`;
    const body = { kind: 'controlRefused', topic, cause: 'the text that applies is charging-data-2', id };
    await stand.deliver(stand.envelope(HOME, 'events', 'loadgate.event/1', body));
    expect((await consents()).requests).toMatchObject([{ id, state: 'refused', cause: body.cause }]);
  });

  it('needs evidence to be given, the role registrar, a gateway, a text, and no names', async () => {
    const { stand, sent } = await openDesk();
    const { evidence: _, ...unproven } = GIVEN;
    expect((await post(stand, unproven)).body.error.problems[0]?.sentence).toContain('evidence');
    expect((await post(stand, WISH)).body.error.problems[0]?.path).toBe('textVersion');
    expect((await post(stand, GIVEN, 'anna')).status).toBe(403);
    expect((await post(stand, GIVEN, 'rolf', 'home-9999')).status).toBe(404);
    expect((await post(stand, { ...GIVEN, person: 'Mr Smith' })).status).toBe(422);
    expect((await post(stand, { ...GIVEN, name: 'Smith' })).status).toBe(422);
    expect(sent('consent')).toEqual([]);
  });

  it('is about the text that the person spoke about last where none is named', async () => {
    const { stand, tell } = await openDesk();
    await tell(entry(1));
    expect((await post(stand, WISH)).body).toMatchObject({
      action: 'withdrawn',
      textVersion: 'charging-data-1',
    });
  });

  it('cannot be signed by a desk without a key of its own', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    expect((await post(stand, GIVEN)).body.error.code).toBe('signerUnavailable');
  });
});

describe('new texts', () => {
  const publish = (stand: StandingDesk, body: object, user = 'rolf') =>
    stand.as<PublishedTexts & Refusal>(user, 'POST', '/api/consents/texts', body);
  const texts = { chargingData: { version: 'charging-data-2' } };

  it('go to all, an area or one home, signed, each home with all of its texts, under a rising version', async () => {
    const { stand, sent, tell, consents } = await openDesk(3);
    await tell(entry(1));
    const first = await publish(stand, { texts, to: { kind: 'all' } });
    expect(first.body).toEqual({ version: 1, gateways: 3, toAskAgain: 1 });
    const more = { research: { version: 'research-1', appliesFrom: '2026-02-01T00:00:00Z' } };
    const second = await publish(stand, { texts: more, to: { kind: 'gateway', gatewayId: HOME } });
    expect(second.body).toMatchObject({ version: 2, gateways: 1 });
    await settle();
    const told = sent('consent/texts').map((message) => consentTextsSchema.parse(message));
    expect(told.map(({ version }) => version)).toEqual([1, 2]);
    expect(told[1]?.texts).toEqual({ ...texts, ...more });
    expect(sent('consent/texts', 'home-0003')).toHaveLength(1);
    expect(await consents()).toMatchObject({ announcement: { version: 2, state: 'sent' } });
    const area = { texts, to: { kind: 'feeder', areaId: 'feeder-12' } };
    expect((await publish(stand, area)).body).toMatchObject({ gateways: 3 });
    expect((await publish(stand, { texts, to: { kind: 'feeder', areaId: 'nowhere' } })).status).toBe(404);
    expect((await publish(stand, { texts: {}, to: { kind: 'all' } })).status).toBe(422);
    expect((await publish(stand, { texts, to: { kind: 'all' } }, 'bob')).status).toBe(403);
    const audit = (await stand.as<AuditPage>('vera', 'GET', '/api/audit')).body.entries;
    expect(audit.filter(({ action }) => action === 'consent.textsPublished')).toHaveLength(3);
  });

  it('wait for the broker', async () => {
    const { stand, sent, consents } = await openDesk();
    stand.bus.turn(false);
    await publish(stand, { texts, to: { kind: 'all' } });
    await settle();
    expect(await consents()).toMatchObject({ announcement: { state: 'waiting' } });
    stand.restart();
    stand.bus.turn(true);
    await settle();
    expect(sent('consent/texts')).toHaveLength(1);
    expect(await consents()).toMatchObject({ announcement: { state: 'sent' } });
  });

  it('make older agreements superseded, and tell who has to be asked again', async () => {
    const { stand, tell, person } = await openDesk(2);
    await tell(entry(1));
    await tell(entry(1, { gatewayId: 'home-0002', textVersion: 'charging-data-2' }));
    await publish(stand, { texts, to: { kind: 'all' } });
    expect(await person()).toMatchObject({ state: 'superseded', textVersion: 'charging-data-1' });
    const listed = await stand.as<ConsentPage>(
      'vera',
      'GET',
      '/api/consents?purpose=chargingData&state=superseded',
    );
    expect(listed.body.rows).toMatchObject([{ gatewayId: HOME, state: 'superseded' }]);
    const later = { chargingData: { version: 'charging-data-3', appliesFrom: '2026-02-01T00:00:00Z' } };
    await publish(stand, { texts: later, to: { kind: 'gateway', gatewayId: 'home-0002' } });
    const given = await stand.as<ConsentPage>(
      'vera',
      'GET',
      '/api/consents?purpose=chargingData&state=given',
    );
    expect(given.body.rows).toMatchObject([{ gatewayId: 'home-0002' }]);
    const asked = await stand.as<Campaign>(
      'vera',
      'GET',
      '/api/consents/campaign?purpose=chargingData&text=charging-data-2',
    );
    expect(asked.body.rows).toEqual([{ gatewayId: HOME, person: 'main', textVersion: 'charging-data-1' }]);
  });
});

describe('who stands where', () => {
  it('is one question, by the last word, the date and the text', async () => {
    const { stand, tell } = await openDesk(4);
    await tell(entry(1, { purpose: 'demandControl' }));
    await tell(entry(2, { purpose: 'demandControl', action: 'withdrawn' }));
    await tell(
      entry(1, { purpose: 'demandControl', gatewayId: 'home-0002', expiresAt: '2026-01-05T13:00:00.000Z' }),
    );
    await tell(entry(1, { purpose: 'demandControl', gatewayId: 'home-0003' }));
    await tell(
      entry(2, { purpose: 'demandControl', gatewayId: 'home-0003', person: 'driver-2', action: 'withdrawn' }),
    );
    const ask = async (query: string) =>
      (await stand.as<ConsentPage>('vera', 'GET', `/api/consents?purpose=demandControl${query}`)).body;
    const named = ({ rows }: ConsentPage) => rows.map(({ gatewayId, person }) => `${gatewayId} ${person}`);
    expect(named(await ask('&state=withdrawn'))).toEqual(['home-0001 main', 'home-0003 driver-2']);
    expect(named(await ask('&state=expired'))).toEqual(['home-0002 main']);
    expect(named(await ask('&state=given'))).toEqual(['home-0003 main']);
    expect(await ask('&pageSize=2&page=2')).toMatchObject({ total: 4, rows: [{}, {}] });
    expect((await stand.as('vera', 'GET', '/api/consents?purpose=marketing')).status).toBe(422);
  });
});
