import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImportGraph } from './importGraph.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export const ownGraph = readImportGraph(PROJECT_ROOT, ['src', 'firmware-sim', 'drivers']);

export function readOwn(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), 'utf8');
}
