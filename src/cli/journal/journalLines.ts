import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export interface JournalLine {
  /** From 1. */
  readonly number: number;
  /** Without its line break. */
  readonly text: string;
  /** It ends with a line break, as each line does. */
  readonly isWhole: boolean;
}

const CHUNK_BYTES = 1 << 18;

/** The lines of a file, one in memory at a time. Throws when the file cannot be read. */
export function* readLines(path: string): Generator<JournalLine, void> {
  const descriptor = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const decoder = new StringDecoder('utf8');
    let number = 0;
    // A line of a long run of decisions spans many chunks: its parts are joined once.
    let parts: string[] = [];
    for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
      const pieces = decoder.write(chunk.subarray(0, length)).split('\n');
      const rest = pieces.pop() ?? '';
      for (const piece of pieces) {
        number += 1;
        yield { number, text: [...parts, piece].join(''), isWhole: true };
        parts = [];
      }
      parts.push(rest);
    }
    const text = [...parts, decoder.end()].join('');
    if (text !== '') yield { number: number + 1, text, isWhole: false };
  } finally {
    closeSync(descriptor);
  }
}
