import type { RunningMs, UtcMs } from './instant.ts';

/** What the household asks for, rank 8. It never lifts ranks 1 to 5. */
export type Preference =
  /** Charge now: lifts the charging hours, and the random delay of their end, for one load. */
  | { readonly kind: 'boost'; readonly loadId: string; readonly untilMs: RunningMs }
  /** So much energy by a time. It widens nothing by itself; it is what the forecast is made for. */
  | {
      readonly kind: 'readyBy';
      readonly loadId: string;
      readonly departureUtcMs: UtcMs;
      /** Wh from the mains, counted from when it was asked for. */
      readonly energyWh: number;
      /** The energy register of the charge point when it was asked for, where it has one. */
      readonly fromEnergyWh?: number;
    };

export function isBoosted(preferences: readonly Preference[], loadId: string, nowMs: RunningMs): boolean {
  return preferences.some((one) => one.kind === 'boost' && one.loadId === loadId && nowMs < one.untilMs);
}
