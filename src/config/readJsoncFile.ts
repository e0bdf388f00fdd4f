import { readFileSync } from 'node:fs';
import { parseJsonc } from './jsonc.ts';
import type { Mistake } from './mistake.ts';

export type JsoncFile =
  | { readonly ok: true; readonly value: unknown; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly mistake: Mistake };

/** A configuration file from the disk; what hinders it is a mistake like any other. */
export function readJsoncFile(file: string): JsoncFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const found = isSystemError(error) && error.code === 'ENOENT' ? 'no such file' : String(error);
    const toDo = 'name the file rightly, or copy one of the commented examples in config/';
    return { ok: false, mistake: { source: file, path: '', expected: 'a readable file', found, toDo } };
  }
  const parsed = parseJsonc(bytes.toString('utf8'));
  if (parsed.ok) return { ...parsed, bytes };
  const toDo = 'correct the place named; comments and a comma after the last entry are allowed';
  const expected = 'JSON with comments';
  return { ok: false, mistake: { source: file, path: '', expected, found: parsed.detail, toDo } };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
