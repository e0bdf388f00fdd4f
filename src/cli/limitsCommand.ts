import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchStatus } from './localClient.ts';
import { renderLimits } from './renderLimits.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Every limit by rank: in force, about to begin, about to be released; the scheme and what the owner has chosen. */
export async function limits(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchStatus(directory.value);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  const { limits: slots, schemes, owner } = answer.value;
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, { limits: slots, schemes, owner });
  else context.standardOutput.write(`${renderLimits(answer.value)}\n`);
  return EXIT_CODES.ok.code;
}
