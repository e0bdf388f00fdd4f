import type { ChargingHours } from '../domain/chargingHours.ts';
import type { Now, UtcMs } from '../domain/instant.ts';
import { isBoosted, type Preference } from '../domain/preference.ts';
import type { ChargePointPlan } from '../domain/sitePlan.ts';
import { isOpen, localTime } from './chargingHours.ts';

const STEP_MS = 300_000;
const HOUR_MS = 3_600_000;

/** What can be said today of a wish for energy by a time. */
export interface Forecast {
  readonly loadId: string;
  readonly departureUtcMs: UtcMs;
  /** Wh that are still wanted, >= 0. */
  readonly wantedWh: number;
  /** Wh that can come until then when the house goes on as it does now. */
  readonly expectedWh: number;
  readonly isEnough: boolean;
  /** When it is reached; absent: not before the departure. */
  readonly readyAtUtcMs?: UtcMs;
}

interface Arguments {
  readonly wish: Extract<Preference, { kind: 'readyBy' }>;
  readonly plan: ChargePointPlan;
  /** On how many phases it charges. */
  readonly phases: number;
  readonly hours: ChargingHours | undefined;
  readonly preferences: readonly Preference[];
  /** Amps per phase that the load may have now, charging hours left aside. */
  readonly possibleA: number;
  readonly voltageV: number;
  /** The energy register of the charge point now, where it has one. */
  readonly energyWh: number | undefined;
  readonly now: Now;
}

/**
 * An honest forecast: the current that is possible now for every hour that the charging hours leave, and nothing in the others
 * beyond what they leave. It promises nothing and changes nothing: a limit comes before a wish.
 */
export function forecastReadyBy(arguments_: Arguments): Forecast {
  const { wish, plan, phases, hours, preferences, possibleA, voltageV, energyWh, now } = arguments_;
  const { loadId, departureUtcMs } = wish;
  const sinceWh =
    energyWh === undefined || wish.fromEnergyWh === undefined ? 0 : Math.max(0, energyWh - wish.fromEnergyWh);
  const wantedWh = Math.max(0, wish.energyWh - sinceWh);
  let expectedWh = 0;
  let readyAtUtcMs: UtcMs | undefined = wantedWh === 0 ? now.utcMs : undefined;
  for (let atMs = now.utcMs; atMs < departureUtcMs; atMs += STEP_MS) {
    const stepMs = Math.min(STEP_MS, departureUtcMs - atMs);
    const boosted = isBoosted(preferences, loadId, now.runningMs + (atMs - now.utcMs));
    const currentA = usable(plan, Math.min(possibleA, boosted ? plan.ratingA : ceilingOf(hours, atMs)));
    expectedWh += (currentA * voltageV * phases * stepMs) / HOUR_MS;
    if (readyAtUtcMs === undefined && expectedWh >= wantedWh) readyAtUtcMs = atMs + stepMs;
  }
  return {
    loadId,
    departureUtcMs,
    wantedWh,
    expectedWh,
    isEnough: expectedWh >= wantedWh,
    ...(readyAtUtcMs === undefined ? {} : { readyAtUtcMs }),
  };
}

function ceilingOf(hours: ChargingHours | undefined, atMs: UtcMs): number {
  if (hours === undefined) return Number.POSITIVE_INFINITY;
  const local = localTime(atMs, hours.timeZone);
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...hours.windows.filter((window) => isOpen(window, local)).map(({ ceilingA }) => ceilingA),
  );
}

function usable(plan: ChargePointPlan, currentA: number): number {
  return currentA >= plan.minimumA ? currentA : 0;
}
