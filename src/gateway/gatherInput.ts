import type { DecisionInput } from '../core/decision.ts';
import type { Limit } from '../domain/limit.ts';
import type { GatewayMemory } from './gatewayMemory.ts';
import { hoursInForce, withoutExpired } from './ownerSettings.ts';

interface Gathered
  extends Pick<DecisionInput, 'now' | 'site' | 'snapshot' | 'randomOffsetMs' | 'canRecord' | 'paces'> {
  readonly memory: GatewayMemory;
  /** Of the notices in force. */
  readonly restrictions: readonly Limit[];
  readonly schemeReset: DecisionInput['schemeReset'] | undefined;
}

/** All that one decision rests on. What says nothing is left out, so that the journal stays short. */
export function gatherInput({ memory, restrictions, schemeReset, ...given }: Gathered): DecisionInput {
  const { control, core, distrust, party } = memory;
  const { now, site } = given;
  const owner = withoutExpired(memory.owner, now.runningMs);
  const hours = hoursInForce(site, owner);
  const isDistrusted = distrust !== undefined && now.runningMs < distrust.untilMs;
  return {
    ...given,
    limits: control.limits,
    memory: core,
    ...(restrictions.length === 0 ? {} : { restrictions }),
    ...(isDistrusted ? { distrust: { code: distrust.code, subject: distrust.subject } } : {}),
    ...(site.controllingParty?.heartbeat === undefined ? {} : { party }),
    ...(hours === undefined ? {} : { chargingHours: hours }),
    ...(owner.preferences.length === 0 ? {} : { preferences: owner.preferences }),
    ...(schemeReset === undefined ? {} : { schemeReset }),
  };
}
