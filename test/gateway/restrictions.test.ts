import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { type ReceiptMessage, receiptSchema } from '../../src/contract/receipt.ts';
import { statusSchema } from '../../src/contract/status.ts';
import type { RestrictionCommand, RestrictionNotice } from '../../src/domain/restriction.ts';
import { replayJournal } from '../../src/gateway/replay.ts';
import {
  AGREED,
  cancelOf,
  HOME,
  hashOf,
  noticeWith,
  signed as signedAs,
} from '../core/restrictions/notices.ts';
import { FakeHome } from './parts.ts';

/** What the fakes' clock starts with. */
const UTC_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;

class RestrictedHome extends FakeHome {
  constructor(condition?: ConstructorParameters<typeof FakeHome>[0]) {
    super(condition, undefined, HOME);
  }

  /** Charging at what is left of the cut-out, the household agreed. */
  static async charging(): Promise<RestrictedHome> {
    const home = new RestrictedHome();
    home.gateway.start();
    home.gateway.agreement.change([{ ...AGREED, atUtcMs: UTC_MS }]);
    await home.clock.advance(120_000);
    expect(home.carA()).toBeGreaterThan(20);
    return home;
  }

  /** The same after a kill: what the last transaction holds, and new devices' state. */
  async restarted(): Promise<RestrictedHome> {
    const last = this.store.batches.at(-1);
    const { runningMs, utcMs, memory } = last ?? { runningMs: 0, utcMs: 0, memory: undefined };
    const next = new RestrictedHome({ kind: 'restored', state: { runningMs, utcMs, memory } });
    next.gateway.start();
    await next.clock.advance(100);
    return next;
  }

  async take(command: RestrictionCommand): Promise<void> {
    await this.gateway.commands.acceptRestriction(signedAs(command));
  }

  receipts(): ReceiptMessage[] {
    return this.store
      .drafts('receipts')
      .map((body) => receiptSchema.safeParse(decodeJwt((body as { jws: string }).jws)))
      .flatMap(({ data }) => (data === undefined ? [] : [data]));
  }

  statuses(): string[] {
    return this.receipts().map(({ status }) => status);
  }
}

function notice(change: Partial<RestrictionNotice> = {}): RestrictionNotice {
  return noticeWith({
    issuedAtUtcMs: UTC_MS,
    expiresAtUtcMs: UTC_MS + 24 * 60 * MINUTE_MS,
    durationMs: 10 * MINUTE_MS,
    ...change,
  });
}

