import type { Memory } from '../core/memory.ts';
import type { SetSwitch } from '../domain/command.ts';
import { hasLevel, type SitePlan } from '../domain/sitePlan.ts';

/** What the switches were told in the life before. */
export function rememberedSwitches(site: SitePlan, memory: Memory): readonly SetSwitch[] {
  return site.loads.flatMap((load): SetSwitch[] => {
    const commanded = memory.loads[load.loadId]?.commanded;
    if (hasLevel(load) || commanded === undefined) return [];
    const { loadId, deviceId, relayChannel } = load;
    return [
      {
        kind: 'setSwitch',
        loadId,
        deviceId,
        relayChannel,
        position: commanded > 0 ? 'closed' : 'open',
        // An opening may be said at any time.
        effect: commanded > 0 ? 'refresh' : 'narrowing',
        reason: { kind: 'fault', code: 'not-yet-read', subject: deviceId },
      },
    ];
  });
}
