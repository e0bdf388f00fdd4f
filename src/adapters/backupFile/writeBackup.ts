import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Sealing } from './sealing.ts';
import { BLOCK_BYTES, headerOf, paddingOf } from './tar.ts';

/** Something that goes into a backup: a file on the disk, or a text. */
export type Part =
  | { readonly name: string; readonly file: string }
  | { readonly name: string; readonly content: Buffer };

export interface BackupPlan {
  readonly path: string;
  readonly parts: readonly Part[];
  readonly madeAtUtcMs: number;
  /** Absent: nothing is sealed. */
  readonly passphrase?: string;
}

/** The list that the others are held against; `sha256sum -c` reads it. */
export const SUMS_NAME = 'SHA256SUMS';
const PIECE_BYTES = 1 << 16;

/**
 * Writes a backup file, readable by its user alone. It gets its name only when it is whole and on the disk. Never takes the
 * place of a file that is there. Throws what the disk throws, and leaves nothing behind.
 */
export function writeBackup({ path, parts, madeAtUtcMs, passphrase }: BackupPlan): void {
  if (existsSync(path)) {
    throw new Error(`${path}: expected no such file yet, found one; choose another name.`);
  }
  const draft = `${path}.part`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    const sealing = passphrase === undefined ? undefined : new Sealing(passphrase);
    const write = (bytes: Buffer): void => {
      for (const piece of sealing?.take(bytes) ?? [bytes]) writeAll(descriptor, piece);
    };
    if (sealing !== undefined) writeAll(descriptor, sealing.head);
    const sums = parts.map((part) => `${sha256Of(part)}  ${part.name}\n`).join('');
    for (const part of [{ name: SUMS_NAME, content: Buffer.from(sums) }, ...parts]) {
      const bytes = 'file' in part ? statSync(part.file).size : part.content.length;
      write(headerOf({ name: part.name, bytes }, madeAtUtcMs));
      for (const piece of piecesOf(part)) write(piece);
      write(Buffer.alloc(paddingOf(bytes)));
    }
    write(Buffer.alloc(2 * BLOCK_BYTES));
    if (sealing !== undefined) writeAll(descriptor, sealing.finish());
    fsyncSync(descriptor);
  } catch (error) {
    closeSync(descriptor);
    rmSync(draft, { force: true });
    throw error;
  }
  closeSync(descriptor);
  renameSync(draft, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function sha256Of(part: Part): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(part)) hash.update(piece);
  return hash.digest('hex');
}

function* piecesOf(part: Part): Generator<Buffer, void> {
  if ('content' in part) {
    yield part.content;
    return;
  }
  const descriptor = openSync(part.file, 'r');
  const piece = Buffer.alloc(PIECE_BYTES);
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      yield Buffer.from(piece.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}
