import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { DecisionInput } from '../../src/core/decision.ts';
import { EMPTY_LOAD_MEMORY } from '../../src/core/memory.ts';
import { measured } from '../../src/domain/reading.ts';
import type { ChargePointPlan, SitePlan, SwitchedLoadPlan } from '../../src/domain/sitePlan.ts';
import { CHARGE_POINT, NOW_MS, SITE, sceneInput, told } from './smallHome.ts';

const point = (name: string, priority: number): ChargePointPlan => ({
  ...(CHARGE_POINT as ChargePointPlan),
  loadId: name,
  deviceId: `${name}-device`,
  priority,
});

/** What each car may have in the end, on a cut-out of 54 A with a household of 4 A; each now has setpointA and draws it. */
function sharesOf(
  plans: readonly ChargePointPlan[],
  setpointsA: readonly number[],
  { ceilingA = 54, nowMs = NOW_MS } = {},
): Record<string, number | undefined> {
  const site: SitePlan = {
    ...SITE,
    circuits: [{ circuitId: 'supply', ratingA: ceilingA, derating: 1, meterId: 'grid' }],
    loads: plans,
  };
  const totalA = setpointsA.reduce((sum, setpointA) => sum + setpointA, 4);
  const shiftMs = nowMs - NOW_MS;
  const input = sceneInput({ site, gridA: totalA });
  const atMs = nowMs - 200;
  const fresh: DecisionInput = {
    ...input,
    now: { ...input.now, runningMs: nowMs },
    snapshot: {
      grid: {
        'phaseCurrentA.L1': measured(totalA, atMs),
        'phasePowerW.L1': measured(totalA * 230, atMs),
      },
      ...Object.fromEntries(
        plans.map(({ deviceId }, index) => [
          deviceId,
          {
            setpointA: measured(setpointsA[index] ?? 0, atMs),
            chargingState: measured('C', atMs),
            'phaseCurrentA.L1': measured(setpointsA[index] ?? 0, atMs),
          },
        ]),
      ),
    },
    memory: {
      ...input.memory,
      loads: Object.fromEntries(
        plans.map(({ loadId }, index) => [
          loadId,
          { ...EMPTY_LOAD_MEMORY, commanded: setpointsA[index] ?? 0, commandedAtMs: shiftMs },
        ]),
      ),
    },
  };
  const { loads } = decide(fresh).explanation;
  return Object.fromEntries(loads.map(({ loadId, desiredA }) => [loadId, Math.round(desiredA * 10) / 10]));
}

describe('sharing', () => {
  it('by priority: the first takes all it can use, the next what is left', () => {
    expect(sharesOf([point('a', 1), point('b', 2)], [16, 16])).toEqual({ a: 32, b: 17.2 });
  });

  it('equals share alike', () => {
    expect(sharesOf([point('a', 1), point('b', 1)], [16, 16])).toEqual({ a: 24.6, b: 24.6 });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => point(name, 1)) as [
      ChargePointPlan,
      ChargePointPlan,
      ChargePointPlan,
    ];
    expect(sharesOf([a, b, c], [10, 10, 10])).toEqual({ a: 16.4, b: 16.4, c: 16.4 });
  });

  it('what one cannot use goes to its equals', () => {
    const small: ChargePointPlan = { ...point('b', 1), ratingA: 10 };
    expect(sharesOf([point('a', 1), small], [16, 10])).toEqual({ a: 32, b: 10 });
  });

  it('nobody gets less than the least that charges: rather one waits', () => {
    const plans = [point('a', 1), point('b', 1), point('c', 1)];
    const shares = sharesOf(plans, [6, 6, 0], { ceilingA: 18 });
    expect(Object.values(shares).filter((amps) => amps === 0)).toHaveLength(1);
    expect(Object.values(shares).every((amps) => amps === 0 || (amps ?? 0) >= 6)).toBe(true);
  });

  it('who waits changes every quarter of an hour, and nobody waits twice before all have', () => {
    const plans = [point('a', 1), point('b', 1), point('c', 1)];
    const waiting = [0, 1, 2, 3].map((turn) => {
      const shares = sharesOf(plans, [0, 0, 0], { ceilingA: 18, nowMs: NOW_MS + turn * 900_000 });
      return Object.entries(shares).find(([, amps]) => amps === 0)?.[0];
    });
    expect(new Set(waiting.slice(0, 3)).size).toBe(3);
    expect(waiting[3]).toBe(waiting[0]);
  });

  it('within a turn the order does not change', () => {
    const plans = [point('a', 1), point('b', 1), point('c', 1)];
    const at = (nowMs: number) => sharesOf(plans, [0, 0, 0], { ceilingA: 18, nowMs });
    expect(at(900_000 * 3)).toEqual(at(900_000 * 4 - 1000));
  });

  it('nobody is narrowed for a switch that stays open: its rating fits only without the margin', () => {
    const { meterId: _, ...heater } = SITE.loads[1] as SwitchedLoadPlan;
    const site: SitePlan = {
      ...SITE,
      circuits: [{ circuitId: 'supply', ratingA: 18, derating: 1, meterId: 'grid' }],
      loads: [point('car', 2), { ...heater, priority: 1 }],
    };
    const input = sceneInput({ site, gridA: 11, car: { setpointA: 6 } });
    const snapshot = { ...input.snapshot, 'car-device': input.snapshot.charger ?? {} };
    const narrowed = told(decide({ ...input, snapshot })).filter((line) => line.endsWith('narrowing'));
    expect(narrowed).toEqual([]);
  });
});
