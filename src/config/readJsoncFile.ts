import { parseJsonc } from './jsonc.ts';
import type { Mistake } from './mistake.ts';
import { readBytes } from './readBytes.ts';

export type JsoncFile =
  | { readonly ok: true; readonly value: unknown; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly mistake: Mistake };

/** A configuration file from the disk; what hinders it is a mistake like any other. */
export function readJsoncFile(file: string): JsoncFile {
  const bytes = readBytes(file);
  if (typeof bytes === 'string') {
    const toDo = 'name the file rightly, or copy one of the commented examples in config/';
    return {
      ok: false,
      mistake: { source: file, path: '', expected: 'a readable file', found: bytes, toDo },
    };
  }
  const parsed = parseJsonc(bytes.toString('utf8'));
  if (parsed.ok) return { ...parsed, bytes };
  const toDo = 'correct the place named; comments and a comma after the last entry are allowed';
  const expected = 'JSON with comments';
  return { ok: false, mistake: { source: file, path: '', expected, found: parsed.detail, toDo } };
}
