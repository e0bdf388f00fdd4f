import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { receiptSchema } from '../../src/contract/receipt.ts';
import { restorationSchema } from '../../src/contract/restoration.ts';
import type { RestrictionCommand, RestrictionNotice } from '../../src/domain/restriction.ts';
import type { StoreCondition } from '../../src/ports/store.ts';
import {
  AGREED,
  cancelOf,
  HOME,
  hashOf,
  noticeWith,
  signed as signedAs,
} from '../core/restrictions/notices.ts';
import { given } from '../support/consents.ts';
import { FakeHome } from './parts.ts';

const UTC_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

class Home extends FakeHome {
  constructor(condition?: StoreCondition) {
    super(condition, undefined, HOME);
  }

  async take(command: RestrictionCommand): Promise<void> {
    await this.gateway.commands.acceptRestriction(signedAs(command));
  }

  /** Payloads of what it has signed for others. */
  signed(): Record<string, unknown>[] {
    return this.store.drafts('receipts').map((body) => decodeJwt((body as { jws: string }).jws));
  }

  receipts() {
    return this.signed().flatMap((payload) => receiptSchema.safeParse(payload).data ?? []);
  }

  isSafe(): boolean {
    return this.gateway.status().posture === 'safe';
  }
}

/** Charging; the household agrees to everything. */
async function chargingHome(): Promise<Home> {
  const home = new Home();
  home.gateway.start();
  home.gateway.agreement.change([
    { ...AGREED, atUtcMs: UTC_MS },
    ...given(['demandControl', 'chargingData'], HOME, UTC_MS),
  ]);
  await home.clock.advance(2 * MINUTE_MS);
  expect(home.carA()).toBeGreaterThan(20);
  return home;
}

/** Another box goes on, some hours later, from what stood on the disk of this one. */
async function restoredFrom(home: Home, clockLevel: 'synced' | 'none' = 'synced'): Promise<Home> {
  const { runningMs, utcMs, memory } = home.store.batches.at(-1) ?? { runningMs: 0, utcMs: 0, memory: {} };
  const openSinceUtcMs = { receipts: utcMs, events: utcMs, status: utcMs, telemetry: UTC_MS };
  const backup = { madeAtUtcMs: utcMs, journalId: 'deadbeef', openSinceUtcMs };
  const next = new Home({ kind: 'fromBackup', state: { runningMs, utcMs, memory }, backup });
  next.clock.clockLevel = clockLevel;
  next.gateway.start();
  await next.clock.advance(3_000);
  return next;
}

function notice(change: Partial<RestrictionNotice> = {}): RestrictionNotice {
  return noticeWith({
    issuedAtUtcMs: UTC_MS,
    expiresAtUtcMs: UTC_MS + 24 * HOUR_MS,
    durationMs: 40 * MINUTE_MS,
    ...change,
  });
}

