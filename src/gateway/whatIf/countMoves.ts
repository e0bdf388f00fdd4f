import type { Decision } from '../../core/decision.ts';
import type { Memory } from '../../core/memory.ts';

/** How often loads were moved. A command that only repeats what was said before moves nothing. */
export interface Moves {
  readonly setpointChanges: number;
  readonly contactorOperations: number;
  /** How often the limitation scheme locked (State 3). */
  readonly lockOuts: number;
}

export const NO_MOVES: Moves = { setpointChanges: 0, contactorOperations: 0, lockOuts: 0 };

/** The moves with those of one more decision, which began with that memory. */
export function countMoves(moves: Moves, before: Memory, { commands, events, memory }: Decision): Moves {
  const moved = commands.filter(
    ({ loadId }) => before.loads[loadId]?.commanded !== memory.loads[loadId]?.commanded,
  );
  const operations = moved.filter(({ kind }) => kind === 'setSwitch').length;
  const lockOuts = events.filter((event) => event.kind === 'schemeStateChanged' && event.to === 3).length;
  return {
    setpointChanges: moves.setpointChanges + moved.length - operations,
    contactorOperations: moves.contactorOperations + operations,
    lockOuts: moves.lockOuts + lockOuts,
  };
}
