import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DataExportManifest } from '../../contract/dataExport.ts';

/** What is in the files tells when somebody is at home: nobody else on this machine reads them. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** A folder of files with their hashes. It gets its name only when it is whole. */
export class ExportFolder {
  readonly #path: string;
  readonly #draft: string;
  readonly #files: DataExportManifest['files'][number][] = [];

  /** Throws when the folder is there already, or cannot be made. */
  constructor(path: string) {
    if (existsSync(path))
      throw new Error(`${path}: expected no such folder yet, found one; choose another name`);
    this.#path = path;
    this.#draft = `${path}.part`;
    rmSync(this.#draft, { recursive: true, force: true });
    mkdirSync(this.#draft, { recursive: true, mode: FOLDER_MODE });
  }

  /** @param what the file holds, for people */
  add(name: string, what: string, parts: Iterable<string>): void {
    this.#files.push({ name, what, ...this.#write(name, parts) });
  }

  files(): DataExportManifest['files'] {
    return this.#files;
  }

  /** The manifest last; then the folder gets its name. */
  finish(manifest: Omit<DataExportManifest, 'files'>): void {
    this.#write('manifest.json', [`${JSON.stringify({ ...manifest, files: this.#files }, null, 2)}\n`]);
    renameSync(this.#draft, this.#path);
  }

  /** Leaves nothing of a folder that was not finished. */
  discard(): void {
    rmSync(this.#draft, { recursive: true, force: true });
  }

  #write(name: string, parts: Iterable<string>): { readonly bytes: number; readonly sha256: string } {
    const hash = createHash('sha256');
    const descriptor = openSync(join(this.#draft, name), 'wx', FILE_MODE);
    let length = 0;
    try {
      for (const part of parts) {
        const bytes = Buffer.from(part);
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
        hash.update(bytes);
        length += bytes.length;
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return { bytes: length, sha256: hash.digest('hex') };
  }
}