describe('a gateway that goes on from a backup', () => {
  it('keeps every load in its safe posture until somebody has looked, however fresh the readings are', async () => {
    const home = await restoredFrom(await chargingHome());
    await home.clock.advance(HOUR_MS);
    expect(home.isSafe()).toBe(true);
    expect(home.happenings.filter((what) => what.endsWith('widening'))).toEqual([]);
    expect(home.gateway.status().faults.map(({ code }) => code)).toContain('store-from-backup');
    expect(home.gateway.acknowledgeDistrust()).toBe(true);
    await home.clock.advance(10 * MINUTE_MS);
    expect(home.isSafe()).toBe(false);
    expect(home.carA()).toBeGreaterThan(20);
  });

  it('stays so over a restart, and not longer than a forgotten limit could be in force', async () => {
    const home = await restoredFrom(await chargingHome());
    const { runningMs, utcMs, memory } = home.store.batches.at(-1) ?? { runningMs: 0, utcMs: 0 };
    const again = new Home({ kind: 'restored', state: { runningMs, utcMs, memory } });
    again.gateway.start();
    await again.clock.advance(5_000);
    expect(again.isSafe()).toBe(true);
    expect(memory).toMatchObject({ distrust: { untilMs: expect.any(Number) } });
    const { distrust } = memory as { distrust: { untilMs: number } };
    expect((distrust.untilMs - runningMs) / HOUR_MS).toBeCloseTo(48.5, 1);
  });

  it('tells the back office, signs where its journal goes on, and what may be missing of each stream', async () => {
    const home = await restoredFrom(await chargingHome());
    expect(home.store.drafts('events')).toContainEqual(
      expect.objectContaining({ kind: 'gatewayStarted', found: 'backup' }),
    );
    const told = home.signed().flatMap((payload) => restorationSchema.safeParse(payload).data ?? []);
    expect(told).toMatchObject([
      { journalId: '0a1b2c3d', former: { journalId: 'deadbeef' }, gatewayId: 'home-1' },
    ]);
    const notes = home.store.batches.flatMap(({ notes = [] }) => notes.map(({ kind }) => kind));
    expect(notes.filter((kind) => kind === 'restoration')).toHaveLength(1);
    const losses = home.store.batches.flatMap(({ streams }) => streams?.losses ?? []);
    expect(losses.filter(({ cause }) => cause === 'restored').map(({ stream }) => stream)).toEqual([
      'receipts',
      'events',
      'status',
      'telemetry',
    ]);
    expect(losses.find(({ stream }) => stream === 'telemetry')?.fromUtcMs).toBe(UTC_MS);
  });

  it('takes no consent for given that it finds: each has to be said once more, and what was withdrawn stays so', async () => {
    const old = await chargingHome();
    old.gateway.agreement.change([
      { ...given(['demandControl'], HOME, UTC_MS + 1)[0], action: 'withdrawn' } as never,
    ]);
    const home = await restoredFrom(old);
    const stateOf = (purpose: string) =>
      home.gateway.status().consent.find((each) => each.purpose === purpose)?.state;
    expect([stateOf('chargingData'), stateOf('dnoRestriction'), stateOf('demandControl')]).toEqual([
      'unconfirmed',
      'unconfirmed',
      'withdrawn',
    ]);
    expect(home.gateway.agreement.view().covered.size).toBe(0);
    await home.clock.advance(3 * MINUTE_MS);
    expect(home.store.drafts('telemetry')).toEqual([]);
    home.gateway.agreement.change(given(['chargingData'], HOME, home.clock.now().utcMs));
    await home.clock.advance(3 * MINUTE_MS);
    expect(stateOf('chargingData')).toBe('given');
    expect(home.store.drafts('telemetry').length).toBeGreaterThan(0);
  });

  it('holds a restriction of the backup for all that was left of it, and calls nothing withdrawn', async () => {
    const old = await chargingHome();
    await old.take(notice());
    await old.clock.advance(15 * MINUTE_MS);
    const home = await restoredFrom(old);
    expect(home.gateway.status().restrictions).toHaveLength(1);
    // The home was away for hours by the clock on the wall: they are not taken off.
    home.gateway.acknowledgeDistrust();
    await home.clock.advance(24 * MINUTE_MS);
    expect(home.carA()).toBe(0);
    expect(home.receipts().map(({ status }) => status)).not.toContain('withdrawn');
    await home.clock.advance(30 * MINUTE_MS);
    expect(home.receipts().map(({ status }) => status)).toContain('completed');
  });

  it('is released by no cancel of before: what was taken back since is not known', async () => {
    const old = await chargingHome();
    await old.take(notice());
    const { utcMs } = old.clock.now();
    await old.clock.advance(MINUTE_MS);
    const home = await restoredFrom(old);
    const cancel = cancelOf('n1', { issuedAtUtcMs: utcMs });
    await home.gateway.commands.acceptRestriction(signedAs(cancel, hashOf('old cancel')));
    expect(home.receipts().at(-1)).toMatchObject({ status: 'refused', code: 'beforeRestore' });
    expect(home.gateway.status().restrictions).toHaveLength(1);
    const anew = cancelOf('n1', { sequence: cancel.sequence + 1, issuedAtUtcMs: home.clock.now().utcMs });
    await home.gateway.commands.acceptRestriction(signedAs(anew, hashOf('new cancel')));
    expect(home.receipts().at(-1)).toMatchObject({ status: 'cancelled' });
  });

  it('releases nothing at all while no clock tells when it was put back', async () => {
    const old = await chargingHome();
    await old.take(notice());
    const home = await restoredFrom(old, 'none');
    const cancel = cancelOf('n1', { issuedAtUtcMs: home.clock.now().utcMs + 1_000 });
    await home.take(cancel);
    expect(home.receipts().at(-1)).toMatchObject({ code: 'beforeRestore' });
    expect(home.gateway.commands.releasesSinceUtcMs()).toBe(Number.POSITIVE_INFINITY);
    home.clock.clockLevel = 'synced';
    await home.clock.advance(2_000);
    expect(home.gateway.commands.releasesSinceUtcMs()).toBeLessThanOrEqual(home.clock.now().utcMs);
  });

  it('takes a notice of before once the household has agreed anew, beside what it would have ended', async () => {
    const old = await chargingHome();
    await old.take(notice());
    const { utcMs } = old.clock.now();
    await old.clock.advance(MINUTE_MS);
    const home = await restoredFrom(old);
    const looser = notice({
      noticeId: 'n2',
      sequence: 2,
      issuedAtUtcMs: utcMs,
      measure: { kind: 'chargePointCeiling', ceilingA: 16 },
      supersedes: { noticeId: 'n1', sha256: hashOf('n1') },
    });
    await home.take(looser);
    expect(home.receipts().at(-1)).toMatchObject({ status: 'refused', code: 'noConsent' });
    home.gateway.agreement.change([{ ...AGREED, atUtcMs: home.clock.now().utcMs }]);
    home.gateway.acknowledgeDistrust();
    await home.take({ ...looser, noticeId: 'n3', sequence: 3 });
    expect(home.receipts().at(-1)).toMatchObject({ status: 'started', noticeId: 'n3' });
    await home.clock.advance(10 * MINUTE_MS);
    expect(home.gateway.status().restrictions).toHaveLength(2);
    expect(home.carA()).toBe(0);
  });
});
