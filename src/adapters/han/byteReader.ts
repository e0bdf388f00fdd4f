/** Reads little-endian fields one after the other. Past the end it gives nothing and stays there. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  #isShort = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether a field was asked for that was not there. */
  get isShort(): boolean {
    return this.#isShort;
  }

  get bytesLeft(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#take(2);
    return at === undefined ? 0 : this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#view.getUint32(at, true);
  }

  i8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : this.#view.getInt8(at);
  }

  i16(): number {
    const at = this.#take(2);
    return at === undefined ? 0 : this.#view.getInt16(at, true);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return at === undefined ? new Uint8Array() : this.#bytes.slice(at, at + count);
  }

  #take(count: number): number | undefined {
    if (this.#isShort || this.bytesLeft < count) {
      this.#isShort = true;
      return undefined;
    }
    const at = this.#offset;
    this.#offset += count;
    return at;
  }
}
