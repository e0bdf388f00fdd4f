import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { acknowledgeLoss } from './localClient.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Ends the safe posture that follows a lost record, once an operator has looked into it. */
export async function acknowledge(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await acknowledgeLoss(directory.value);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, answer.value);
  else context.standardOutput.write(`${describe(answer.value.isAcknowledged)}\n`);
  return EXIT_CODES.ok.code;
}

function describe(isAcknowledged: boolean): string {
  return isAcknowledged
    ? 'Acknowledged: what the lost record may have held counts no more; the loads widen as their readings allow.'
    : 'Nothing to acknowledge: no record was lost, or it was acknowledged before.';
}
