import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from 'node:zlib';

/** The check sum that leads each sealed value. */
const CHECKSUM_BYTES = 4;

/**
 * A seventh smaller than deflate for a journal segment, at half a millisecond on a desktop processor; the next
 * qualities cost five times that for two in a hundred. The window covers a segment without taking megabytes.
 */
const COMPRESSION = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 18 },
};

/**
 * Plain JSON data as compressed bytes behind their check sum. SQLite notices broken pages, not a changed digit
 * inside a value; a limit with another digit would be obeyed.
 */
export function seal(value: unknown): Buffer {
  return sealText(JSON.stringify(value));
}

/** @returns undefined when the bytes are not what was sealed */
export function unseal(sealed: unknown): { readonly value: unknown } | undefined {
  const text = unsealText(sealed);
  return text === undefined ? undefined : { value: JSON.parse(text) };
}

export function sealText(text: string): Buffer {
  const body = brotliCompressSync(text, COMPRESSION);
  const sealed = Buffer.allocUnsafe(CHECKSUM_BYTES + body.length);
  sealed.writeUInt32BE(crc32(body));
  body.copy(sealed, CHECKSUM_BYTES);
  return sealed;
}

/** @returns undefined when the bytes are not what was sealed */
export function unsealText(sealed: unknown): string | undefined {
  if (!Buffer.isBuffer(sealed) || sealed.length <= CHECKSUM_BYTES) return undefined;
  const body = sealed.subarray(CHECKSUM_BYTES);
  if (crc32(body) !== sealed.readUInt32BE()) return undefined;
  return brotliDecompressSync(body).toString();
}
