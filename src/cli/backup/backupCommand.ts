import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, writeJson } from '../report.ts';
import { readPassphrase } from './passphrase.ts';
import { readPlaces } from './readPlaces.ts';

/** Writes a backup and says what is in it. */
export async function backUp(command: Command, context: Context): Promise<number> {
  const { passphraseFile, json } = command.opts<{ passphraseFile?: string; json?: boolean }>();
  const places = readPlaces(command, context);
  if (typeof places === 'number') return places;
  const read = readPassphrase(passphraseFile, context);
  if (!read.ok) return refuse(context, 'wrongUsage', read.sentence);
  const { passphrase } = read;
  const { makeBackup, createClock } = await context.compose();
  const path = resolve(context.workingDirectory, command.args[0] ?? '');
  const { files, ...where } = places;
  const made = makeBackup({
    path,
    ...where,
    copies: files,
    ...(passphrase === undefined ? {} : { passphrase }),
    madeAtUtcMs: createClock(1).now().utcMs,
    software: `loadgate ${context.version}`,
  });
  if (!made.ok) return refuse(context, made.exit, made.detail);
  const { manifest, bytes } = made;
  if (json === true) {
    writeJson(context, { file: path, bytes, isSealed: passphrase !== undefined, manifest });
    return EXIT_CODES.ok.code;
  }
  const { head, settings, recordedUntil } = manifest;
  const secret =
    passphrase === undefined
      ? 'it holds the private key of this gateway and is not sealed: keep it like a key'
      : 'sealed; without the passphrase nobody can use it';
  context.standardOutput.write(
    `${path}: ${(bytes / 1_000_000).toFixed(1)} MB, the record until ${recordedUntil}, the journal up to record ${head?.record ?? 0}, ` +
      `${settings.length} ${settings.length === 1 ? 'file' : 'files'} of the settings; read back and whole\n  ${secret}\n`,
  );
  return EXIT_CODES.ok.code;
}
