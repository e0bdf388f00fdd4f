import { hasLevel, isGenerator, type LoadPlan, type SitePlan } from '../../domain/sitePlan.ts';
import { type Channel, CONNECTION, channelOfLoad, type Metering } from '../../usage/sample.ts';

/** Upper end of the supply voltage in Great Britain; see HIGHEST_SUPPLY_VOLTAGE_V of the judgement. */
const HIGHEST_VOLTAGE_V = 253;

/** What is counted at this home: what somebody measures. A switch without a meter is not known, so it is not there. */
export function meteringOf(site: SitePlan): Metering {
  const connection = site.circuits.find(({ parentId }) => parentId === undefined);
  const phases = site.phases.length;
  const channels: Channel[] = [];
  if (connection?.meterId !== undefined) {
    const mostW = connection.ratingA * phases * HIGHEST_VOLTAGE_V;
    channels.push({ channelId: CONNECTION, kind: 'connection', mostW });
  }
  for (const plan of site.loads.filter(isCounted)) {
    channels.push({
      channelId: channelOfLoad(plan.loadId),
      kind: plan.kind,
      mostW: plan.ratingA * Object.keys(plan.phaseMap).length * HIGHEST_VOLTAGE_V,
    });
  }
  const chargePoints = site.loads
    .filter(({ kind }) => kind === 'chargePoint')
    .map(({ loadId, deviceId }) => ({
      loadId,
      deviceId,
      givingLoadIds: site.loads
        .filter((other) => isGenerator(other) && other.deviceId === deviceId)
        .map((other) => other.loadId),
    }));
  return { channels, chargePoints };
}

function isCounted(plan: LoadPlan): boolean {
  return hasLevel(plan) || plan.meterId !== undefined;
}
