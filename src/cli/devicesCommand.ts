import type { Command } from 'commander';
import { readConfiguration } from '../config/readConfiguration.ts';
import { readDirectorySetting } from '../config/settings.ts';
import type { Devices } from '../contract/devices.ts';
import { modelsOf } from '../discovery/modelFacts.ts';
import { describeDevices } from '../gateway/describeDevices.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchDevices } from './localClient.ts';
import { renderDevices } from './renderDevices.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/**
 * Every device of the site plan: how it is doing, what guards it, what was written to it. Without a running gateway, what the
 * site plan and the profiles say.
 */
export async function devices(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchDevices(directory.value);
  if (answer.ok) return show(command, context, answer.value);
  if (!answer.isAbsent) return refuse(context, answer.exit, answer.detail);
  const result = readConfiguration(layersOf(command, context));
  if (!result.ok) {
    const sentence = `${answer.detail}, or name the settings with --config to see what the site plan says`;
    return refuse(context, answer.exit, sentence);
  }
  const { plan, profiles } = result.configuration;
  const now = (await context.compose()).createClock(1).now();
  return show(
    command,
    context,
    describeDevices({ site: plan, now, models: modelsOf(profiles), snapshot: {}, reports: [] }),
  );
}

function show(command: Command, context: Context, found: Devices): number {
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, found);
  else context.standardOutput.write(`${renderDevices(found)}\n`);
  return EXIT_CODES.ok.code;
}
