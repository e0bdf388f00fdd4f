import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The whole text under this name, or what was there before, whatever comes in between; readable by its user alone.
 * @throws when the disk does not take it
 */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.part`;
  // Of an attempt that a power cut has ended.
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  moveFile(draft, path);
}

export function moveFile(from: string, to: string): void {
  renameSync(from, to);
  syncFolderOf(to);
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
  syncFolderOf(path);
}

function syncFolderOf(path: string): void {
  const descriptor = openSync(dirname(path), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
