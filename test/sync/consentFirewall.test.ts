import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConsentEntry, ConsentPurpose } from '../../src/domain/consent.ts';
import { BackOffice } from '../support/backOffice.ts';
import { given, USUAL_PURPOSES } from '../support/consents.ts';
import { SteppedHome } from '../support/steppedHome.ts';

const START_AT_MS = Date.UTC(2026, 0, 5, 17);
const PURPOSES: readonly ConsentPurpose[] = [...USUAL_PURPOSES, 'dnoRestriction'];

/** What a message must not hold when a purpose is not covered: names of fields, as they stand in JSON. */
const FIELDS: Readonly<Partial<Record<ConsentPurpose, RegExp>>> = {
  chargingData:
    /"(flowA|powerW|measuredA|observed|peakA|meanA|importEnergy|exportEnergy|energy|hours|boosts|hoursAre|intervalFrom)":|"state":"[A-F]"/,
  vehicleData: /"(readyBy|departure|wantedWh|expectedWh)":/,
  networkDiagnostics: /"(network|brokenRung)":|networkRungChanged|back-office-unreachable/,
  dnoRestriction: /"restrictions":|restrictionStarted/,
};

/** All that a subscriber on all topics has seen. */
function textsOf(office: BackOffice): readonly string[] {
  return office.received.map(({ payload }) => payload);
}

const homes: SteppedHome[] = [];

afterEach(() => {
  for (const home of homes.splice(0)) home.remove();
});

async function homeWith(office: BackOffice): Promise<SteppedHome> {
  const home = new SteppedHome({ startAtMs: START_AT_MS, backOffice: office, consents: PURPOSES });
  homes.push(home);
  home.start();
  await home.clock.advance(70_000);
  return home;
}

function entry(home: SteppedHome, purpose: ConsentPurpose, action: ConsentEntry['action']): ConsentEntry {
  const [first] = given([purpose], home.site, home.clock.now().utcMs);
  if (first === undefined) throw new Error('no entry');
  return { ...first, action };
}

/** Something of every purpose happens. */
async function live(home: SteppedHome): Promise<void> {
  home.gateway.record({ kind: 'networkRungChanged', to: 'dns', cause: 'no-answer' });
  home.gateway.record({ kind: 'faultRaised', code: 'back-office-unreachable', subject: 'dns' });
  home.gateway.record({
    kind: 'excursionStarted',
    circuitId: 'cutOut',
    direction: 'import',
    phase: 'L1',
    flowA: 61,
    ceilingA: 54,
  });
  home.gateway.record({
    kind: 'restrictionStarted',
    noticeId: 'n',
    issuer: '12',
    untilUtcMs: START_AT_MS,
    isRehearsal: true,
    sentence: 'a rehearsal',
  });
  home.gateway.greet();
  await home.clock.advance(130_000);
}

function waiting(home: SteppedHome): string {
  return home.store
    .pending(1_000)
    .map(({ body }) => body)
    .join('\n');
}

function tombstones(texts: readonly string[]): readonly Record<string, unknown>[] {
  return texts
    .flatMap((text) => {
      const { body } = JSON.parse(text);
      return typeof body?.jws === 'string' ? [decodeJwt(body.jws) as Record<string, unknown>] : [];
    })
    .filter(({ schema }) => schema === 'loadgate.tombstone/1');
}

