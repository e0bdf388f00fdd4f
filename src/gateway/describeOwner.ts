import type { Status } from '../contract/status.ts';
import { clockTime } from '../core/chargingHours.ts';
import type { LoadExplanation } from '../core/decision.ts';
import { forecastReadyBy } from '../core/forecast.ts';
import type { Now } from '../domain/instant.ts';
import type { Snapshot } from '../domain/point.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import { hoursInForce, type OwnerSettings } from './ownerSettings.ts';

interface OwnerFacts {
  readonly site: SitePlan;
  readonly owner: OwnerSettings;
  readonly now: Now;
  readonly snapshot: Snapshot;
  readonly loads: readonly LoadExplanation[];
}

/** What the owner has chosen, and what can be promised of it. */
export function describeOwner(facts: OwnerFacts): Status['owner'] {
  const { site, owner } = facts;
  const hours = hoursInForce(site, owner);
  return {
    hours: (hours?.windows ?? []).map(({ days, fromMinute, untilMinute, ceilingA, reason }) => ({
      days: [...days],
      from: clockTime(fromMinute),
      until: clockTime(untilMinute),
      ceilingA,
      reason,
    })),
    hoursAre: hours === undefined ? 'none' : owner.chargingHours === undefined ? 'planned' : 'chosen',
    boosts: owner.preferences.flatMap((one) =>
      one.kind === 'boost' ? [{ loadId: one.loadId, untilMs: one.untilMs }] : [],
    ),
    readyBy: describeWishes(facts),
  };
}

function describeWishes({ site, owner, now, snapshot, loads }: OwnerFacts): Status['owner']['readyBy'] {
  const { preferences } = owner;
  return preferences.flatMap((wish) => {
    const plan = site.loads.find(({ loadId }) => loadId === wish.loadId);
    if (wish.kind !== 'readyBy' || plan?.kind !== 'chargePoint') return [];
    const load = loads.find(({ loadId }) => loadId === wish.loadId);
    const isHeldByHours = load?.reason.kind === 'limit' && load.reason.source === 'schedule';
    const register = snapshot[plan.deviceId]?.totalEnergyWh;
    const { departureUtcMs, wantedWh, expectedWh, isEnough, readyAtUtcMs } = forecastReadyBy({
      wish,
      plan,
      phases: load?.phases?.counted ?? Object.keys(plan.phaseMap).length,
      hours: hoursInForce(site, owner),
      preferences,
      // While the hours hold it back nobody knows what will be free: its rating is the best guess.
      possibleA: load === undefined || isHeldByHours ? plan.ratingA : load.desiredA,
      voltageV: site.nominalVoltageV,
      energyWh: register?.state === 'measured' ? Number(register.value) : undefined,
      now,
    });
    return [
      {
        loadId: wish.loadId,
        departure: new Date(departureUtcMs).toISOString(),
        wantedWh: Math.round(wantedWh),
        expectedWh: Math.round(expectedWh),
        isEnough,
        ...(readyAtUtcMs === undefined ? {} : { readyAt: new Date(readyAtUtcMs).toISOString() }),
      },
    ];
  });
}
