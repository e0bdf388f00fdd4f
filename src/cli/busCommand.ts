import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchBus } from './localClient.ts';
import { renderBus } from './renderBus.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** The bus doctor: what each line and unit did since the gateway started, and what that points to. */
export async function bus(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchBus(directory.value);
  if (!answer.ok) {
    const also = answer.isAbsent ? '; without a gateway, `loadgate scan` looks at a line' : '';
    return refuse(context, answer.exit, `${answer.detail}${also}`);
  }
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, answer.value);
  else context.standardOutput.write(`${renderBus(answer.value)}\n`);
  return EXIT_CODES.ok.code;
}
