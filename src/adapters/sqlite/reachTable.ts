import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { StreamName } from '../../ports/store.ts';
import { NOTHING_REACHED, type StreamReach } from '../../ports/streams.ts';
import { seal, unseal } from './sealedJson.ts';
import { PLACES } from './streams.ts';

interface Reached {
  readonly reach: StreamReach;
  /** As the last manifest has told it. */
  readonly vouched: StreamReach;
  /** When the manifests were told, oldest first: by them the age of what is kept is known. */
  readonly marks: readonly { readonly until: number; readonly atUtcMs: number }[];
}

/** Of a year, one each day, and some more. */
const MOST_MARKS = 400;

const NOTHING: Reached = { reach: NOTHING_REACHED, vouched: NOTHING_REACHED, marks: [] };

/**
 * How far each stream was taken by the broker. Its functions take part in the transaction of their caller. A row that
 * cannot be read counts as nothing: then all that is kept goes once more, and the receiver knows it already.
 */
export class ReachTable {
  readonly #read: Database.Statement<[number], Buffer>;
  readonly #write: Database.Statement<[number, Buffer]>;

  constructor(database: Database.Database) {
    this.#read = database.prepare<[number], Buffer>('SELECT sealed FROM stream WHERE stream = ?').pluck();
    this.#write = database.prepare('INSERT OR REPLACE INTO stream VALUES (?, ?)');
  }

  of(stream: StreamName): Reached {
    return readReached(this.#read.get(PLACES[stream]));
  }

  /** @param bodies that were taken, in their order, all behind what was taken before */
  advance(stream: StreamName, bodies: readonly { readonly sequence: number; readonly body: string }[]): void {
    const before = this.of(stream);
    let { until, delivered, hash } = before.reach;
    for (const { sequence, body } of bodies) {
      hash = sha256(`${hash}\n${sequence}\n${sha256(body)}`);
      until = sequence;
      delivered += 1;
    }
    this.#write.run(PLACES[stream], seal({ ...before, reach: { until, delivered, hash } }));
  }

  vouch(stream: StreamName, vouched: StreamReach, atUtcMs: number): void {
    const before = this.of(stream);
    const marks = [...before.marks, { until: vouched.until, atUtcMs }].slice(-MOST_MARKS);
    this.#write.run(PLACES[stream], seal({ ...before, vouched, marks }));
  }

  /** Forgets the marks of before an instant. @returns the last sequence that was vouched for before it; 0: none was */
  passMarks(stream: StreamName, beforeUtcMs: number): number {
    const before = this.of(stream);
    const until = before.marks.findLast(({ atUtcMs }) => atUtcMs < beforeUtcMs)?.until ?? 0;
    const marks = before.marks.filter((mark) => mark.until > until);
    if (marks.length < before.marks.length) this.#write.run(PLACES[stream], seal({ ...before, marks }));
    return until;
  }
}

export function readReached(sealed: unknown): Reached {
  const value = sealed === undefined ? undefined : unseal(sealed)?.value;
  return isReached(value) ? value : NOTHING;
}

function isReached(value: unknown): value is Reached {
  if (typeof value !== 'object' || value === null || !('reach' in value) || !('vouched' in value))
    return false;
  return [value.reach, value.vouched].every(
    (one) =>
      typeof one === 'object' &&
      one !== null &&
      'until' in one &&
      Number.isInteger(one.until) &&
      'delivered' in one &&
      Number.isInteger(one.delivered) &&
      'hash' in one &&
      typeof one.hash === 'string',
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
