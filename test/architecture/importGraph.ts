import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative } from 'node:path';
import { type ImportStatement, readImports } from './imports.ts';

export interface Edge {
  /** A file from the root, `node:<module>`, `npm:<package>`, or `missing:<path>`. */
  readonly target: string;
  readonly kind: ImportStatement['kind'];
  readonly line: number;
}

/** Each file of the tree, by its path from the root with forward slashes, and what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Edge[]>;

const SOURCES = /\.(ts|tsx|mts|cts|js|mjs|cjs)$/;

/** Walks the folders below root; a folder that is not there has no files. */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  return new Map(files.map((file) => [file, SOURCES.test(file) ? edgesOf(root, file) : []]));
}

function edgesOf(root: string, file: string): readonly Edge[] {
  return readImports(readFileSync(join(root, file), 'utf8')).map(({ specifier, kind, line }) => ({
    target: targetOf(root, file, { specifier, kind }),
    kind,
    line,
  }));
}

function targetOf(
  root: string,
  file: string,
  { specifier, kind }: Pick<ImportStatement, 'specifier' | 'kind'>,
): string {
  if (kind === 'computed') return 'computed';
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(file), specifier);
    return existsSync(join(root, path)) ? path : `missing:${path}`;
  }
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  const parts = specifier.split('/');
  return `npm:${parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')}`;
}
