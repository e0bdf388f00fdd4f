import type { StartRefusal } from '../cli/context.ts';
import type { ExitName } from '../cli/exitCodes.ts';

/** Why the gateway cannot start, with the exit code that goes with it. */
export function refusal(exit: ExitName, message: string): StartRefusal {
  return Object.assign(new Error(message), { exit });
}
