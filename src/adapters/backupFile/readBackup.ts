import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SEALED_CHUNK_BYTES, SEALED_HEAD_BYTES, SEALED_MAGIC, Unsealing } from './sealing.ts';
import { BLOCK_BYTES, paddingOf, readHeader, type TarEntry } from './tar.ts';
import { SUMS_NAME } from './writeBackup.ts';

/** Takes the content of one file of a backup, piece by piece. */
export interface Sink {
  write(bytes: Buffer): void;
  /** All of it came, and its hash is the one that it should have. */
  end(): void;
}

export interface BackupReading {
  readonly path: string;
  /** Absent: none was given. */
  readonly passphrase?: string;
  /** Where the content of a file goes. @returns undefined: nowhere, it is only checked */
  readonly sinkOf: (entry: TarEntry) => Sink | undefined;
}

const PIECE_BYTES = 1 << 16;
const MOST_SUMS_BYTES = 1 << 20;

/**
 * Reads a backup file from its beginning to its end and holds every file in it against its hash.
 * @throws Error at the first thing that does not fit: what, and where in the file
 */
export function readBackup({ path, passphrase, sinkOf }: BackupReading): readonly TarEntry[] {
  const reader = new PlainReader(path, passphrase);
  try {
    const sums = readSums(path, reader);
    const entries: TarEntry[] = [];
    for (;;) {
      const { at } = reader;
      const entry = readHeader(reader.take(BLOCK_BYTES));
      if (entry === undefined) break;
      if (typeof entry === 'string') throw damaged(path, at, 'a file of the backup', entry);
      const expected = sums.get(entry.name);
      if (expected === undefined || entries.some(({ name }) => name === entry.name)) {
        throw damaged(path, at, `a file that ${SUMS_NAME} names, once`, `"${entry.name}"`);
      }
      const sink = sinkOf(entry);
      const found = pass(reader, entry, sink);
      if (found !== expected) {
        throw damaged(path, at, `"${entry.name}" with the SHA-256 ${expected}`, `${found}`);
      }
      sink?.end();
      entries.push(entry);
    }
    const missing = [...sums.keys()].filter((name) => entries.every((entry) => entry.name !== name));
    if (missing.length > 0) throw damaged(path, reader.at, missing.join(', '), 'the end');
    reader.expectEnd();
    return entries;
  } finally {
    reader.close();
  }
}

/** Of a file that starts as a sealed one does. */
export function isSealed(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(SEALED_MAGIC.length);
    return readSync(descriptor, head) === head.length && head.toString('latin1') === SEALED_MAGIC;
  } finally {
    closeSync(descriptor);
  }
}

function readSums(path: string, reader: PlainReader): ReadonlyMap<string, string> {
  const entry = readHeader(reader.take(BLOCK_BYTES));
  const isSums = typeof entry === 'object' && entry.name === SUMS_NAME && entry.bytes <= MOST_SUMS_BYTES;
  if (!isSums) throw damaged(path, 0, `a backup of Loadgate, which begins with ${SUMS_NAME}`, 'another file');
  const text = reader.take(entry.bytes).toString();
  reader.take(paddingOf(entry.bytes));
  const sums = new Map<string, string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}([A-Za-z0-9._/-]{1,100})$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) {
      throw damaged(path, BLOCK_BYTES, 'a hash and a name in each line', JSON.stringify(line.slice(0, 80)));
    }
    sums.set(name, sum);
  }
  return sums;
}

function pass(reader: PlainReader, { bytes }: TarEntry, sink: Sink | undefined): string {
  const hash: Hash = createHash('sha256');
  for (let left = bytes; left > 0; ) {
    const piece = reader.take(Math.min(left, PIECE_BYTES));
    hash.update(piece);
    sink?.write(piece);
    left -= piece.length;
  }
  reader.take(paddingOf(bytes));
  return hash.digest('hex');
}

/** The bytes that were packed, whether they are sealed or not. Nothing is given out before it is proven. */
class PlainReader {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #bytes: number;
  readonly #unsealing: Unsealing | undefined;
  #readUntil = 0;
  #waiting = Buffer.alloc(0);
  /** In the packed bytes. */
  at = 0;

  constructor(path: string, passphrase: string | undefined) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    this.#bytes = fstatSync(this.#descriptor).size;
    const head = this.#read(SEALED_HEAD_BYTES);
    if (!head.toString('latin1').startsWith(SEALED_MAGIC)) {
      this.#readUntil = 0;
      return;
    }
    if (passphrase === undefined) {
      this.close();
      throw new Error(
        `${path}: expected its passphrase, found none; name a file with it: --passphrase-file.`,
      );
    }
    this.#unsealing = new Unsealing(passphrase, head);
  }

  /** @throws when that many are not there */
  take(bytes: number): Buffer {
    while (this.#waiting.length < bytes) {
      const piece = this.#next();
      if (piece.length === 0) {
        const expected = `${bytes} bytes more at byte ${this.at} of its content`;
        throw damaged(this.#path, this.#readUntil, expected, 'the end of the file: it was cut off');
      }
      this.#waiting = Buffer.concat([this.#waiting, piece]);
    }
    const taken = Buffer.from(this.#waiting.subarray(0, bytes));
    this.#waiting = this.#waiting.subarray(bytes);
    this.at += bytes;
    return taken;
  }

  /** Behind the last file there is a second empty block, and nothing but such, however many. */
  expectEnd(): void {
    for (
      let rest = this.take(Math.max(BLOCK_BYTES, this.#waiting.length));
      rest.length > 0;
      rest = this.#next()
    ) {
      if (rest.every((byte) => byte === 0)) continue;
      throw damaged(this.#path, this.#readUntil, 'nothing behind the last file', 'more');
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #next(): Buffer {
    const at = this.#readUntil;
    const unsealing = this.#unsealing;
    if (unsealing === undefined) return this.#read(PIECE_BYTES);
    const sealed = this.#read(SEALED_CHUNK_BYTES);
    if (sealed.length === 0) return sealed;
    const plain = unsealing.open(sealed, this.#readUntil === this.#bytes);
    if (plain !== undefined) return plain;
    const isFirst = at === SEALED_HEAD_BYTES;
    const found = isFirst
      ? 'others, or another passphrase'
      : 'others: the file was changed or cut off, its passphrase is right';
    throw damaged(this.#path, at, 'the bytes that were sealed', found);
  }

  #read(most: number): Buffer {
    const piece = Buffer.alloc(Math.min(most, this.#bytes - this.#readUntil));
    for (let done = 0; done < piece.length; ) {
      const read = readSync(this.#descriptor, piece, done, piece.length - done, this.#readUntil + done);
      if (read === 0) return piece.subarray(0, done);
      done += read;
    }
    this.#readUntil += piece.length;
    return piece;
  }
}

function damaged(path: string, at: number, expected: string, found: string): Error {
  return new Error(`${path}: expected at byte ${at} ${expected}, found ${found}; take another backup.`);
}
