import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { chainTextOf, FIRST_PREVIOUS, RECORD_KINDS } from '../../domain/journalChain.ts';
import { packEntries } from '../../domain/packedEntries.ts';
import type { ChainedRecord, JournalHead, JournalNote, JournalSegment } from '../../ports/store.ts';
import { sealText } from './sealedJson.ts';

type RowValues = [number, number, number, number, Buffer, number, number, Buffer, Buffer];

interface Instants {
  readonly firstRunningMs: number;
  readonly lastRunningMs: number;
  readonly firstUtcMs: number;
  readonly lastUtcMs: number;
}

/** The text of a run of decisions: what is sealed, hashed and handed out. */
export function textOfEntries(entries: readonly unknown[]): string {
  // What JSON makes of it is the entry: fields without a value are gone before it is taken apart.
  const plain: unknown[] = JSON.parse(JSON.stringify(entries));
  return JSON.stringify(packEntries(plain));
}

/** What a record says of its time: whole milliseconds, which every language writes alike, around the run. */
export function wholeInstantsOf(firstUtcMs: number, lastUtcMs: number) {
  return { fromUtcMs: Math.floor(firstUtcMs), untilUtcMs: Math.ceil(lastUtcMs) };
}

/** The last record on the disk; undefined when the chain has not begun. */
export function readJournalHead(database: Database.Database): JournalHead | undefined {
  const { record, hash } = database
    .prepare<[], { readonly record: number | null; readonly hash: Buffer | null }>(
      'SELECT record, hash FROM journal ORDER BY segment DESC LIMIT 1',
    )
    .get() ?? { record: null, hash: null };
  return record === null || hash === null ? undefined : { record, hash: hash.toString('hex') };
}

/** The table of the journal: appends records to the chain. Takes part in the transaction of its caller. */
export class JournalTable {
  readonly #insert: Database.Statement<RowValues>;
  readonly #trim: Database.Statement<[number]>;

  constructor(database: Database.Database) {
    this.#insert = database.prepare(
      `INSERT INTO journal (first_running_ms, last_running_ms, first_utc_ms, last_utc_ms, sealed_entries,
         kind, record, previous, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    // The last record stays however old it is: the next one is chained to it.
    this.#trim = database.prepare(
      'DELETE FROM journal WHERE last_utc_ms < ? AND segment < (SELECT max(segment) FROM journal)',
    );
  }

  append(
    before: JournalHead | undefined,
    segment: JournalSegment | undefined,
    notes: readonly JournalNote[],
  ): JournalHead | undefined {
    let head = before;
    if (segment !== undefined) {
      head = this.#appendRecord(head, 'decisions', segment, textOfEntries(segment.entries));
    }
    for (const { kind, jws, runningMs, utcMs } of notes) {
      const at = { firstRunningMs: runningMs, lastRunningMs: runningMs, firstUtcMs: utcMs, lastUtcMs: utcMs };
      head = this.#appendRecord(head, kind, at, jws);
    }
    return head;
  }

  trim(beforeUtcMs: number): void {
    this.#trim.run(beforeUtcMs);
  }

  #appendRecord(
    before: JournalHead | undefined,
    kind: ChainedRecord['kind'],
    { firstRunningMs, lastRunningMs, firstUtcMs, lastUtcMs }: Instants,
    content: string,
  ): JournalHead {
    const previous = before?.hash ?? FIRST_PREVIOUS;
    const record = (before?.record ?? 0) + 1;
    const text = chainTextOf({
      previous,
      record,
      kind,
      ...wholeInstantsOf(firstUtcMs, lastUtcMs),
      contentSha256: createHash('sha256').update(content).digest('hex'),
    });
    const hash = createHash('sha256').update(text).digest();
    this.#insert.run(
      firstRunningMs,
      lastRunningMs,
      firstUtcMs,
      lastUtcMs,
      sealText(content),
      RECORD_KINDS.indexOf(kind),
      record,
      Buffer.from(previous, 'hex'),
      hash,
    );
    return { record, hash: hash.toString('hex') };
  }
}
