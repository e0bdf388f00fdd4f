import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/systemClock.ts';

const START_UTC_MS = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;
const notSynchronised = async () => false;

beforeEach(() => {
  vi.useFakeTimers({ now: START_UTC_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('running time', () => {
  it('goes on from the lives before, and knows nothing of the time between them', () => {
    const clock = createSystemClock({ initialRunningMs: 5_000, lastUtcMs: START_UTC_MS - 86_400_000 });
    expect(clock.runningMs()).toBe(5_000);
    vi.advanceTimersByTime(1_500);
    expect(clock.runningMs()).toBe(6_500);
    expect(clock.now().runningMs).toBe(6_500);
  });

  it('runs on while the wall clock is set back and forth', () => {
    const clock = createSystemClock({ isSynchronised: notSynchronised });
    vi.setSystemTime(START_UTC_MS - 3_600_000);
    vi.advanceTimersByTime(1_000);
    vi.setSystemTime(START_UTC_MS + 3_600_000);
    expect(clock.runningMs()).toBe(1_000);
  });

  it.each([0.5, 1, 10, 60])('is scaled by a speed of %s, timers and UTC alike', (speed) => {
    const clock = createSystemClock({ speed, isSynchronised: notSynchronised });
    let ranAtMs: number | undefined;
    clock.after(6_000, () => {
      ranAtMs = clock.runningMs();
    });
    vi.advanceTimersByTime(6_000 / speed - 1);
    expect(ranAtMs).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(ranAtMs).toBe(6_000);
    expect(clock.now().utcMs).toBe(START_UTC_MS + 6_000);
  });

  it('refuses a speed that stands still', () => {
    expect(() => createSystemClock({ speed: 0 })).toThrow('expected a number above 0, found 0');
  });
});

describe('timers', () => {
  it('do not run after they were cancelled', () => {
    const clock = createSystemClock();
    const run = vi.fn();
    const cancel = clock.after(100, run);
    cancel();
    vi.advanceTimersByTime(1_000);
    cancel();
    expect(run).not.toHaveBeenCalled();
  });

  it('wait for a month without firing at once', () => {
    const clock = createSystemClock();
    const run = vi.fn();
    const month = 30 * 86_400_000;
    clock.after(month, run);
    vi.advanceTimersByTime(month - 1);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('are cancelled in the middle of a long wait', () => {
    const clock = createSystemClock();
    const run = vi.fn();
    const cancel = clock.after(30 * 86_400_000, run);
    vi.advanceTimersByTime(26 * 86_400_000);
    cancel();
    vi.advanceTimersByTime(10 * 86_400_000);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('the level of the wall clock', () => {
  it('is coarse at or after the last persisted instant', () => {
    const clock = createSystemClock({ lastUtcMs: START_UTC_MS - 1, isSynchronised: notSynchronised });
    expect(clock.now()).toMatchObject({ clockLevel: 'coarse', utcMs: START_UTC_MS });
  });

  it('is none behind it, and UTC goes on from that instant', () => {
    const lastUtcMs = START_UTC_MS + 7 * 86_400_000;
    const clock = createSystemClock({ lastUtcMs, isSynchronised: notSynchronised });
    expect(clock.now()).toMatchObject({ clockLevel: 'none', utcMs: lastUtcMs });
    vi.advanceTimersByTime(2_500);
    expect(clock.now().utcMs).toBe(lastUtcMs + 2_500);
  });

  it('is none on a new box whose clock was never set', () => {
    vi.setSystemTime(0);
    expect(createSystemClock({ isSynchronised: notSynchronised }).now().clockLevel).toBe('none');
  });

  it('falls to none when the clock is set back behind what has passed', () => {
    const clock = createSystemClock({ lastUtcMs: START_UTC_MS, isSynchronised: notSynchronised });
    vi.advanceTimersByTime(MINUTE_MS);
    vi.setSystemTime(START_UTC_MS + 1_000);
    expect(clock.now()).toMatchObject({ clockLevel: 'none', utcMs: START_UTC_MS + MINUTE_MS });
  });

  it('is synced when the system says so, even behind the last persisted instant', async () => {
    const lastUtcMs = START_UTC_MS + 3_600_000;
    const clock = createSystemClock({ lastUtcMs, isSynchronised: async () => true });
    await vi.advanceTimersByTimeAsync(1);
    expect(clock.now()).toMatchObject({ clockLevel: 'synced', utcMs: START_UTC_MS + 1 });
  });

  it('is asked for again every minute, and falls back when nobody answers', async () => {
    const isSynchronised = vi
      .fn<() => Promise<boolean>>()
      .mockResolvedValue(true)
      .mockResolvedValueOnce(true)
      .mockRejectedValueOnce(new Error('no bus'));
    const clock = createSystemClock({ isSynchronised });
    const levelAfter = async (waitMs: number) => {
      await vi.advanceTimersByTimeAsync(waitMs);
      clock.now();
      await vi.advanceTimersByTimeAsync(1);
      return clock.now().clockLevel;
    };
    expect(await levelAfter(MINUTE_MS / 2)).toBe('synced');
    expect(isSynchronised).toHaveBeenCalledTimes(1);
    expect(await levelAfter(MINUTE_MS / 2)).toBe('coarse');
    expect(await levelAfter(MINUTE_MS)).toBe('synced');
    expect(isSynchronised).toHaveBeenCalledTimes(3);
  });
});
