import type { AuditPage } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/secrets.ts';

/** What was done, by whom, from where. */
export interface Deed {
  /** Absent: the desk by itself, or somebody who did not get in. */
  readonly user?: string;
  readonly action: string;
  readonly subject: string;
  readonly from: string;
  readonly sentence: string;
}

export interface AuditRecord extends Deed {
  /** From 1, without gaps. */
  readonly entry: number;
  readonly atUtcMs: UtcMs;
  /** Over this entry and the hash of the one before. */
  readonly hash: string;
}

/** Where the trail is kept. The store refuses to change or to delete an entry. */
export interface AuditStore {
  append(record: AuditRecord): void;
  /** Newest first, below the entry `before`. */
  newest(limit: number, before?: number): readonly AuditRecord[];
  /** Oldest first. */
  all(): Iterable<AuditRecord>;
}

/** Hash that stands before the first entry. */
const BEFORE_ALL = '0'.repeat(64);

/** The text that is hashed: JSON, so that no two entries have the same. */
function chainedText(
  previous: string,
  { entry, atUtcMs, user, action, subject, from, sentence }: Omit<AuditRecord, 'hash'>,
): string {
  return JSON.stringify([previous, entry, atUtcMs, user ?? null, action, subject, from, sentence]);
}

/** The first entry that does not fit the ones before it; absent when all do. */
function findBreak(records: Iterable<AuditRecord>, sha256: Sha256): number | undefined {
  let previous = BEFORE_ALL;
  let expected = 1;
  for (const record of records) {
    if (record.entry !== expected || record.hash !== sha256(chainedText(previous, record))) return expected;
    previous = record.hash;
    expected += 1;
  }
  return undefined;
}

/** Everything that people do at the desk, in a chain of hashes: an entry that is changed later does not fit any more. */
export class AuditTrail {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #sha256: Sha256;
  /** Looked for once: while the desk runs, the database is its own. */
  readonly #brokenAt: number | undefined;

  constructor(store: AuditStore, clock: Clock, sha256: Sha256) {
    this.#store = store;
    this.#clock = clock;
    this.#sha256 = sha256;
    this.#brokenAt = findBreak(store.all(), sha256);
  }

  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }

  /** A part of the transaction that is open, so that no deed is without its entry. */
  write(deed: Deed): void {
    const [last] = this.#store.newest(1);
    const record = { ...deed, entry: (last?.entry ?? 0) + 1, atUtcMs: this.#clock.now().utcMs };
    const hash = this.#sha256(chainedText(last?.hash ?? BEFORE_ALL, record));
    this.#store.append({ ...record, hash });
  }

  page(limit: number, before?: number): AuditPage {
    const found = this.#store.newest(limit + 1, before);
    const entries = found.slice(0, limit);
    const last = entries.at(-1);
    return {
      entries: entries.map(({ entry, atUtcMs, user, action, subject, from, sentence, hash }) => ({
        entry,
        at: new Date(atUtcMs).toISOString(),
        ...(user === undefined ? {} : { user }),
        action,
        subject,
        from,
        sentence,
        hash,
      })),
      ...(found.length > limit && last !== undefined ? { before: last.entry } : {}),
      isWhole: this.#brokenAt === undefined,
      ...(this.#brokenAt === undefined ? {} : { brokenAt: this.#brokenAt }),
    };
  }
}
