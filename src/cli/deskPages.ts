import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type DeskPages =
  | { readonly ok: true; readonly directory: string }
  /** One sentence: what is missing and what to do. */
  | { readonly ok: false; readonly detail: string };

/**
 * The folder with the desk's pages. They lie beside the bundled program; in a clone they are built first when they are
 * missing or older than their sources.
 */
export async function findDeskPages(): Promise<DeskPages> {
  const isBundled = import.meta.url.endsWith('.mjs');
  if (isBundled) {
    const directory = fileURLToPath(new URL('./ui/desk', import.meta.url));
    return existsSync(join(directory, 'index.html'))
      ? { ok: true, directory }
      : { ok: false, detail: `${directory}: expected the desk's pages, found none; install Loadgate again` };
  }
  return preparePages(fileURLToPath(new URL('../..', import.meta.url)));
}

/** @param root of a clone */
export async function preparePages(root: string): Promise<DeskPages> {
  const directory = join(root, 'dist', 'ui', 'desk');
  if (builtAt(directory) >= newestSource(root)) return { ok: true, directory };
  const failure = await run(join(root, 'scripts', 'buildDeskPages.mjs'));
  if (failure === undefined) return { ok: true, directory };
  return {
    ok: false,
    detail: `${directory}: the desk's pages could not be built: ${failure}; run npm ci, then npm run build`,
  };
}

/** When the page that is written last was built, ms; 0 when there is none. */
function builtAt(directory: string): number {
  return statSync(join(directory, 'favicon.svg'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSource(root: string): number {
  const sources = join(root, 'src', 'ui');
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Math.max(
    ...[...files, join(root, 'scripts', 'buildDeskPages.mjs')].map((file) => statSync(file).mtimeMs),
  );
}

/** Nothing when all went well; else the first line of what it said. */
function run(script: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script], (error, _told, complaint) => {
      const said = complaint.split('\n').find((line) => line.trim() !== '');
      resolve(error === null ? undefined : (said ?? error.message));
    });
  });
}
