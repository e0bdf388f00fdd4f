import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readPrivateKey } from './keyForms.ts';

export type KeyFileResult =
  | { readonly ok: true; readonly key: KeyObject }
  | {
      readonly ok: false;
      /** missing: there is no such file. exists: there is one, and it is left alone. */
      readonly cause: 'missing' | 'exists' | 'unusable' | 'unwritable';
      readonly found: string;
    };

/** The Ed25519 private key of a PEM file. */
export function readKeyFile(file: string): KeyFileResult {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    // Also where something else stands in the place of its folder: there is no key that could be lost.
    const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isMissing) return { ok: false, cause: 'missing', found: 'no such file' };
    return { ok: false, cause: 'unusable', found: messageOf(error) };
  }
  const read = readPrivateKey(pem);
  return read.ok ? read : { ok: false, cause: 'unusable', found: read.found };
}

/**
 * Makes an Ed25519 private key, readable by its user alone, and puts it on the disk before it returns. Never takes the place
 * of a file that is there: whatever was signed with a lost key could not be proved any more.
 */
export function makeKeyFile(file: string): KeyFileResult {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.new`;
  try {
    // Of an attempt that a power cut has ended.
    rmSync(draft, { force: true });
    writeDurably(draft, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    try {
      // A link, unlike a renaming, does not overwrite.
      linkSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
    syncDirectory(dirname(file));
    return { ok: true, key: privateKey };
  } catch (error) {
    const cause = codeOf(error) === 'EEXIST' ? 'exists' : 'unwritable';
    return { ok: false, cause, found: messageOf(error) };
  }
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
