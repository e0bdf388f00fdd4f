/** Report Event Status of the demand response and load control cluster, and what it says about the switch. */
export interface EventStatusEntry {
  readonly name: string;
  /**
   * accepted: known, not yet in force; shed: the load is switched off by it; released: the event no longer or not yet
   * holds the load; superseded: a newer event takes its place; refused: the event or its cancel was not taken.
   */
  readonly meaning: 'accepted' | 'shed' | 'released' | 'superseded' | 'refused';
  /** Whether nothing more comes of the event. */
  readonly isEnd: boolean;
  /** For people. */
  readonly sentence: string;
}

/**
 * The whole vocabulary. 0xFA and 0xFC are reserved in the current text; older stacks say them for an event that they
 * already have or have already completed.
 * Source: Zigbee Smart Energy Profile Specification (07-5356), table D-7.
 */
export const EVENT_STATUS = {
  1: { name: 'received', meaning: 'accepted', isEnd: false, sentence: 'the switch has received the event' },
  2: { name: 'started', meaning: 'shed', isEnd: false, sentence: 'the event has started' },
  3: { name: 'completed', meaning: 'released', isEnd: true, sentence: 'the event has run to its end' },
  4: { name: 'optedOut', meaning: 'released', isEnd: false, sentence: 'the user has opted out (boost)' },
  5: { name: 'optedIn', meaning: 'shed', isEnd: false, sentence: 'the user has opted in again' },
  6: { name: 'cancelled', meaning: 'released', isEnd: true, sentence: 'the event was cancelled' },
  7: { name: 'superseded', meaning: 'superseded', isEnd: true, sentence: 'a newer event took its place' },
  8: {
    name: 'partlyOptedOut',
    meaning: 'released',
    isEnd: true,
    sentence: 'the event has ended; the user had opted out of a part of it',
  },
  9: {
    name: 'partlyOptedIn',
    meaning: 'released',
    isEnd: true,
    sentence: 'the event has ended; the user had opted in to a part of it',
  },
  10: {
    name: 'noParticipation',
    meaning: 'released',
    isEnd: true,
    sentence: 'the event has ended without the user, who had opted out',
  },
  248: {
    name: 'cancelInvalid',
    meaning: 'refused',
    isEnd: false,
    sentence: 'the cancel was refused as invalid',
  },
  249: {
    name: 'cancelTimeInvalid',
    meaning: 'refused',
    isEnd: false,
    sentence: 'the cancel was refused for its effective time',
  },
  250: { name: 'duplicate', meaning: 'refused', isEnd: false, sentence: 'the switch has this event already' },
  251: { name: 'expired', meaning: 'refused', isEnd: true, sentence: 'the event came after its end' },
  252: {
    name: 'alreadyCompleted',
    meaning: 'refused',
    isEnd: true,
    sentence: 'the switch has completed this event before',
  },
  253: { name: 'undefinedEvent', meaning: 'released', isEnd: true, sentence: 'the switch has no such event' },
  254: { name: 'rejected', meaning: 'refused', isEnd: true, sentence: 'the switch has rejected the event' },
} as const satisfies Record<number, EventStatusEntry>;

export type EventStatusCode = keyof typeof EVENT_STATUS;
export type EventStatusName = (typeof EVENT_STATUS)[EventStatusCode]['name'];

export function isEventStatus(code: number): code is EventStatusCode {
  return code in EVENT_STATUS;
}
