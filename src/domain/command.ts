import type { PhaseCount } from './phase.ts';
import type { Reason } from './reason.ts';

/**
 * narrowing cannot raise the flow in any limited direction and goes out at once;
 * widening waits for its record; refresh repeats what is in force (read-back differs, or a device timer must be fed).
 */
export type CommandEffect = 'narrowing' | 'widening' | 'refresh';

interface CommandCommon {
  readonly loadId: string;
  readonly deviceId: string;
  readonly effect: CommandEffect;
  readonly reason: Reason;
}

/** Amps per phase; 0 pauses and never means "no limit". */
export interface SetChargeCurrent extends CommandCommon {
  readonly kind: 'setChargeCurrent';
  readonly currentA: number;
}

export interface SetSwitch extends CommandCommon {
  readonly kind: 'setSwitch';
  readonly relayChannel: number;
  readonly position: 'open' | 'closed';
}

/** Watts that a generator may give, over all its phases; absent: no limit, as the device was found. */
export interface SetPowerLimit extends CommandCommon {
  readonly kind: 'setPowerLimit';
  readonly powerW?: number;
}

/**
 * On how many phases a paused charge point charges from now on: on its own L1 alone, or on all three. It is said so that more
 * may flow than on the others, so it is always a widening: it waits for its record, and is never repeated.
 */
export interface SetPhases extends CommandCommon {
  readonly kind: 'setPhases';
  readonly phases: PhaseCount;
}

export type Command = SetChargeCurrent | SetSwitch | SetPowerLimit | SetPhases;
