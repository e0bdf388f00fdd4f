import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { measured } from '../../src/domain/reading.ts';
import type { ChargePointPlan, Circuit, SitePlan } from '../../src/domain/sitePlan.ts';
import { CHARGE_POINT, NOW_MS, SITE, sceneInput, told } from './smallHome.ts';

const supply: Circuit = { circuitId: 'supply', ratingA: 60, derating: 1, meterId: 'grid' };

describe('a looped service', () => {
  const looped = (loopedService: NonNullable<Circuit['loopedService']>): SitePlan => ({
    ...SITE,
    circuits: [{ ...supply, loopedService }],
  });
  const charging = { gridA: 45, car: { setpointA: 32, drawnA: 32 } };

  it('holds the lower of the shared rating and the own share', () => {
    const plan = looped({ ratingA: 80, ownShareA: 40 });
    const decision = decide(sceneInput({ ...charging, site: plan }));
    expect(told(decision)).toEqual(['car 26.2 A narrowing']);
    expect(decision.commands[0]?.reason).toMatchObject({
      limitId: 'supply:looped:import',
      source: 'protection',
    });
    const lower = looped({ ratingA: 30, ownShareA: 40 });
    expect(told(decide(sceneInput({ ...charging, site: lower })))).toEqual(['car 16.2 A narrowing']);
  });

  it('never allows more than the cut-out of the home', () => {
    const plan = { ...looped({ ratingA: 100, ownShareA: 90 }) };
    expect(told(decide(sceneInput({ gridA: 70, car: { setpointA: 32, drawnA: 32 }, site: plan })))).toEqual([
      'car 21.2 A narrowing',
    ]);
  });
});

describe('unbalance', () => {
  const phases = ['L1', 'L2', 'L3'] as const;
  const site: SitePlan = {
    ...SITE,
    phases: ['L1', 'L2', 'L3'],
    meters: [
      { meterId: 'grid', deviceId: 'grid', phaseMap: { L1: 'L1', L2: 'L2', L3: 'L3' }, isInverted: false },
    ],
    circuits: [{ ...supply, maximumUnbalanceA: 16 }],
    loads: [CHARGE_POINT as ChargePointPlan],
  };
  const on = (flowsA: readonly [number, number, number], carA: number) => {
    const input = sceneInput({ site, car: { setpointA: carA, drawnA: carA } });
    const atMs = NOW_MS - 200;
    const grid = Object.fromEntries(
      phases.flatMap((phase, index) => [
        [`phaseCurrentA.${phase}`, measured(Math.abs(flowsA[index] ?? 0), atMs)],
        [`phasePowerW.${phase}`, measured((flowsA[index] ?? 0) * 230, atMs)],
      ]),
    );
    return decide({ ...input, snapshot: { ...input.snapshot, grid } });
  };

  it('one phase may import only so much more than the least loaded one', () => {
    expect(told(on([25, 5, 8], 24))).toEqual(['car 19.2 A narrowing']);
    expect(told(on([20, 5, 8], 19))).toEqual([]);
  });

  it('a phase that feeds in counts as what it is', () => {
    expect(told(on([20, -4, 8], 19))).toEqual(['car 10.2 A narrowing']);
  });

  it('names itself as the reason', () => {
    expect(on([25, 5, 8], 24).commands[0]?.reason).toMatchObject({
      limitId: 'supply:unbalance:L1',
      phase: 'L1',
    });
  });
});
