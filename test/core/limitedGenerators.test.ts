import { describe, expect, it } from 'vitest';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { CHARGE_POINT, decideScene, INVERTER, NOW_MS, type Scene, SITE, told } from './smallHome.ts';

/** The small home with 16 A of export agreed and an inverter of 18 A that takes a limit. */
const SUNNY: SitePlan = { ...SITE, loads: [CHARGE_POINT, INVERTER] };

/** The charge point is out of order and asks for nothing. */
const sunny = (scene: Scene) => decideScene({ site: SUNNY, car: { state: 'F' }, ...scene });

describe('a generator with a power limit', () => {
  it('is left alone while the export stays below its ceiling', () => {
    expect(told(sunny({ gridA: -15, inverter: { limitA: 18, givenA: 17 } }))).toEqual([]);
  });

  it('is limited by what is too much, not switched off', () => {
    const decision = sunny({ gridA: -17.4, inverter: { limitA: 18, givenA: 17.4 } });
    // 17.4 A given, 1.4 A too much, 0.8 A of margin, down to a step of 0.1 A: 15.2 A at 216.2 V.
    expect(told(decision)).toEqual(['solar 3286 W narrowing']);
  });

  it('is limited further when a load is shed', () => {
    const gridIsFull = sunny({
      gridA: -15.9,
      car: { setpointA: 6, drawnA: 6, commandedA: 6, state: 'F' },
      inverter: { limitA: 18, givenA: 17 },
    });
    // The car pauses for its fault: 6 A more would flow out.
    expect(told(gridIsFull)).toEqual([
      'car 0 A narrowing',
      expect.stringMatching(/^solar 2\d{3} W narrowing$/),
    ]);
  });

  it('may give more as the house takes more, a step at a time', () => {
    const decision = sunny({ gridA: -10, inverter: { limitA: 12, givenA: 12, commandedA: 12 } });
    expect(told(decision)).toEqual(['solar 2810 W widening']);
  });

  it('is set free as it was found when there is room for all that it can give', () => {
    const decision = sunny({ gridA: -2, inverter: { limitA: 15, givenA: 5, commandedA: 15 } });
    expect(told(decision)).toEqual(['solar no limit widening']);
  });

  it('is set free after it has given little for long, though its rating would be too much', () => {
    const night = (idleSinceMs: number) =>
      sunny({
        gridA: -9,
        inverter: { limitA: 12, givenA: 1, commandedA: 12 },
        memories: { solar: { idleSinceMs } },
      });
    expect(told(night(NOW_MS - 600_000))).toEqual(['solar no limit widening']);
    expect(told(night(NOW_MS - 500_000))).not.toContain('solar no limit widening');
  });

  it('keeps a limit that somebody else has set', () => {
    expect(told(sunny({ gridA: 5, inverter: { limitA: 9, givenA: 9 } }))).toEqual([]);
    const released = { limitA: 9, givenA: 9, commandedA: 18 };
    const tried = { commandedAtMs: NOW_MS - 20_000, reassertedAtMs: NOW_MS - 10_000 };
    expect(told(sunny({ gridA: 5, inverter: released, memories: { solar: tried } }))).toEqual([]);
  });

  it('is told again, and counts for its rating, when it gives more than it reads back', () => {
    const decision = sunny({ gridA: -10, inverter: { limitA: 6, givenA: 14, commandedA: 6 } });
    expect(decision.explanation.faults.map(({ code }) => code)).toContain('load-exceeds-setpoint');
    expect(told(decision)).toEqual(['solar 1297 W narrowing']);
    expect(decision.explanation.loads.find(({ loadId }) => loadId === 'solar')?.inForceA).toBe(18);
  });

  it('is judged by what it gives when its limit cannot be read back', () => {
    expect(told(sunny({ gridA: -17.4, inverter: { givenA: 17.4 } }))).toEqual(['solar 3286 W narrowing']);
    expect(told(sunny({ gridA: -10, inverter: { givenA: 8, commandedA: 8 } }))).toEqual([
      'solar 1945 W widening',
    ]);
  });

  it('counts for its rating and gets no more while it does not answer', () => {
    const decision = sunny({ gridA: -5, inverter: { givenA: 0, isGone: true, commandedA: 8 } });
    expect(told(decision)).toEqual([]);
    expect(decision.explanation.loads.find(({ loadId }) => loadId === 'solar')?.inForceA).toBe(18);
  });

  it('goes to its safe current when the picture is lost', () => {
    const decision = sunny({ gridIsGone: true, inverter: { limitA: 18, givenA: 12 } });
    expect(told(decision)).toContain('solar 432 W narrowing');
  });

  it('does not count what a bidirectional charge point draws as given', () => {
    const charging = sunny({ gridA: 12, inverter: { limitA: 18, givenA: -12 } });
    const { drawnA } = charging.explanation.loads.find(({ loadId }) => loadId === 'solar') ?? {};
    expect(drawnA).toEqual({ L1: 0 });
  });
});
