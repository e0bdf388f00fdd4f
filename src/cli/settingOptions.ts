import { type Command, Option } from 'commander';
import type { SettingLayers } from '../config/settings.ts';
import { argumentOf, SETTING_PATHS, type SettingPath, settingRow } from '../config/settingsTable.ts';
import type { Context } from './context.ts';

/** Adds --config and one option for each of these settings. */
export function addSettingOptions(command: Command, paths: readonly SettingPath[] = SETTING_PATHS): void {
  command.addOption(
    new Option(
      '-c, --config <file>',
      'settings file; LOADGATE_CONFIG names one as well (see config/loadgate.jsonc)',
    ),
  );
  for (const path of paths) {
    const { doc, kind } = settingRow(path);
    command.addOption(new Option(`--${argumentOf(path)} <value>`, `${doc} Expects ${kind.expected}.`));
  }
}

/** The layers of the settings, as the command line and the environment give them. */
export function layersOf(command: Command, context: Context): SettingLayers {
  const given: Record<string, unknown> = command.opts();
  const named = given.config ?? context.environment.LOADGATE_CONFIG;
  const chosen = SETTING_PATHS.flatMap((path) => {
    const value = given[attributeOf(path)];
    return typeof value === 'string' ? [[path, value]] : [];
  });
  return {
    ...(typeof named === 'string' && { file: named }),
    environment: context.environment,
    arguments: Object.fromEntries(chosen),
    workingDirectory: context.workingDirectory,
  };
}

/** The name under which commander keeps the value. */
function attributeOf(path: SettingPath): string {
  return new Option(`--${argumentOf(path)} <value>`).attributeName();
}
