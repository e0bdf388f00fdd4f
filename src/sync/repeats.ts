import type { OutboxRow, StreamName } from '../ports/store.ts';

type RowKey = Pick<OutboxRow, 'stream' | 'sequence'>;

/** More than this is asked for again when it is missing still. */
const MOST_WAITING = 20_000;
const RETRY_MS = 10_000;

/** What the back office has asked for once more. In memory alone: what a kill forgets is asked for again. */
export class Repeats {
  #waiting: RowKey[] = [];
  readonly #underWay = new Set<RowKey>();
  #notBeforeMs = 0;

  /** Rows that are asked for already are not sent twice. */
  add(stream: StreamName, sequences: readonly number[]): void {
    const known = new Set(
      [...this.#waiting, ...this.#underWay].filter((row) => row.stream === stream).map((row) => row.sequence),
    );
    const added = sequences.filter((sequence) => !known.has(sequence));
    const room = Math.max(0, MOST_WAITING - this.#waiting.length);
    this.#waiting.push(...added.slice(0, room).map((sequence) => ({ stream, sequence })));
  }

  underWay(): number {
    return this.#underWay.size;
  }

  notBeforeMs(): number {
    return this.#waiting.length === 0 ? 0 : this.#notBeforeMs;
  }

  /** The next to be sent; it is under way until its answer comes. */
  take(nowMs: number): RowKey | undefined {
    if (nowMs < this.#notBeforeMs) return undefined;
    const row = this.#waiting.shift();
    if (row !== undefined) this.#underWay.add(row);
    return row;
  }

  answered(row: RowKey, isTaken: boolean, nowMs: number): void {
    this.#underWay.delete(row);
    if (isTaken) return;
    this.#waiting.unshift(row);
    this.#notBeforeMs = nowMs + RETRY_MS;
  }
}
