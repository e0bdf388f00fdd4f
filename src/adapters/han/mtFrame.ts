/** Kinds of frames between host and radio module. */
export const MT_KIND = { request: 1, notification: 2, answer: 3 } as const;

export const MT_SUBSYSTEM = { error: 0, sys: 1, af: 4, zdo: 5, util: 7, commissioning: 15 } as const;

export interface MtFrame {
  readonly kind: number;
  readonly subsystem: number;
  readonly command: number;
  readonly data: Uint8Array;
}

const START_OF_FRAME = 0xfe;
const MOST_DATA = 250;
/** Start, length, two command octets, check octet. */
const OVERHEAD = 5;

/**
 * Frames of the monitor-and-test interface of Z-Stack: start 0xFE, length, two command octets, data, and the exclusive or
 * of all but the start.
 * Source: Texas Instruments, Z-Stack Monitor and Test API (SWRA198), 2.1.
 */
export function encodeMtFrame({ kind, subsystem, command, data }: MtFrame): Uint8Array {
  if (data.length > MOST_DATA) {
    throw new RangeError(`a frame carries at most ${MOST_DATA} octets, found ${data.length}`);
  }
  const body = [data.length, (kind << 5) | subsystem, command, ...data];
  return Uint8Array.from([START_OF_FRAME, ...body, checkOctet(body)]);
}

/**
 * Finds frames in what comes from the wire, in pieces of any size. A frame whose check fails is not thrown away whole:
 * the search goes on at its second octet, since its start may have been an octet of garbage and a good frame may be inside.
 */
export class MtFrameReader {
  #held: Uint8Array = new Uint8Array();
  /** Octets that belonged to no frame. */
  strayOctets = 0;
  /** Frames whose check octet was wrong, and false starts. */
  badFrames = 0;

  /** At most one incomplete frame is kept, 255 octets. */
  receive(bytes: Uint8Array): readonly MtFrame[] {
    let rest = Uint8Array.from([...this.#held, ...bytes]);
    const frames: MtFrame[] = [];
    for (;;) {
      const start = rest.indexOf(START_OF_FRAME);
      this.strayOctets += start < 0 ? rest.length : start;
      if (start < 0) rest = new Uint8Array();
      else rest = rest.subarray(start);
      const length = rest[1];
      if (length === undefined) break;
      if (length > MOST_DATA) {
        rest = this.#skipStart(rest);
        continue;
      }
      if (rest.length < length + OVERHEAD) break;
      const body = rest.subarray(1, length + OVERHEAD - 1);
      if (rest[length + OVERHEAD - 1] !== checkOctet(body)) {
        rest = this.#skipStart(rest);
        continue;
      }
      const [, head = 0, command = 0] = body;
      frames.push({ kind: head >> 5, subsystem: head & 0x1f, command, data: body.slice(3) });
      rest = rest.subarray(length + OVERHEAD);
    }
    this.#held = rest.slice();
    return frames;
  }

  /** What was held is given up: nothing more came for it. A false start may have hidden good frames. */
  giveUpHeld(): readonly MtFrame[] {
    const frames: MtFrame[] = [];
    while (this.#held.length > 0) {
      const rest = this.#skipStart(this.#held);
      this.#held = new Uint8Array();
      frames.push(...this.receive(rest));
    }
    return frames;
  }

  /** Octets of a frame that is not complete yet. */
  get heldOctets(): number {
    return this.#held.length;
  }

  #skipStart(rest: Uint8Array): Uint8Array<ArrayBuffer> {
    this.badFrames++;
    this.strayOctets++;
    return Uint8Array.from(rest.subarray(1));
  }
}

function checkOctet(body: readonly number[] | Uint8Array): number {
  let check = 0;
  for (const octet of body) check ^= octet;
  return check;
}
