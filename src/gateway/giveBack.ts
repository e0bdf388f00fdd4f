import type { SitePlan } from '../domain/sitePlan.ts';
import type { Device } from '../ports/device.ts';

/**
 * Takes the limits off generators, which leaves each as its profile found it. Only when a gateway is taken out of service:
 * from then on nobody holds the home inside its ceilings but the devices themselves.
 * @returns the loads whose device could not be reached
 */
export async function giveBackGenerators(
  site: SitePlan,
  devices: readonly Device[],
): Promise<readonly string[]> {
  const results = await Promise.all(
    site.loads
      .filter(({ kind }) => kind === 'limitedGenerator')
      .map(async ({ loadId, deviceId }) => {
        const device = devices.find((candidate) => candidate.deviceId === deviceId);
        const result = await device?.apply({ kind: 'setPowerLimit' }, 'widening');
        return result?.ok === true ? [] : [loadId];
      }),
  );
  return results.flat();
}
