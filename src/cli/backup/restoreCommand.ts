import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, writeJson } from '../report.ts';
import { readPassphrase } from './passphrase.ts';
import { readPlaces } from './readPlaces.ts';

interface Options {
  readonly passphraseFile?: string;
  readonly settingsTo?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Puts a backup in place, and says what is to be done next. */
export async function restore(command: Command, context: Context): Promise<number> {
  const { passphraseFile, settingsTo, force, json } = command.opts<Options>();
  const places = readPlaces(command, context);
  if (typeof places === 'number') return places;
  const read = readPassphrase(passphraseFile, context);
  if (!read.ok) return refuse(context, 'wrongUsage', read.sentence);
  const { passphrase } = read;
  const { restoreBackup } = await context.compose();
  const { files: _, ...where } = places;
  const path = resolve(context.workingDirectory, command.args[0] ?? '');
  const done = restoreBackup({
    path,
    ...where,
    ...(passphrase === undefined ? {} : { passphrase }),
    isForced: force === true,
    ...(settingsTo === undefined ? {} : { settingsFolder: resolve(context.workingDirectory, settingsTo) }),
  });
  if (!done.ok) return refuse(context, done.exit, done.detail);
  const { manifest, setAsidePaths } = done;
  if (json === true) {
    writeJson(context, { stateDirectory: where.stateDirectory, setAside: setAsidePaths, manifest });
    return EXIT_CODES.ok.code;
  }
  const { gatewayId = 'a gateway', madeAt, recordedUntil } = manifest;
  context.standardOutput.write(
    [
      `${where.stateDirectory}: the record of ${gatewayId} until ${recordedUntil}, from the backup of ${madeAt}`,
      ...setAsidePaths.map((aside) => `set aside: ${aside}`),
      ...(settingsTo === undefined
        ? []
        : [`copies of the settings: ${settingsTo}; put them where they belong`]),
      'Next: loadgate check, start the gateway, and read docs/backup.md: the loads stay in their safe posture until',
      'loadgate acknowledge, and what the household had agreed to has to be said once more.',
      '',
    ].join('\n'),
  );
  return EXIT_CODES.ok.code;
}
