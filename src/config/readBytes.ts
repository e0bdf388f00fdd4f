import { readFileSync } from 'node:fs';

/** The bytes of a file, or in words why there are none. */
export function readBytes(file: string): Buffer | string {
  try {
    return readFileSync(file);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? 'no such file' : String(error);
  }
}
