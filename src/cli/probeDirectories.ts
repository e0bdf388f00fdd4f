import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mistake } from '../config/mistake.ts';
import { type DirectorySetting, readDirectorySetting, type SettingLayers } from '../config/settings.ts';
import { argumentOf } from '../config/settingsTable.ts';

const DIRECTORIES: readonly DirectorySetting[] = ['stateDirectory', 'runtimeDirectory'];

/**
 * The directories in which this user cannot write what the gateway would. A file of its own is made in each and
 * removed again; nothing else in them is touched, so a running gateway does not notice. One that is not there yet
 * counts as writable when it can be made. A directory whose setting is itself mistaken is left out.
 */
export function findUnwritableDirectories(layers: SettingLayers): readonly Mistake[] {
  return DIRECTORIES.flatMap((path): readonly Mistake[] => {
    const directory = readDirectorySetting(path, layers);
    const found = directory.ok ? tryToWriteIn(directory.value) : undefined;
    if (!directory.ok || found === undefined) return [];
    const toDo = `run this as the user of the gateway, give the directory to that user, or choose another with --${argumentOf(path)}`;
    const expected = 'a directory that can be written';
    return [{ source: directory.value, path, expected, found, toDo, kind: 'unwritableDirectory' }];
  });
}

/** What stands in the way; nothing when a file could be made and removed. */
function tryToWriteIn(directory: string): string | undefined {
  const probe = join(nearestExisting(directory), `.loadgate-check-${process.pid}`);
  try {
    writeFileSync(probe, '', { flag: 'wx' });
    rmSync(probe);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function nearestExisting(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory
    ? directory
    : nearestExisting(dirname(directory));
}
