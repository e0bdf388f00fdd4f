import { DEFAULT_CHARGING_HOURS } from '../../../src/domain/chargingHours.ts';
import type { OwnerSettings } from '../../../src/gateway/ownerSettings.ts';

/** The owner chooses the default hours, or none. */
export function withHours(settings: OwnerSettings, hours: 'none' | 'default'): OwnerSettings {
  return { ...settings, chargingHours: hours === 'none' ? 'none' : DEFAULT_CHARGING_HOURS };
}
