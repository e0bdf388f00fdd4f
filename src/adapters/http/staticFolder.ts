import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** What is sent for a file of the folder. */
export interface StaticAnswer {
  readonly status: 200 | 304;
  readonly headers: Record<string, string>;
  /** Empty for 304. */
  readonly body: Buffer;
}

/**
 * @param path of the address, such as `/desk.css`; `/` is `/index.html`
 * @param ifNoneMatch the header of the request, when it has one
 * @returns nothing when there is no such file
 */
export type StaticFolder = (path: string, ifNoneMatch?: string) => StaticAnswer | undefined;

interface StaticFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Quoted, as in the header. */
  readonly etag: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * Reads the whole folder once. A request is then answered from memory by its exact path, so that no path in a request
 * ever reaches the disk. Links, hidden files and kinds of file that the pages do not have are left out.
 * Throws what the file system throws when the folder cannot be read.
 */
export function createStaticFolder(directory: string): StaticFolder {
  const files = readFiles(directory);
  return (path, ifNoneMatch) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    return file === undefined ? undefined : answerWith(file, ifNoneMatch);
  };
}

function readFiles(directory: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(directory, path).split(sep).join('/')}`;
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined || address.includes('/.')) continue;
    const body = readFileSync(path);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(address, { body, contentType, etag });
  }
  return files;
}

/** A browser asks again each time and is told 304 while nothing has changed, so that nobody works on with old pages. */
function answerWith({ body, contentType, etag }: StaticFile, ifNoneMatch: string | undefined): StaticAnswer {
  const headers = { 'content-type': contentType, 'cache-control': 'no-cache', etag };
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.includes(etag) === true
    ? { status: 304, headers, body: Buffer.alloc(0) }
    : { status: 200, headers: { ...headers, 'content-length': String(body.length) }, body };
}