describe('a restriction notice at a gateway', () => {
  it('takes the charge point down within the same cycle, before the record', async () => {
    const home = await RestrictedHome.charging();
    home.happenings.length = 0;
    await home.take(notice());
    expect(home.happenings[0]).toBe('charger 0 A narrowing');
    expect(home.happenings).toContain('commit');
    expect(home.carA()).toBe(0);
    expect(home.statuses()).toEqual(['received', 'started']);
  });

  it('tells the household who, why, until when and how to object', async () => {
    const home = await RestrictedHome.charging();
    await home.take(notice());
    const { restrictions, loads } = statusSchema.parse(home.gateway.status());
    expect(restrictions).toEqual([
      expect.objectContaining({ state: 'inForce', issuer: '20', objection: 'call 0800 000 0000' }),
    ]);
    expect(restrictions[0]?.sentence).toMatch(
      /SSEN \(Southern England\) restricts this home until 2026-01-05T00:12:.* charging is paused\. Why: overload of feeder 12/,
    );
    expect(loads.find(({ loadId }) => loadId === 'car')?.sentence).toContain('Overload of feeder 12');
    const events = home.store.drafts('events');
    expect(events).toContainEqual(expect.objectContaining({ kind: 'restrictionStarted', noticeId: 'n1' }));
  });

  it('ends by itself, comes back after its random offset, and is receipted with what it did', async () => {
    const home = await RestrictedHome.charging();
    await home.take(notice());
    await home.clock.advance(10 * MINUTE_MS + 30_000);
    expect(home.statuses()).toEqual(['received', 'started', 'completed']);
    expect(home.carA()).toBe(0);
    await home.clock.advance(4 * MINUTE_MS);
    expect(home.carA()).toBeGreaterThan(20);
    expect(home.statuses().at(-1)).toBe('released');
    const effect = home.receipts().at(-1)?.effect;
    expect(effect?.before?.meanW).toBeCloseTo((10 + 32) * 230, 0);
    expect(effect?.during?.meanW).toBeCloseTo(10 * 230, -2.5);
    expect(effect?.during?.coveredSeconds).toBeGreaterThan(595);
    expect(effect?.receiptToEffectMs).toBeLessThanOrEqual(2_000);
    expect(effect?.excursions).toBe(0);
  });

  it('holds through a kill, with its marks: what came before does not come again', async () => {
    const before = await RestrictedHome.charging();
    await before.take(notice());
    await before.clock.advance(2 * MINUTE_MS);
    const home = await before.restarted();
    await home.clock.advance(5_000);
    expect(home.gateway.status().restrictions).toHaveLength(1);
    await home.take(notice());
    expect(home.statuses()).toEqual([]);
    await home.take(notice({ noticeId: 'n0', sequence: 1 }));
    expect(home.receipts().at(-1)).toMatchObject({ status: 'refused', code: 'lowerSequence' });
    await home.clock.advance(30_000);
    expect(home.carA()).toBe(0);
  });

  it('ends at once when the household withdraws its consent', async () => {
    const home = await RestrictedHome.charging();
    await home.take(notice());
    home.gateway.agreement.change([{ ...AGREED, action: 'withdrawn', atUtcMs: UTC_MS }]);
    expect(home.statuses().at(-1)).toBe('withdrawn');
    await home.clock.advance(3 * MINUTE_MS);
    expect(home.carA()).toBeGreaterThan(0);
    await home.take(notice({ noticeId: 'n2', sequence: 2 }));
    expect(home.receipts().at(-1)).toMatchObject({ status: 'refused', code: 'consentWithdrawn' });
  });

  it('ends early only with the proof of what is released', async () => {
    const home = await RestrictedHome.charging();
    await home.take(notice());
    await home.take(cancelOf('n1', { cancels: { noticeId: 'n1', sha256: hashOf('guess') } }));
    expect(home.receipts().at(-1)).toMatchObject({ status: 'refused', code: 'wrongState' });
    expect(home.gateway.status().restrictions).toHaveLength(1);
    await home.gateway.commands.acceptRestriction(
      signedAs(cancelOf('n1', { sequence: 3 }), hashOf('second cancel')),
    );
    expect(home.statuses().at(-1)).toBe('cancelled');
  });

  it('moves nothing as a rehearsal, and is receipted like the real thing', async () => {
    const home = await RestrictedHome.charging();
    const beforeA = home.carA();
    await home.take(notice({ isRehearsal: true }));
    await home.clock.advance(12 * MINUTE_MS);
    expect(home.carA()).toBe(beforeA);
    expect(home.statuses()).toEqual(['received', 'started', 'completed', 'released']);
    expect(home.receipts().every(({ rehearsal }) => rehearsal)).toBe(true);
  });

  it('is obeyed while the disk is full, and the broker keeps it until it is recorded', async () => {
    const home = await RestrictedHome.charging();
    home.store.isFull = true;
    await expect(home.take(notice())).rejects.toThrow(/could not be recorded; it must be sent again/);
    expect(home.carA()).toBe(0);
    home.store.isFull = false;
    await home.clock.advance(6_000);
    await home.take(notice());
    expect(home.statuses()).toEqual(['received', 'started']);
  });

  it('is in the journal as it was signed, and its decisions can be taken again', async () => {
    const home = await RestrictedHome.charging();
    await home.take(notice());
    await home.clock.advance(MINUTE_MS);
    const notes = home.store.batches.flatMap(({ notes: some = [] }) => some);
    expect(notes.filter(({ kind }) => kind === 'command').map(({ jws }) => jws)).toEqual(['jws of n1']);
    expect(notes.filter(({ kind }) => kind === 'receipt')).toHaveLength(2);
    expect(replayJournal(home.store.segments()).firstDifference).toBeUndefined();
  });
});
