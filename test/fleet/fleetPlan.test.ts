import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importSchema } from '../../src/contract/desk.ts';
import { DEFAULT_FLEET, type FleetOptions, planFleet } from './fleetPlan.ts';
import { registryOf } from './registry.ts';

function fleetOf(change: Partial<FleetOptions>): FleetOptions {
  return { ...DEFAULT_FLEET, ...change };
}

describe('a planned fleet', () => {
  it('is the same for the same seed, and another for another', () => {
    const options = fleetOf({ gateways: 300, areas: 3, neverAsked: 0.1, troubles: { dies: 0.05 } });
    expect(planFleet(options)).toEqual(planFleet(options));
    expect(planFleet({ ...options, seed: 2 })).not.toEqual(planFleet(options));
  });

  it('has exactly the shares that were asked for', () => {
    const options = fleetOf({
      gateways: 200,
      neverAsked: 0.1,
      withdrawn: 0.05,
      carAway: 0.25,
      troubles: { away: 0.02, answersLate: 0.03 },
    });
    const plans = planFleet(options);
    const count = (is: (plan: (typeof plans)[number]) => boolean): number => plans.filter(is).length;
    expect(count(({ consent }) => consent === 'never')).toBe(20);
    expect(count(({ consent }) => consent === 'withdrawn')).toBe(10);
    expect(count(({ carA }) => carA === 0)).toBe(50);
    expect(count(({ trouble }) => trouble?.kind === 'away')).toBe(4);
    expect(count(({ trouble }) => trouble?.kind === 'answersLate')).toBe(6);
  });

  it('spreads its gateways over the feeders as evenly as whole numbers allow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 20 }), (gateways, asked) => {
        const areas = Math.min(asked, gateways);
        const sizes = new Map<string, number>();
        for (const { areaId } of planFleet(fleetOf({ gateways, areas })))
          sizes.set(areaId, (sizes.get(areaId) ?? 0) + 1);
        expect(sizes.size).toBe(areas);
        expect(Math.max(...sizes.values()) - Math.min(...sizes.values())).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('comes with a registry that the desk takes, each gateway with a key of its own', () => {
    const registry = importSchema.parse(registryOf(fleetOf({ gateways: 50, withdrawn: 0.5 })));
    expect(registry.gateways).toHaveLength(50);
    expect(new Set(registry.gateways.map(({ publicKey }) => publicKey)).size).toBe(50);
    expect(registry.gateways.filter(({ consent }) => consent === 'given')).toHaveLength(25);
  });
});
