import { obey } from '../../../firmware-sim/commands.ts';
import type { Home } from '../../../firmware-sim/home.ts';
import type { HouseCommand } from './houseCommands.ts';

/** Tells a house that stands in the same process what a house of its own process is told in a line. */
export function tellHouse(home: Home, command: HouseCommand, atMs: number): void {
  const reply = obey(home, JSON.stringify(command), atMs);
  if (reply.kind === 'problem') throw new Error(reply.problem);
}
