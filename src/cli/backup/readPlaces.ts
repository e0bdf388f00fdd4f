import type { Command } from 'commander';
import { namedFiles } from '../../config/namedFiles.ts';
import { readDirectorySetting, readIdentityKeyFile } from '../../config/settings.ts';
import type { Context } from '../context.ts';
import { refuseMistakes } from '../report.ts';
import { layersOf } from '../settingOptions.ts';

/** Where the record and the key of a gateway lie, and which files its settings name. */
export interface Places {
  readonly stateDirectory: string;
  readonly keyFile: string;
  readonly gatewayId?: string;
  readonly files: readonly string[];
}

/** @returns an exit code when the settings hold a mistake about them */
export function readPlaces(command: Command, context: Context): Places | number {
  const layers = layersOf(command, context);
  const stateDirectory = readDirectorySetting('stateDirectory', layers);
  if (!stateDirectory.ok) return refuseMistakes(context, stateDirectory.mistakes);
  const keyFile = readIdentityKeyFile(layers);
  if (!keyFile.ok) return refuseMistakes(context, keyFile.mistakes);
  return { stateDirectory: stateDirectory.value, keyFile: keyFile.value, ...namedFiles(layers) };
}
