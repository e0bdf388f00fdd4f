import { PHASES, type Phase } from '../domain/phase.ts';
import type { ProfileData } from '../profiles/profileSchema.ts';

/** Smallest and largest of what a device accepts; zero may be allowed besides. */
export interface AllowedRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly isZeroAllowed: boolean;
}

/** What the check of a site plan needs to know of a device profile. */
export interface ProfileFacts {
  readonly kind: 'meter' | 'chargePoint' | 'relay';
  readonly transports: readonly DeviceTransport[];
  /** Terminals on which the device measures or supplies; empty for a relay. */
  readonly phases: readonly Phase[];
  /** Channel numbers as printed on the device; for relays only. */
  readonly relayChannels?: { readonly first: number; readonly last: number };
  readonly setpointA?: AllowedRange;
  /** What the device can do by itself when it hears nothing; absent: nothing. */
  readonly fallback?: { readonly currentA: AllowedRange; readonly timeoutMs: AllowedRange };
}

type DeviceTransport = 'tcp' | 'serial';

/** By the name that the site plan uses. */
export type ProfileCatalogue = ReadonlyMap<string, ProfileFacts>;

/** What a profile says about itself, as far as the check needs it. */
export function factsOf(profile: ProfileData): ProfileFacts {
  const { setChargeCurrent, setSwitch } = profile.commands;
  const { fallback, kind, link, points } = profile;
  const phases = PHASES.filter(
    (phase) => `phaseCurrentA.${phase}` in points || `phasePowerW.${phase}` in points,
  );
  return {
    kind,
    transports: [link.transport === 'tcp' ? 'tcp' : 'serial'],
    phases,
    ...(setSwitch !== undefined && {
      relayChannels: { first: setSwitch.firstChannel, last: setSwitch.firstChannel + setSwitch.channels - 1 },
    }),
    ...(setChargeCurrent !== undefined && {
      setpointA: {
        minimum: setChargeCurrent.minimumA,
        maximum: setChargeCurrent.maximumA,
        isZeroAllowed: true,
      },
    }),
    ...(fallback !== undefined && {
      fallback: {
        currentA: {
          minimum: fallback.current.minimumA,
          maximum: fallback.current.maximumA,
          isZeroAllowed: fallback.current.zeroMeans === 'stopsCharging',
        },
        timeoutMs: {
          minimum: fallback.timeout.minimumMs,
          maximum: fallback.timeout.maximumMs,
          isZeroAllowed: false,
        },
      },
    }),
  };
}
