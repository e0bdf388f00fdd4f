import { describe, expect, it, onTestFinished } from 'vitest';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import { openDataDoors } from '../../../src/gateway/dataDoors.ts';
import { type Account, readAccount } from '../../../src/usage/readAccount.ts';
import { BackOffice } from '../../support/backOffice.ts';
import { SteppedHome } from '../../support/steppedHome.ts';

const START_AT_MS = Date.UTC(2006, 11, 23, 17);

function startHome(): SteppedHome {
  const home = new SteppedHome({ startAtMs: START_AT_MS, backOffice: new BackOffice() });
  onTestFinished(() => home.remove());
  home.start();
  return home;
}

function accountOf(home: SteppedHome): Account {
  const opened = openStoreReadOnly(home.stateDirectory());
  if (!opened.ok) throw new Error(opened.detail);
  const account = readAccount(opened.record);
  opened.record.close();
  return account;
}

/** In half-hours and gaps. */
function importWh({ found }: Account, channelId: string): number {
  const inHalfHours = found.halfHours.reduce(
    (sum, { channels }) => sum + (channels[channelId]?.importWh ?? 0),
    0,
  );
  return found.gaps.reduce((sum, { energy }) => sum + (energy[channelId]?.importWh ?? 0), inHalfHours);
}

const registerWh = (home: SteppedHome): number => {
  const reading = home.gateway.snapshot()['grid-meter']?.importEnergyWh;
  if (reading?.state !== 'measured') throw new Error('the meter has no register');
  return Number(reading.value);
};

describe('the account of energy of a whole home', () => {
  it('is what the registers of its meters say, over a kill and an hour without power', {
    timeout: 120_000,
  }, async () => {
    const home = startHome();
    await home.clock.advance(60_000);
    const before = registerWh(home);
    await home.clock.advance(3_600_000);
    home.kill();
    await home.clock.advance(3_600_000);
    home.start();
    await home.clock.advance(1_800_000);
    const after = registerWh(home);
    await home.stop();
    const account = accountOf(home);
    const counted = importWh(account, 'connection');
    // The first minute was counted as well.
    expect(counted).toBeGreaterThan(after - before);
    expect(counted - (after - before)).toBeLessThan(250);
    const [gap, ...others] = account.found.gaps;
    expect(others).toEqual([]);
    expect(gap?.cause).toBe('endedWithoutWord');
    const lostMs = START_AT_MS + 60_000 + 3_600_000 - (gap?.from?.utcMs ?? 0);
    expect(lostMs).toBeLessThan(360_000);
    expect(gap?.energy.connection?.importWh).toBeGreaterThan(0);
    // And the car's sessions are what its register says.
    expect(account.sessions.length).toBeGreaterThan(0);
    const inSessions = account.sessions.reduce((sum, session) => sum + session.importWh, 0);
    expect(Math.abs(inSessions - importWh(account, 'load.charge-point'))).toBeLessThan(50);
    expect(account.sessions[0]?.events[0]?.kind).toBe('start');
  });
});

describe('an erasure', () => {
  it('takes the account and the content of the decisions, says so in the journal, and the gateway goes on', async () => {
    const home = startHome();
    await home.clock.advance(3_600_000);
    const doors = openDataDoors({ gateway: home.gateway, site: home.site, onDecommission: () => undefined });
    const { isDone, sentence } = doors.erase();
    expect(isDone).toBe(true);
    expect(sentence).toMatch(/^Erased: .*half-hour.*; the decisions of the journal up to record \d+ /);
    expect(doors.isErasing()).toBe(true);
    await home.clock.advance(120_000);
    expect(doors.isErasing()).toBe(false);
    const opened = openStoreReadOnly(home.stateDirectory());
    if (!opened.ok) throw new Error(opened.detail);
    const { record } = opened;
    const note = [...record.notes()].find(({ kind }) => kind === 'erasure');
    const decisions = [...record.records()].filter(({ kind }) => kind === 'decisions');
    const [, payload = ''] = note?.content.split('.') ?? [];
    const { throughRecord } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const before = decisions.filter((one) => one.record <= throughRecord);
    expect(before.length).toBeGreaterThan(50);
    expect(before.filter(({ content }) => content !== '')).toEqual([]);
    expect(decisions.filter((one) => one.record > throughRecord && one.content === '')).toEqual([]);
    const account = readAccount(record);
    expect(account.recorded?.fromUtcMs).toBeGreaterThanOrEqual(START_AT_MS + 3_600_000);
    expect(record.restored?.memory).toBeDefined();
    record.close();
  });

  it('that is cut off by a kill is ended by the next life', async () => {
    const home = startHome();
    await home.clock.advance(3_600_000);
    home.gateway.eraseHistory('household');
    home.kill();
    home.start();
    await home.clock.advance(120_000);
    const opened = openStoreReadOnly(home.stateDirectory());
    if (!opened.ok) throw new Error(opened.detail);
    const records = [...opened.record.records()];
    const note = records.find(({ kind }) => kind === 'erasure')?.record ?? 0;
    // The one right before it was taken with the wish itself.
    expect(
      records.filter(
        ({ kind, content, record }) => record < note - 1 && kind === 'decisions' && content !== '',
      ),
    ).toEqual([]);
    opened.record.close();
  });
});

describe('decommissioning', () => {
  it('does nothing for another site', async () => {
    const home = startHome();
    await home.clock.advance(10_000);
    let isCalled = false;
    const doors = openDataDoors({
      gateway: home.gateway,
      site: home.site,
      onDecommission: () => {
        isCalled = true;
      },
    });
    expect(doors.decommission('another-site')).toMatchObject({ isDone: false });
    expect(isCalled).toBe(false);
    const { isDone, sentence } = doors.decommission(home.site.siteId);
    expect([isDone, isCalled]).toEqual([true, true]);
    expect(sentence).toContain('charge-point falls to 6 A, as it was set up for this gateway');
  });
});
