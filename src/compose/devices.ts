import { createHanLoadSwitch } from '../adapters/han/hanLoadSwitch.ts';
import type { HanRadio } from '../adapters/han/hanRadio.ts';
import { openZStackRadio } from '../adapters/han/zStackRadio.ts';
import { createProfileDevice } from '../adapters/modbus/profileDevice.ts';
import type { DevicePlan, SitePlan } from '../domain/sitePlan.ts';
import { fallbackSettingsOf } from '../gateway/fallbackKeeper.ts';
import type { Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import type { Profile } from '../profiles/profile.ts';
import { lineIdOf } from './lines.ts';
import { refusal } from './refusal.ts';

interface DeviceParts {
  readonly site: SitePlan;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly lines: ReadonlyMap<string, ModbusLine>;
  readonly radios: ReadonlyMap<string, HanRadio>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
}

/** Coordinators of the load-control switches, by radio. */
export function openRadios(site: SitePlan, clock: Clock, entropy: Entropy, log: Log): Map<string, HanRadio> {
  return new Map(
    (site.radios ?? []).map(({ radioId, path }) => [
      radioId,
      openZStackRadio({ path, clock, entropy, log: log.child({ radioId }) }),
    ]),
  );
}

/** Every device of the plan, in its order. */
export function createDevices(parts: DeviceParts): Device[] {
  return parts.site.devices.map((plan) =>
    plan.connection.kind === 'han' ? createSwitch(plan, parts) : createModbusDevice(plan, parts),
  );
}

function createModbusDevice(plan: DevicePlan, { site, profiles, lines, clock, log }: DeviceParts): Device {
  const { deviceId, unit } = plan;
  const profile = profiles.get(plan.profile);
  const line = lines.get(lineIdOf(plan));
  if (profile === undefined || line === undefined) throw notWired(deviceId);
  const fallback = fallbackSettingsOf(site, deviceId);
  return createProfileDevice({
    deviceId,
    profile,
    unit,
    line,
    clock,
    log: log.child({ deviceId }),
    ...(fallback === undefined ? {} : { fallback }),
  });
}

/** Its controllers are the channels that the plan uses, each at an endpoint of its own. */
function createSwitch(plan: DevicePlan, { site, radios, clock, entropy, log }: DeviceParts): Device {
  const { deviceId, connection, unit } = plan;
  const radio = connection.kind === 'han' ? radios.get(connection.radioId) : undefined;
  if (radio === undefined || connection.kind !== 'han') throw notWired(deviceId);
  const { address, deviceClass, eventMinutes } = connection;
  const channels = channelsOf(site, deviceId);
  return createHanLoadSwitch({
    deviceId,
    radio,
    address,
    endpoint: unit,
    controllers: channels.map((relayChannel) => ({
      relayChannel,
      endpoint: unit + relayChannel - 1,
      deviceClasses: [deviceClass],
      ...(eventMinutes === undefined ? {} : { eventMinutes }),
    })),
    clock,
    entropy,
    log: log.child({ deviceId }),
  });
}

function channelsOf(site: SitePlan, deviceId: string): readonly number[] {
  const commanded = site.loads.flatMap((load) =>
    'relayChannel' in load && load.deviceId === deviceId ? [load.relayChannel] : [],
  );
  const observed = (site.observedSwitches ?? []).flatMap((seen) =>
    seen.seenAt === 'relay' && seen.deviceId === deviceId ? [seen.channel] : [],
  );
  const used = [...new Set([...commanded, ...observed])].sort((a, b) => a - b);
  return used.length === 0 ? [1] : used;
}

function notWired(deviceId: string) {
  return refusal(
    'wrongConfiguration',
    `device ${deviceId}: its profile, line or radio is missing; run \`loadgate check\``,
  );
}
