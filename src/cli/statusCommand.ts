import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { Status } from '../contract/status.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchStatus } from './localClient.ts';
import { renderStatus } from './renderStatus.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Where the home stands: flows, loads, faults, broker, record. */
export function status(command: Command, context: Context): Promise<number> {
  return show(command, context, (found) => found, renderStatus);
}

/** What binds the home now, and each load, in one sentence each. */
export function why(command: Command, context: Context): Promise<number> {
  return show(command, context, reasonsOf, (found) => {
    const { sentence, loads } = reasonsOf(found);
    return [sentence, ...loads.map((load) => `  ${load.loadId}: ${load.sentence}`)].join('\n');
  });
}

function reasonsOf({ at, sentence, posture, loads }: Status) {
  return {
    at,
    sentence,
    posture,
    loads: loads.map(({ loadId, sentence: because, reason }) => ({ loadId, sentence: because, reason })),
  };
}

async function show(
  command: Command,
  context: Context,
  asJson: (status: Status) => unknown,
  asText: (status: Status) => string,
): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchStatus(directory.value);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, asJson(answer.value));
  else context.standardOutput.write(`${asText(answer.value)}\n`);
  return EXIT_CODES.ok.code;
}
