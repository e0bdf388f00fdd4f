import type { Limit } from '../domain/limit.ts';

/**
 * The one slot of the controlling party: what it asked for last (a curtailment, the intervals of a schedule, or nothing) and
 * the ids that were seen, so that a repetition changes nothing.
 */
export interface ControlSlot {
  readonly limits: readonly Limit[];
  /** Of what fills the slot; absent: nothing was asked for, or it was cancelled. */
  readonly id?: string;
  /** Oldest first. */
  readonly knownIds: readonly string[];
}

export const EMPTY_SLOT: ControlSlot = { limits: [], knownIds: [] };

/** As many as the inbox remembers. */
const MOST_KNOWN_IDS = 256;

/** A new control takes the place of the one before; one without limits says that there is none. */
export function withControl(slot: ControlSlot, limits: readonly Limit[], id: string): ControlSlot {
  return { limits, id, knownIds: knownIdsWith(slot, id) };
}

/** A cancel ends what it names, and keeps it from coming later. */
export function withoutControl(slot: ControlSlot, id: string): ControlSlot {
  const knownIds = knownIdsWith(slot, id);
  return slot.id === id ? { limits: [], knownIds } : { ...slot, knownIds };
}

/** What was asked for holds no more, whoever asked; its ids stay known. */
export function withoutLimits({ knownIds }: ControlSlot): ControlSlot {
  return { limits: [], knownIds };
}

/** The ids seen so far with this one as the latest. */
function knownIdsWith({ knownIds }: ControlSlot, id: string): readonly string[] {
  return [...knownIds.filter((known) => known !== id), id].slice(-MOST_KNOWN_IDS);
}
