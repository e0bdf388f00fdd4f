import type Database from 'better-sqlite3';
import type { UsageBatch, UsageFinding, UsageHolding, UsageKind, UsageThinning } from '../../ports/usage.ts';
import type { Interval } from './journalReading.ts';
import { seal, unseal } from './sealedJson.ts';

/** What the table holds for each kind; numbers that were released keep their meaning. */
const PLACES: Readonly<Record<UsageKind, number>> = {
  seconds: 0,
  minutes: 1,
  halfHour: 2,
  session: 3,
  gap: 4,
};
const KINDS = Object.keys(PLACES) as UsageKind[];
const STATE_KIND = -1;
const STATE_ID = 0;

interface UsageRowStored {
  readonly id: number;
  readonly first_utc_ms: number;
  readonly last_utc_ms: number;
  readonly sealed: Buffer;
}

/** The table of the account of energy. Its functions take part in the transaction of their caller. */
export class UsageTable {
  readonly #database: Database.Database;
  readonly #put: Database.Statement<[number, number, number, number, number, Buffer]>;
  readonly #remove: Database.Statement<[number]>;
  readonly #deleteBefore: Database.Statement<[number, number]>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#put = database.prepare('INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM usage WHERE id = ?');
    this.#deleteBefore = database.prepare('DELETE FROM usage WHERE kind = ? AND last_utc_ms < ?');
  }

  write({ rows, removedIds, state }: UsageBatch): void {
    for (const id of removedIds) this.#remove.run(id);
    for (const { id, kind, fromUtcMs, untilUtcMs, body } of rows) {
      this.#putSealed(id, PLACES[kind], fromUtcMs, untilUtcMs, seal(body));
    }
    this.#putSealed(STATE_ID, STATE_KIND, 0, 0, seal(state));
  }

  lastId(): number {
    return this.#database.prepare<[], number | null>('SELECT max(id) FROM usage').pluck().get() ?? 0;
  }

  holdings(): readonly UsageHolding[] {
    // From the index alone.
    return this.#database
      .prepare<[], { readonly kind: number; readonly rows: number; readonly bytes: number }>(
        'SELECT kind, count(*) AS rows, sum(bytes) AS bytes FROM usage WHERE kind >= 0 GROUP BY kind',
      )
      .all()
      .flatMap(({ kind, rows, bytes }) => {
        const name = KINDS.find((each) => PLACES[each] === kind);
        return name === undefined ? [] : [{ kind: name, rows, bytes }];
      });
  }

  thin(order: UsageThinning): void {
    if ('beforeUtcMs' in order) {
      this.#deleteBefore.run(PLACES[order.kind], order.beforeUtcMs);
      return;
    }
    const oldest = this.#database.prepare<[number], { readonly id: number; readonly bytes: number }>(
      'SELECT id, bytes FROM usage WHERE kind = ? ORDER BY last_utc_ms, first_utc_ms',
    );
    const ids: number[] = [];
    let freed = 0;
    for (const { id, bytes } of oldest.iterate(PLACES[order.kind])) {
      if (freed >= order.freeBytes) break;
      ids.push(id);
      freed += bytes;
    }
    for (const id of ids) this.#remove.run(id);
  }

  deleteAll(): void {
    this.#database.exec('DELETE FROM usage');
  }

  #putSealed(id: number, kind: number, fromUtcMs: number, untilUtcMs: number, sealed: Buffer): void {
    this.#put.run(id, kind, fromUtcMs, untilUtcMs, sealed.length, sealed);
  }
}

/** What is not finished; undefined: none, or one whose check sum is wrong. */
export function readUsageState(database: Database.Database): unknown {
  const sealed = database.prepare('SELECT sealed FROM usage WHERE id = ?').pluck().get(STATE_ID);
  return unseal(sealed)?.value;
}

/** Entries of one kind that overlap [fromUtcMs, untilUtcMs), by their end; each is a read of its own, as in readSegments. */
export function* readUsage(
  database: Database.Database,
  kind: UsageKind,
  { fromUtcMs = -Number.MAX_VALUE, untilUtcMs = Number.MAX_VALUE }: Interval = {},
): Generator<UsageFinding, void> {
  const ids = database
    .prepare<[number, number, number], number>(
      `SELECT id FROM usage WHERE kind = ? AND last_utc_ms >= ? AND first_utc_ms < ?
       ORDER BY first_utc_ms, id`,
    )
    .pluck()
    .all(PLACES[kind], fromUtcMs, untilUtcMs);
  const find = database.prepare<[number], UsageRowStored>('SELECT * FROM usage WHERE id = ?');
  for (const id of ids) {
    const row = find.get(id);
    if (row === undefined) continue;
    const span = { fromUtcMs: row.first_utc_ms, untilUtcMs: row.last_utc_ms };
    const unsealed = unseal(row.sealed);
    yield unsealed === undefined
      ? { kind: 'damaged', ...span }
      : { kind: 'row', row: { id, kind, ...span, body: unsealed.value } };
  }
}
