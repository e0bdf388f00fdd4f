import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { COMPANIONS } from './files.ts';
import { syncDirectory } from './schema.ts';

const PARTS = ['', ...COMPANIONS];

/**
 * Moves a database with its companions to the first free name, `<path>.damaged-<n>`. Nothing is overwritten.
 * The main file goes first: a log left behind by a power cut is set aside the next time, while a main file
 * without its log would pass for an older, sound state.
 * @returns where the main file is now
 */
export function setAside(path: string, ending: '.damaged-' | '.replaced-' = '.damaged-'): string {
  const target = firstFreeName(`${path}${ending}`);
  for (const part of PARTS) {
    if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${target}${part}`);
  }
  syncDirectory(dirname(path));
  return target;
}

function firstFreeName(beginning: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${beginning}${number}`;
    if (PARTS.every((part) => !existsSync(`${name}${part}`))) return name;
  }
}
