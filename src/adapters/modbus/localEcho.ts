/** Answered requests in a row without an echo after which an adapter is no longer taken for one that echoes. */
const MISSING_TO_FORGET = 3;
/** An echo comes at once: behind more bytes than this, beside its own, it is not looked for. */
const MOST_NOISE = 32;
const NOTHING = new Uint8Array(0);

/**
 * Some serial adapters give back what is sent through them, at once and byte for byte. The echo of a single write
 * (functions 5 and 6) is then the same as its acknowledgement, and a dead unit would seem to obey. So it must be known
 * whether the adapter echoes before such a request goes out; every other request shows it, even an unanswered one. From
 * then on the echo is taken out of what comes.
 */
export class LocalEcho {
  #state: 'unknown' | 'echoing' | 'none' = 'unknown';
  /** The frame under way; absent when its echo was taken out. */
  #frame: Uint8Array | undefined;
  #canTell = false;
  #kept: Uint8Array = NOTHING;
  #wasHeard = false;
  #missing = 0;

  get isKnown(): boolean {
    return this.#state !== 'unknown';
  }

  get isEchoing(): boolean {
    return this.#state === 'echoing';
  }

  /** A new port may belong to another adapter. */
  reset(): void {
    this.#state = 'unknown';
    this.#frame = undefined;
  }

  /** @param canTell whether no answer can look like the frame itself */
  begin(frame: Uint8Array, canTell: boolean): void {
    this.#frame = frame;
    this.#canTell = canTell;
    this.#kept = NOTHING;
    this.#wasHeard = false;
  }

  /** What came, without the echo of the frame under way. */
  strip(bytes: Uint8Array): Uint8Array {
    const frame = this.#frame;
    if (frame === undefined || !(this.isEchoing || this.#canTell)) return bytes;
    const kept = Buffer.concat([this.#kept, bytes]);
    const from = kept.indexOf(frame);
    if (from !== -1) {
      this.#frame = undefined;
      this.#wasHeard = true;
      return this.isEchoing
        ? Buffer.concat([kept.subarray(0, from), kept.subarray(from + frame.length)])
        : bytes;
    }
    this.#kept = kept;
    if (!this.isEchoing) {
      if (kept.length > frame.length + MOST_NOISE) this.#frame = undefined;
      return bytes;
    }
    // What looks like the echo may be an acknowledgement behind a damaged one, which cannot be known: it is kept back for
    // good. Everything else may pass as soon as it cannot become the echo any more.
    const mayBecomeEcho = kept.equals(frame.subarray(0, kept.length));
    if (!this.#canTell || mayBecomeEcho) return NOTHING;
    this.#frame = undefined;
    return kept;
  }

  /**
   * Ends the exchange.
   * @param isClean nothing else was on the line, such as an echo that noise has damaged
   * @returns whether the adapter has just been found to echo
   */
  end(isAnswered: boolean, isClean: boolean): boolean {
    if (!this.#canTell) return false;
    const wasEchoing = this.isEchoing;
    if (this.#wasHeard) {
      this.#missing = 0;
      this.#state = 'echoing';
      return !wasEchoing;
    }
    if (!isClean) return false;
    if (isAnswered) this.#missing++;
    if (!wasEchoing || this.#missing >= MISSING_TO_FORGET) this.#state = 'none';
    return false;
  }
}
