import type { DeviceTraits } from '../../ports/device.ts';
import { isSameModel, type RegisterPlace } from '../../profiles/allow.ts';
import type { Profile } from '../../profiles/profile.ts';
import { refreshEveryMs } from '../../profiles/refresh.ts';
import { scaleOfUnit, scaleToValue } from '../../profiles/units.ts';

/**
 * What the profile promises, for the gateway's own timing.
 * @param timeoutMs the device's fall-back time-out; absent: none is set
 */
export function traitsOf({ data }: Profile, timeoutMs: number | undefined): DeviceTraits {
  const { setChargeCurrent, setSignedPower, setPowerLimit } = data.commands;
  const targets: (RegisterPlace & { readonly function: number })[] = [
    ...[setChargeCurrent, setSignedPower].filter((target) => target !== undefined),
    ...(setPowerLimit?.limited ?? []),
  ];
  const spacings = data.writes
    .filter((entry) => targets.some((target) => isInside(target, entry)))
    .map((entry) => entry.leastSpacingMs);
  const refreshMs = refreshEveryMs(data, timeoutMs);
  return {
    ...(refreshMs === undefined ? {} : { refreshEveryMs: refreshMs }),
    writeSpacingMs: Math.max(data.timing.writeSpacingMs, ...spacings),
    setpointStepA: setChargeCurrent?.stepA ?? signedStepA(setSignedPower) ?? 1,
  };
}

/** One step of a signed power, in amps. */
function signedStepA(command: Profile['data']['commands']['setSignedPower']): number | undefined {
  return command === undefined ? undefined : scaleToValue(1, scaleOfUnit(command.unit)) / command.perAmp;
}

function isInside(
  target: RegisterPlace & { readonly function: number },
  entry: Profile['data']['writes'][number],
): boolean {
  return (
    entry.function === target.function &&
    isSameModel(entry, target) &&
    target.address >= entry.address &&
    target.address < entry.address + entry.addresses
  );
}
