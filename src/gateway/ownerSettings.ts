import { type ChargingHours, DEFAULT_CHARGING_HOURS } from '../domain/chargingHours.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Preference } from '../domain/preference.ts';
import type { SitePlan } from '../domain/sitePlan.ts';

/** What the owner of the home has chosen. Kept over restarts with the rest of the memory. */
export interface OwnerSettings {
  /** Absent: as the site plan has it. */
  readonly chargingHours?: ChargingHours | 'none';
  readonly preferences: readonly Preference[];
}

export const NOTHING_CHOSEN: OwnerSettings = { preferences: [] };

/** A boost ends by itself; nobody means a longer one. */
export const LONGEST_BOOST_MS = 24 * 3_600_000;

/** The charging hours that hold: the owner's word, else the plan's. */
export function hoursInForce(site: SitePlan, { chargingHours }: OwnerSettings): ChargingHours | undefined {
  if (chargingHours === 'none') return undefined;
  if (chargingHours !== undefined) return chargingHours;
  return site.chargingHours === 'default' ? DEFAULT_CHARGING_HOURS : site.chargingHours;
}

/** One preference of a kind for a load: the new one takes the place of the old. */
export function withPreference(settings: OwnerSettings, preference: Preference): OwnerSettings {
  return { ...settings, preferences: [...others(settings, preference.kind, preference.loadId), preference] };
}

export function withoutPreference(
  settings: OwnerSettings,
  kind: Preference['kind'],
  loadId: string,
): OwnerSettings {
  return { ...settings, preferences: others(settings, kind, loadId) };
}

/** Forgets what has run out, so that the memory stays small. */
export function withoutExpired(settings: OwnerSettings, nowMs: RunningMs): OwnerSettings {
  const preferences = settings.preferences.filter((one) => one.kind !== 'boost' || nowMs < one.untilMs);
  return preferences.length === settings.preferences.length ? settings : { ...settings, preferences };
}

function others({ preferences }: OwnerSettings, kind: Preference['kind'], loadId: string): Preference[] {
  return preferences.filter((one) => one.kind !== kind || one.loadId !== loadId);
}
