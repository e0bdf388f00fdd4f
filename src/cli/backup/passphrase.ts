import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';

/** One that can be tried in a night is worse than none, which at least is not trusted. */
const LEAST_CHARACTERS = 12;

type PassphraseResult =
  | { readonly ok: true; readonly passphrase?: string }
  | { readonly ok: false; readonly sentence: string };

/** From a file, since a command line can be read by every user of the machine. @param file absent: none is wanted */
export function readPassphrase(file: string | undefined, context: Context): PassphraseResult {
  if (file === undefined) return { ok: true };
  const place = file === '-' ? 'the standard input' : resolve(context.workingDirectory, file);
  let passphrase = '';
  try {
    passphrase = readFileSync(file === '-' ? 0 : place, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return { ok: false, sentence: `expected a passphrase in ${place}, found nothing that can be read` };
  }
  if (passphrase.length >= LEAST_CHARACTERS) return { ok: true, passphrase };
  const sentence = `expected a passphrase of ${LEAST_CHARACTERS} characters or more in ${place}, found ${passphrase.length}; some words in a row are best`;
  return { ok: false, sentence };
}
