import type { ControllerSettings } from './controllerTypes.ts';
import { type CancelAllEvents, type CancelEvent, type LoadControlEvent, START_NOW } from './drlcMessages.ts';

const ALL_GROUPS = 0;
/** A narrowing is never delayed by a random start, nor ended early by a random end. */
const NO_RANDOMISATION = 0;
const RANDOM_CANCEL = 1;

/** The load is off from now on, for so many minutes. */
export function shedEvent(
  { deviceClass, criticality, shedBy }: ControllerSettings,
  issuerEventId: number,
  durationMinutes: number,
): LoadControlEvent {
  return {
    kind: 'loadControlEvent',
    issuerEventId,
    deviceClass,
    enrolmentGroup: ALL_GROUPS,
    startTimeS: START_NOW,
    durationMinutes,
    criticality,
    ...(shedBy === 'dutyCycle' ? { dutyCyclePercent: 0 } : { averageLoadPercent: -100 }),
    eventControl: NO_RANDOMISATION,
  };
}

export function cancelOf(
  { deviceClass }: ControllerSettings,
  issuerEventId: number,
  isRandom: boolean,
): CancelEvent {
  return {
    kind: 'cancelEvent',
    issuerEventId,
    deviceClass,
    enrolmentGroup: ALL_GROUPS,
    cancelControl: isRandom ? RANDOM_CANCEL : 0,
    effectiveTimeS: START_NOW,
  };
}

export function cancelOfAll(isRandom: boolean): CancelAllEvents {
  return { kind: 'cancelAllEvents', cancelControl: isRandom ? RANDOM_CANCEL : 0 };
}