describe('a purpose that is withdrawn', () => {
  it.each(PURPOSES)('%s: nothing of it leaves from that moment, the rest goes on', async (purpose) => {
    const office = new BackOffice();
    const home = await homeWith(office);
    await live(home);
    const fields = FIELDS[purpose];
    if (fields !== undefined) expect(textsOf(office).join('\n')).toMatch(fields);
    const before = textsOf(office).length;
    home.gateway.agreement.change([entry(home, purpose, 'withdrawn')]);
    await live(home);
    const after = textsOf(office).slice(before);
    if (fields !== undefined) {
      expect(after.join('\n')).not.toMatch(fields);
      expect(waiting(home)).not.toMatch(fields);
    }
    expect(after.join('\n')).toContain('"kind":"consentChanged"');
    expect(tombstones(after)).toMatchObject([{ purposes: [purpose] }]);
    for (const [other, pattern] of Object.entries(FIELDS)) {
      if (other !== purpose) expect(after.join('\n')).toMatch(pattern);
    }
  });

  it.each(PURPOSES)(
    '%s, without a network: what waits is cleaned before anybody is asked',
    async (purpose) => {
      const office = new BackOffice();
      const home = await homeWith(office);
      office.setThere(false);
      const before = textsOf(office).length;
      await live(home);
      const fields = FIELDS[purpose];
      if (fields !== undefined) expect(waiting(home)).toMatch(fields);
      home.gateway.agreement.change([entry(home, purpose, 'withdrawn')]);
      if (fields !== undefined) expect(waiting(home)).not.toMatch(fields);
      await live(home);
      home.kill();
      home.start();
      office.setThere(true);
      await home.clock.advance(200_000);
      const after = textsOf(office).slice(before);
      if (fields !== undefined) expect(after.join('\n')).not.toMatch(fields);
      const [tombstone] = tombstones(after);
      expect(tombstone).toMatchObject({ purposes: [purpose] });
      if (purpose === 'chargingData') {
        const streams = tombstone?.streams as readonly {
          stream: string;
          removed: number;
          rewritten: number;
        }[];
        expect(streams.find(({ stream }) => stream === 'telemetry')?.removed).toBeGreaterThan(0);
        expect(streams.find(({ stream }) => stream === 'events')?.rewritten).toBeGreaterThan(0);
      }
    },
  );

  it('and given again begins anew: nothing of between is told', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    home.gateway.agreement.change([entry(home, 'chargingData', 'withdrawn')]);
    await home.clock.advance(300_000);
    const before = textsOf(office).length;
    home.gateway.agreement.change([entry(home, 'chargingData', 'given')]);
    const givenAt = new Date(home.clock.now().utcMs).toISOString();
    await home.clock.advance(130_000);
    const intervals = textsOf(office)

      .slice(before)
      .map((text) => JSON.parse(text))
      .filter(({ stream }) => stream === 'telemetry');
    expect(intervals.length).toBeGreaterThan(0);
    for (const { body } of intervals) expect(body.intervalFrom >= givenAt).toBe(true);
  });

  it('by a further driver stops it for the household, until that person agrees again', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    const further = (action: ConsentEntry['action']) => ({
      ...entry(home, 'chargingData', action),
      person: 'driver-2',
    });
    home.gateway.agreement.change([further('refused')]);
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(false);
    home.gateway.agreement.change([further('given')]);
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(true);
  });

  it('ends a curtailment in force, and the next is refused', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    const curtailment = (id: string): object => ({
      schema: 'loadgate.curtailment/1',
      id,
      direction: 'import',
      basis: 'phaseCurrentA',
      ceiling: 10,
      durationSeconds: 3_600,
      reason: 'evening peak',
    });
    const isCurtailed = (): boolean =>
      home.gateway.status().limits.some(({ source }) => source === 'curtailment');
    await home.command('curtailment', curtailment('c1'));
    await home.clock.advance(5_000);
    expect(isCurtailed()).toBe(true);
    home.gateway.agreement.change([entry(home, 'demandControl', 'withdrawn')]);
    await home.clock.advance(1_300_000);
    expect(isCurtailed()).toBe(false);
    await home.command('curtailment', curtailment('c2'));
    await home.clock.advance(60_000);
    expect(isCurtailed()).toBe(false);
    expect(textsOf(office).join('\n')).toContain('demandControl); ask it to give consent');
  });

  it('runs out at its date, also while the power was off', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    const expiresAtUtcMs = home.clock.now().utcMs + 60_000;
    home.gateway.agreement.change([{ ...entry(home, 'chargingData', 'given'), expiresAtUtcMs }]);
    office.setThere(false);
    await home.clock.advance(30_000);
    home.kill();
    await home.clock.advance(120_000);
    home.start();
    await home.clock.advance(2_000);
    expect(waiting(home)).not.toMatch(FIELDS.chargingData ?? /^$/);
    expect(home.gateway.status().consent.find(({ purpose }) => purpose === 'chargingData')?.state).toBe(
      'expired',
    );
  });
});

describe('the back office', () => {
  it('withdraws for somebody, hears the signed answer and acknowledges it; what is older than that is not given', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    const at = (offsetMs: number): string => new Date(home.clock.now().utcMs + offsetMs).toISOString();
    const head = {
      gatewayId: 'home',
      purpose: 'chargingData',
      person: 'main',
      textVersion: 'charging-data-1',
    };
    const request = {
      schema: 'loadgate.consent/1',
      ...head,
      id: 'r1',
      issuedAt: at(-60_000),
      action: 'withdrawn',
    };
    await home.command('consent', request);
    await home.command('consent', request);
    await home.clock.advance(3_000);
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(false);
    const answers = textsOf(office)

      .flatMap((text) => {
        const { body } = JSON.parse(text);
        return typeof body?.jws === 'string' ? [decodeJwt(body.jws) as Record<string, unknown>] : [];
      })
      .filter(({ requestId }) => requestId === 'r1');
    expect(answers).toMatchObject([
      { schema: 'loadgate.consent-entry/1', action: 'withdrawn', how: 'backOffice' },
    ]);
    const [answer] = answers;
    expect(home.gateway.agreement.view().unacknowledged).toContain(answer?.entry);
    const ack = { schema: 'loadgate.consent-ack/1', gatewayId: 'home', id: 'a1', issuedAt: at(0) };
    await home.command('consentAck', { ...ack, entries: [{ entry: answer?.entry, at: answer?.at }] });
    expect(home.gateway.agreement.view().unacknowledged).not.toContain(answer?.entry);
    const late = { ...request, id: 'r2', action: 'given', evidence: 'form-12' };
    await home.command('consent', late);
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(false);
    await home.clock.advance(3_000);
    const refusals = textsOf(office).map((text) => JSON.parse(text).body);
    expect(refusals.find(({ kind }) => kind === 'controlRefused')).toMatchObject({
      topic: 'loadgate/v1/home/control/consent',
      id: 'r2',
      cause: expect.stringContaining('later than this was issued'),
    });
    await home.command('consent', { ...late, id: 'r3', issuedAt: at(0) });
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(true);
  });

  it('announces a text that must be agreed to anew from its date on', async () => {
    const office = new BackOffice();
    const home = await homeWith(office);
    const appliesFrom = new Date(home.clock.now().utcMs + 60_000).toISOString();
    await home.command('consentTexts', {
      schema: 'loadgate.consent-texts/1',
      version: 1,
      issuedAt: appliesFrom,
      texts: { chargingData: { version: 'charging-data-2', appliesFrom } },
    });
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(true);
    await home.clock.advance(61_000);
    expect(home.gateway.agreement.view().covered.has('chargingData')).toBe(false);
    expect(home.gateway.agreement.view().covered.has('vehicleData')).toBe(true);
  });
});
