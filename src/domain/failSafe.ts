import type { Timing } from './sitePlan.ts';

/**
 * What is done when a source falls silent or cannot be trusted. One table: the judgement, its tests and docs/fail-safe.md
 * are made from it.
 */
export type FailSafeAction =
  /** Nothing behind it grows; what is there stays. */
  | 'nothingGrows'
  /** The loads behind it go to their safe posture. */
  | 'safePosture'
  /** The higher of what it was told and what it last reported counts. */
  | 'worstCase'
  /** Told again, and what is measured counts. */
  | 'repeated'
  /** Counts as limiting. */
  | 'limitHolds'
  /** Narrowing goes on, nothing widens. */
  | 'nothingWidens'
  /** What rests on it is left out; limits are not. */
  | 'leftOut'
  /** The ceilings that were agreed for this case hold. */
  | 'agreedCeilings'
  /** Nothing changes. */
  | 'goesOn'
  /** Devices fall back by themselves. */
  | 'devicesFallBack';

export interface FailSafeRow {
  readonly source: string;
  readonly failure: string;
  readonly action: FailSafeAction;
  /** Within this time of the failure; a name: as the timing of the site plan says. */
  readonly within: keyof Timing | 'at once' | string;
  readonly meaning: string;
}

export const FAIL_SAFE = {
  meterLate: {
    source: 'meter',
    failure: 'no reading for longer than it may be old',
    action: 'nothingGrows',
    within: 'meterMaxAgeMs',
    meaning: 'no load behind it grows',
  },
  meterSilent: {
    source: 'meter',
    failure: 'silent for the hold time, damaged, implausible, never read',
    action: 'safePosture',
    within: 'meterHoldMs',
    meaning:
      'the loads behind it go to their safe posture, with the write and their own reaction in less than 5 s',
  },
  meterFrozen: {
    source: 'meter',
    failure: 'repeats the very same reading',
    action: 'safePosture',
    within: 'meterFrozenMs',
    meaning: 'as if it were silent',
  },
  loadSilent: {
    source: 'load',
    failure: 'its set-point or position cannot be read back',
    action: 'worstCase',
    within: 'loadMaxAgeMs',
    meaning: 'it counts for the most it may draw until its own fall-back has surely come',
  },
  loadDisobeys: {
    source: 'load',
    failure: 'reports or draws more than it was told',
    action: 'repeated',
    within: 'confirmMs',
    meaning: 'it is told again, what is measured counts, others make room',
  },
  phasesUnknown: {
    source: 'load',
    failure: 'on how many phases it charges cannot be read back, or is not what it was told',
    action: 'worstCase',
    within: '30 s',
    meaning: 'it counts as on all three',
  },
  observedSwitchUnseen: {
    source: 'observed switch',
    failure: 'its position cannot be read',
    action: 'limitHolds',
    within: 'loadMaxAgeMs',
    meaning: 'it counts as limiting',
  },
  storeFailing: {
    source: 'record',
    failure: 'cannot be written (disk full, read-only), or takes seconds to be written',
    action: 'nothingWidens',
    within: 'at once',
    meaning: 'narrowing goes on, nothing widens',
  },
  recordLost: {
    source: 'record',
    failure: 'damaged and set aside, of another make, or restored from a backup',
    action: 'safePosture',
    within: 'at once',
    meaning:
      'every load stays in its safe posture until an operator has looked, or no forgotten limit can be in force',
  },
  clockUnset: {
    source: 'clock',
    failure: 'nobody knows what time it is',
    action: 'leftOut',
    within: 'at once',
    meaning: 'charging hours are off; limits run on the running clock',
  },
  partySilent: {
    source: 'controlling party',
    failure: 'no heartbeat for as long as was agreed',
    action: 'agreedCeilings',
    within: 'as agreed, 120 s',
    meaning:
      'its stored controls run to their end, and the fail-safe ceilings hold for as long as was agreed',
  },
  brokerSilent: {
    source: 'broker',
    failure: 'cannot be reached',
    action: 'goesOn',
    within: 'at once',
    meaning: 'nothing changes; what is to be sent waits on the disk',
  },
  gatewayDead: {
    source: 'gateway',
    failure: 'killed, hung, without power',
    action: 'devicesFallBack',
    within: 'the time-out of each device',
    meaning:
      'charge points go to their fall-back current, refreshed contacts open; docs/devices.md names those that cannot',
  },
} as const satisfies Record<string, FailSafeRow>;

export type FailSafeCase = keyof typeof FAIL_SAFE;
