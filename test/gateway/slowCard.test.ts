import { describe, expect, it } from 'vitest';
import { tellTruth } from '../../firmware-sim/truth.ts';
import { CommitPace } from '../../src/gateway/commitPace.ts';
import type { Store } from '../../src/ports/store.ts';
import { AGREED, HOME, noticeWith, signed } from '../core/restrictions/notices.ts';
import { BackOffice } from '../support/backOffice.ts';
import { SteppedHome } from '../support/steppedHome.ts';
import { FakeHome } from './parts.ts';

const UTC_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
/** Short enough that no meter counts as silent because of it. */
const WRITE_MS = 1_500;
/** Long enough that each does. */
const LONG_WRITE_MS = 4_000;

/** A home whose card takes seconds for each write from some moment on; while it writes nothing else goes on. */
async function onSlowCard(): Promise<FakeHome & { readonly writes: number[] }> {
  const home = new FakeHome(undefined, undefined, HOME);
  home.gateway.start();
  home.gateway.agreement.change([{ ...AGREED, atUtcMs: UTC_MS }]);
  await home.clock.advance(2 * MINUTE_MS);
  expect(home.carA()).toBeGreaterThan(20);
  const writes: number[] = [];
  home.store.onCommit = () => {
    writes.push(home.clock.runningMs());
    home.clock.block(WRITE_MS);
  };
  return Object.assign(home, { writes });
}

const codesOf = (home: FakeHome) => home.gateway.status().faults.map(({ code }) => code);

describe('a card that takes seconds for a write', () => {
  it('is written less than a tenth of the time, however much happens', async () => {
    const home = await onSlowCard();
    const startedMs = home.clock.runningMs();
    for (let change = 0; change < 60; change += 1) {
      home.householdA = change % 2 === 0 ? 30 : 12;
      await home.clock.advance(20_000);
    }
    const passedMs = home.clock.runningMs() - startedMs;
    expect(home.writes.length).toBeGreaterThan(5);
    expect((home.writes.length * WRITE_MS) / passedMs).toBeLessThan(0.1);
    expect(codesOf(home)).toContain('store-slow');
  });

  it('holds back what widens between the writes, and nothing that narrows', async () => {
    const home = await onSlowCard();
    home.householdA = 30;
    await home.clock.advance(10_000);
    const writtenMs = home.writes.at(-1) ?? 0;
    const carA = home.carA();
    home.happenings.length = 0;
    home.householdA = 5;
    await home.clock.advance(writtenMs + 10 * WRITE_MS - home.clock.runningMs());
    expect(home.happenings.filter((what) => what.endsWith('widening'))).toEqual([]);
    expect(home.happenings).not.toContain('commit');
    home.householdA = 45;
    await home.clock.advance(1_000);
    expect(home.carA()).toBeLessThan(carA);
    expect(home.happenings.findIndex((what) => what.endsWith('narrowing'))).toBeGreaterThan(-1);
    home.householdA = 5;
    await home.clock.advance(3 * MINUTE_MS);
    expect(home.happenings.filter((what) => what.endsWith('widening')).length).toBeGreaterThan(0);
  });

  it('lets what narrows leave the box a cycle before it is written down, and no longer', () => {
    const pace = new CommitPace();
    pace.note(0, 10);
    expect(pace.putsOff(true)).toBe(false);
    pace.note(1_000, 3_000);
    expect([pace.mayWrite(22_999), pace.mayWrite(23_000)]).toEqual([false, true]);
    expect(pace.putsOff(false)).toBe(false);
    expect(pace.putsOff(true)).toBe(true);
    expect(pace.isOwed()).toBe(true);
    expect(pace.putsOff(true)).toBe(false);
    pace.note(24_000, 24_010);
    expect([pace.isOwed(), pace.slowSinceMs(), pace.mayWrite(24_011)]).toEqual([false, undefined, true]);
  });

  it('still has on it at once what somebody outside waits for', async () => {
    const home = await onSlowCard();
    home.householdA = 30;
    await home.clock.advance(10_000);
    const before = home.writes.length;
    const issuedAtUtcMs = home.clock.now().utcMs;
    const notice = noticeWith({ issuedAtUtcMs, expiresAtUtcMs: issuedAtUtcMs + 10 * MINUTE_MS });
    await home.gateway.commands.acceptRestriction(signed(notice));
    expect(home.writes.length).toBe(before + 1);
    expect(home.carA()).toBe(0);
  });

  it('is written as ever once it is quick again', async () => {
    const home = await onSlowCard();
    home.householdA = 30;
    await home.clock.advance(10_000);
    expect(codesOf(home)).toContain('store-slow');
    home.store.onCommit = () => undefined;
    await home.clock.advance(2 * MINUTE_MS);
    expect(codesOf(home)).not.toContain('store-slow');
    const before = home.store.batches.length;
    await home.clock.advance(2 * MINUTE_MS);
    expect(home.store.batches.length - before).toBeGreaterThanOrEqual(3);
  });
});

it('a whole home on such a card is never above a ceiling for longer than it may be, and one write more', async () => {
  let stall = (_ms: number): void => undefined;
  const slow = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...given: unknown[]) => unknown;
        if (name !== 'commit') return call;
        return (...given: unknown[]) => {
          const result = call(...given);
          stall(LONG_WRITE_MS);
          return result;
        };
      },
    });
  const stepped = new SteppedHome({
    startAtMs: Date.parse('2006-12-23T17:26:00+01:00'),
    backOffice: new BackOffice(),
    wrapStore: slow,
  });
  try {
    stepped.home.ledger.setCeiling('import', 54);
    stepped.home.ledger.setCeiling('export', 16);
    stepped.start();
    await stepped.clock.advance(10 * MINUTE_MS);
    let stalls = 0;
    stall = (ms) => {
      stalls += 1;
      stepped.clock.block(ms);
    };
    await stepped.clock.advance(45 * MINUTE_MS);
    const { ceilings, energyWh } = tellTruth(stepped.home);
    const [imported] = ceilings.import.phases;
    const [exported] = ceilings.export.phases;
    expect(stalls).toBeGreaterThan(20);
    const most = 5 + LONG_WRITE_MS / 1_000;
    expect(imported?.longestAvoidableExcursionS).toBeLessThanOrEqual(most);
    expect(exported?.longestAvoidableExcursionS).toBeLessThanOrEqual(most);
    expect(energyWh.cars).toBeGreaterThan(1_000);
  } finally {
    stepped.remove();
  }
}, 120_000);
