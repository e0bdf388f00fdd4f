import { type ExpectedReply, findMismatch } from './expectedReply.ts';

/** Transaction, protocol, length (two bytes each) and unit. Source: MODBUS Messaging on TCP/IP V1.0b, 3.1.3. */
const HEADER_LENGTH = 7;
/** The length field counts the unit and what follows: at least an exception, at most a full reply. */
const LEAST_LENGTH = 3;
const MOST_LENGTH = 254;
/** Transactions that are remembered; a reply to an older one is a violation. */
const MOST_FINISHED = 16;

export type TcpVerdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reply'; readonly pdu: Uint8Array }
  /** The stream can no longer be trusted: only a new connection has a known start. */
  | { readonly kind: 'violation'; readonly detail: string };

const NOTHING: TcpVerdict = { kind: 'nothing' };

export function encodeTcpFrame(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_LENGTH + pdu.length);
  const view = new DataView(frame.buffer);
  view.setUint16(0, transaction);
  view.setUint16(4, pdu.length + 1);
  frame[6] = unit;
  frame.set(pdu, HEADER_LENGTH);
  return frame;
}

/** Lets one whole reply pass that fits the request in transaction, unit, function, lengths and echo. */
export class TcpGuard {
  #kept: Uint8Array = new Uint8Array(0);
  #expected: ExpectedReply | undefined;
  #transaction = -1;
  /** Transactions whose replies are of no use any more: answered already, or given up. The latest last. */
  readonly #finished = new Set<number>();
  /** Replies that came twice, or too late. */
  lateReplies = 0;

  expect(transaction: number, expected: ExpectedReply): void {
    this.#transaction = transaction;
    this.#expected = expected;
    this.#finished.delete(transaction);
  }

  /** Nobody waits for the reply any more. False when half of it is there: then the stream has lost its rhythm. */
  giveUp(): boolean {
    this.#finish();
    return this.#kept.length === 0;
  }

  feed(bytes: Uint8Array): TcpVerdict {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    while (this.#kept.length >= HEADER_LENGTH) {
      const view = new DataView(this.#kept.buffer, this.#kept.byteOffset, this.#kept.byteLength);
      const transaction = view.getUint16(0);
      const protocol = view.getUint16(2);
      const length = view.getUint16(4);
      if (protocol !== 0) return violation(`protocol ${protocol} instead of 0`);
      if (length < LEAST_LENGTH || length > MOST_LENGTH) return violation(`a length of ${length}`);
      const until = HEADER_LENGTH - 1 + length;
      if (this.#kept.length < until) return NOTHING;
      const unit = this.#kept[6];
      const pdu = this.#kept.slice(HEADER_LENGTH, until);
      this.#kept = this.#kept.subarray(until);
      if (this.#finished.has(transaction)) {
        this.lateReplies++;
        continue;
      }
      return this.#judge(transaction, unit, pdu);
    }
    return NOTHING;
  }

  // Some stacks send a reply twice, and slow ones send it late; by its transaction it cannot be mistaken.
  #finish(): void {
    this.#expected = undefined;
    this.#finished.add(this.#transaction);
    const [oldest] = this.#finished;
    if (oldest !== undefined && this.#finished.size > MOST_FINISHED) this.#finished.delete(oldest);
  }

  #judge(transaction: number, unit: number | undefined, pdu: Uint8Array): TcpVerdict {
    const expected = this.#expected;
    if (expected === undefined) return violation('a reply that was not asked for');
    if (transaction !== this.#transaction) {
      return violation(`transaction ${transaction} instead of ${this.#transaction}`);
    }
    if (unit !== expected.unit) return violation(`unit ${unit} instead of ${expected.unit}`);
    const mismatch = findMismatch(expected, pdu);
    if (mismatch !== undefined) return violation(mismatch);
    this.#finish();
    return { kind: 'reply', pdu };
  }
}

function violation(detail: string): TcpVerdict {
  return { kind: 'violation', detail };
}
