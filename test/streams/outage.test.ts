import { describe, expect, it } from 'vitest';
import { judgeOutage, tellOutage } from './outage.ts';

describe('an outage of a day and a half at a sample a second, with kills', () => {
  it('loses nothing where there is room: what the receiver holds is what was recorded', async () => {
    const end = await tellOutage({ days: 1.5, mostBytes: 128_000_000, kills: 4, killsInCatchUp: 3 });
    expect(judgeOutage(end)).toEqual([]);
    expect(end.losses.filter(({ sequences }) => sequences !== undefined)).toEqual([]);
    // The time of each kill is a gap that is told.
    expect(end.losses.filter(({ cause }) => cause === 'notRunning').length).toBe(7);
    expect(end.requests).toBeGreaterThan(0);
    expect(end.repeatedDeliveries).toBeGreaterThan(0);
  }, 120_000);

  it('thins the finest telemetry where there is none, says so, and touches neither receipts nor events', async () => {
    const end = await tellOutage({ days: 1.5, mostBytes: 1_000_000, kills: 4, killsInCatchUp: 3 });
    expect(judgeOutage(end)).toEqual([]);
    const thinned = end.losses.filter(({ cause }) => cause === 'thinned');
    expect(thinned.length).toBeGreaterThan(0);
    expect(new Set(thinned.map(({ stream }) => stream))).toEqual(new Set(['telemetry']));
    const waiting = end.atWorst.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0);
    expect(waiting).toBeLessThan(1_000_000 * 1.1);
  }, 120_000);
});
