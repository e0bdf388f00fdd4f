import { PHASES, type Phase } from '../domain/phase.ts';
import { HAN_LOAD_SWITCH } from '../domain/sitePlan.ts';
import type { ProfileData } from '../profiles/profileSchema.ts';

/** Smallest and largest of what a device accepts; zero may be allowed besides. */
export interface AllowedRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly isZeroAllowed: boolean;
}

/** What the check of a site plan needs to know of a device profile. */
export interface ProfileFacts {
  readonly kind: ProfileData['kind'];
  readonly transports: readonly DeviceTransport[];
  /** Terminals on which the device measures or supplies; empty for a relay. */
  readonly phases: readonly Phase[];
  /** Channel numbers as printed on the device; for relays only. */
  readonly relayChannels?: { readonly first: number; readonly last: number };
  /** Numbers of its signal inputs; absent: none. */
  readonly inputs?: readonly number[];
  readonly setpointA?: AllowedRange;
  /** True when what it gives can be limited. */
  readonly takesPowerLimit: boolean;
  /** True when it can be switched between its own L1 and all three phases. */
  readonly switchesPhases: boolean;
  /** What the device can do by itself when it hears nothing; absent: nothing. */
  readonly fallback?: { readonly currentA: AllowedRange; readonly timeoutMs: AllowedRange };
}

type DeviceTransport = 'tcp' | 'serial' | 'han';

/** By the name that the site plan uses. */
export type ProfileCatalogue = ReadonlyMap<string, ProfileFacts>;

/** A load-control switch on a radio: not a profile, but it is used like one. Five controllers are what a meter has. */
const HAN_LOAD_SWITCH_FACTS: ProfileFacts = {
  kind: 'relay',
  transports: ['han'],
  phases: [],
  relayChannels: { first: 1, last: 5 },
  takesPowerLimit: false,
  switchesPhases: false,
};

/** All that a site plan may name as a profile. */
export function catalogueOf(profiles: ReadonlyMap<string, { readonly data: ProfileData }>): ProfileCatalogue {
  const facts = new Map([...profiles].map(([id, { data }]) => [id, factsOf(data)] as const));
  return facts.set(HAN_LOAD_SWITCH, HAN_LOAD_SWITCH_FACTS);
}

/** What a profile says about itself, as far as the check needs it. */
function factsOf(profile: ProfileData): ProfileFacts {
  const { setChargeCurrent, setSwitch, setPowerLimit, setSignedPower } = profile.commands;
  const { fallback, kind, link, otherLinks = [], points } = profile;
  const phases = PHASES.filter(
    (phase) => `phaseCurrentA.${phase}` in points || `phasePowerW.${phase}` in points,
  );
  const inputs = Object.keys(points).flatMap((name) =>
    name.startsWith('inputActive.') ? [Number(name.slice('inputActive.'.length))] : [],
  );
  const setpoint = setChargeCurrent ?? signedRange(setSignedPower);
  return {
    kind,
    transports: [
      ...new Set([link, ...otherLinks].map(({ transport }) => (transport === 'tcp' ? 'tcp' : 'serial'))),
    ],
    // A device that gives its power only as a total stands on one phase.
    phases: phases.length === 0 && 'totalPowerW' in points ? ['L1'] : phases,
    takesPowerLimit: setPowerLimit !== undefined || setSignedPower !== undefined,
    switchesPhases: profile.commands.setPhases !== undefined,
    ...(inputs.length > 0 && { inputs }),
    ...(setSwitch !== undefined && {
      relayChannels: { first: setSwitch.firstChannel, last: setSwitch.firstChannel + setSwitch.channels - 1 },
    }),
    ...(setpoint !== undefined && {
      setpointA: { minimum: setpoint.minimumA, maximum: setpoint.maximumA, isZeroAllowed: true },
    }),
    ...(fallback !== undefined && {
      fallback: { currentA: currentRange(fallback.current), timeoutMs: timeoutRange(fallback.timeout) },
    }),
  };
}

function signedRange(
  command: ProfileData['commands']['setSignedPower'],
): { readonly minimumA: number; readonly maximumA: number } | undefined {
  if (command === undefined) return undefined;
  const { minimumW, chargeMaximumW, perAmp } = command;
  return { minimumA: minimumW / perAmp, maximumA: chargeMaximumW / perAmp };
}

type Fallback = NonNullable<ProfileData['fallback']>;

function currentRange(current: Fallback['current']): AllowedRange {
  if ('fixedA' in current) {
    return { minimum: current.fixedA, maximum: current.fixedA, isZeroAllowed: current.fixedA === 0 };
  }
  const { minimumA: minimum, maximumA: maximum, zeroMeans } = current;
  return { minimum, maximum, isZeroAllowed: zeroMeans === 'stopsCharging' };
}

function timeoutRange(timeout: Fallback['timeout']): AllowedRange {
  if ('fixedMs' in timeout)
    return { minimum: timeout.fixedMs, maximum: timeout.fixedMs, isZeroAllowed: false };
  return { minimum: timeout.minimumMs, maximum: timeout.maximumMs, isZeroAllowed: false };
}
