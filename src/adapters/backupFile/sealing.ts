import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

/**
 * A stream of bytes under a passphrase. A head says how the key is made; behind it come chunks, each sealed for itself with
 * AES-256-GCM, so that nothing is used before it is proven and damage has a place. The number of the chunk, and whether it is
 * the last, stand in its nonce: none can be moved, left out, repeated or cut off.
 * Source of the construction: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 */
export const SEALED_MAGIC = 'loadgate backup, sealed 1\n';

const CHUNK_BYTES = 1 << 18;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
const PREFIX_BYTES = 7;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
export const SEALED_HEAD_BYTES = SEALED_MAGIC.length + SALT_BYTES + PREFIX_BYTES;

/** 64 MB and about half a second on a small box for each try. Source: RFC 7914, section 2. */
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 };

/** Takes plain bytes in any pieces and gives sealed ones. */
export class Sealing {
  readonly #key: Buffer;
  readonly head: Buffer;
  #waiting = Buffer.alloc(0);
  #chunk = 0;

  constructor(passphrase: string) {
    const salt = randomBytes(SALT_BYTES);
    this.head = Buffer.concat([Buffer.from(SEALED_MAGIC), salt, randomBytes(PREFIX_BYTES)]);
    this.#key = keyOf(passphrase, salt);
  }

  /** All whole chunks but the last one, which the end alone knows to be the last. */
  take(bytes: Buffer): Buffer[] {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    const sealed: Buffer[] = [];
    while (this.#waiting.length > CHUNK_BYTES) {
      sealed.push(this.#seal(this.#waiting.subarray(0, CHUNK_BYTES), false));
      this.#waiting = this.#waiting.subarray(CHUNK_BYTES);
    }
    return sealed;
  }

  finish(): Buffer {
    return this.#seal(this.#waiting, true);
  }

  #seal(plain: Buffer, isLast: boolean): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.head, this.#chunk, isLast));
    cipher.setAAD(this.head);
    this.#chunk += 1;
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens chunk by chunk what Sealing has made. */
export class Unsealing {
  readonly #key: Buffer;
  readonly #head: Buffer;
  #chunk = 0;

  constructor(passphrase: string, head: Buffer) {
    this.#head = head;
    this.#key = keyOf(passphrase, head.subarray(SEALED_MAGIC.length, SEALED_MAGIC.length + SALT_BYTES));
  }

  /** @returns undefined: another passphrase, or not the bytes that were sealed here */
  open(sealed: Buffer, isLast: boolean): Buffer | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(this.#head, this.#chunk, isLast));
    decipher.setAAD(this.#head);
    decipher.setAuthTag(sealed.subarray(end));
    try {
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
      this.#chunk += 1;
      return plain;
    } catch {
      return undefined;
    }
  }
}

function nonceOf(head: Buffer, chunk: number, isLast: boolean): Buffer {
  const place = Buffer.alloc(5);
  place.writeUInt32BE(chunk);
  place[4] = isLast ? 1 : 0;
  return Buffer.concat([head.subarray(SEALED_HEAD_BYTES - PREFIX_BYTES), place]);
}

function keyOf(passphrase: string, salt: Buffer): Buffer {
  return scryptSync(passphrase.normalize('NFC'), salt, 32, SCRYPT);
}
