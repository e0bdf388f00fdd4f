/**
 * The old part of the tar format, which every tar reads: a header of one block before each file, its content filled up to
 * whole blocks, and two empty blocks at the end. Source: POSIX.1-1988, ustar interchange format.
 */
export const BLOCK_BYTES = 512;

export interface TarEntry {
  /** Up to 100 characters, ASCII. */
  readonly name: string;
  readonly bytes: number;
}

const CHECKSUM = { at: 148, bytes: 8 };
const SIZE = { at: 124, bytes: 12 };
const MAGIC = 'ustar\u000000';

export function headerOf({ name, bytes }: TarEntry, modifiedAtUtcMs: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 100, 'latin1');
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(bytes, 11)}\0`, SIZE.at);
  header.write(`${octal(Math.floor(modifiedAtUtcMs / 1000), 11)}\0`, 136);
  header.write('0', 156);
  header.write(MAGIC, 257, 'latin1');
  header.write(`${octal(checksumOf(header), 6)}\0 `, CHECKSUM.at);
  return header;
}

/** @returns undefined for the empty block at the end, a sentence for what is no header */
export function readHeader(header: Buffer): TarEntry | string | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const checksum = numberAt(header, CHECKSUM.at, CHECKSUM.bytes);
  if (checksum !== checksumOf(header)) return 'a header whose check sum is wrong';
  if (header.toString('latin1', 257, 257 + MAGIC.length) !== MAGIC) return 'a header of another format';
  const bytes = numberAt(header, SIZE.at, SIZE.bytes);
  const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  if (bytes === undefined || header[156] !== 0x30) return `something else than a file, named "${name}"`;
  return { name, bytes };
}

/** What fills the last block of a file. */
export function paddingOf(bytes: number): number {
  return (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

/** Sum of all bytes, those of the sum itself counted as spaces. */
function checksumOf(header: Buffer): number {
  let sum = CHECKSUM.bytes * 0x20;
  for (const [place, byte] of header.entries()) {
    if (place < CHECKSUM.at || place >= CHECKSUM.at + CHECKSUM.bytes) sum += byte;
  }
  return sum;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function numberAt(header: Buffer, at: number, bytes: number): number | undefined {
  const text = header.toString('latin1', at, at + bytes).replace(/[\0 ]+$/, '');
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
