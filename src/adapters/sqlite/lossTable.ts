import type Database from 'better-sqlite3';
import type { Loss } from '../../domain/loss.ts';
import type { StreamName } from '../../ports/store.ts';
import type { LossDraft } from '../../ports/streams.ts';
import { seal, unseal } from './sealedJson.ts';
import { PLACES, STREAMS } from './streams.ts';

/** Entries that the back office was told are kept for this many; it asks only for what was lately. */
const MOST_TOLD = 5_000;

type Stored = { readonly id: number; readonly stream: number; readonly sealed: Buffer };
type Content = Omit<Loss, 'lossId' | 'stream'>;

/** The loss ledger. Its functions take part in the transaction of their caller. */
export class LossTable {
  readonly #insert: Database.Statement<[number, number | null, number | null, Buffer]>;
  readonly #extend: Database.Statement<[number, Buffer, number]>;
  readonly #lastUntold: Database.Statement<[number], Stored>;
  readonly #untold: Database.Statement<[number], Stored>;
  readonly #within: Database.Statement<[number, number, number], Stored>;
  readonly #told: Database.Statement<[number]>;
  readonly #trim: Database.Statement<[number]>;

  constructor(database: Database.Database) {
    this.#insert = database.prepare(
      'INSERT INTO loss (stream, first_sequence, last_sequence, is_told, sealed) VALUES (?, ?, ?, 0, ?)',
    );
    this.#extend = database.prepare('UPDATE loss SET last_sequence = ?, sealed = ? WHERE id = ?');
    this.#lastUntold = database.prepare(
      'SELECT id, stream, sealed FROM loss WHERE is_told = 0 AND stream = ? ORDER BY id DESC LIMIT 1',
    );
    this.#untold = database.prepare(
      'SELECT id, stream, sealed FROM loss WHERE is_told = 0 ORDER BY id LIMIT ?',
    );
    this.#within = database.prepare(
      'SELECT id, stream, sealed FROM loss WHERE stream = ? AND last_sequence >= ? AND first_sequence <= ? ORDER BY id',
    );
    this.#told = database.prepare('UPDATE loss SET is_told = 1 WHERE id = ?');
    // The greatest number stays, so that none is given twice.
    this.#trim = database.prepare(
      'DELETE FROM loss WHERE is_told = 1 AND id < (SELECT max(id) FROM loss) - ?',
    );
  }

  /** A gap right behind the last one that was not told yet, of the same cause, makes that one longer. */
  add({ stream, ...content }: LossDraft): void {
    const place = PLACES[stream];
    const last = this.#lastUntold.get(place);
    const before = last === undefined ? undefined : (unseal(last.sealed)?.value as Content | undefined);
    const joined = before === undefined ? undefined : join(before, content);
    if (last !== undefined && joined?.sequences !== undefined) {
      this.#extend.run(joined.sequences.until, seal(joined), last.id);
      return;
    }
    const { from, until } = content.sequences ?? { from: null, until: null };
    this.#insert.run(place, from, until, seal(content));
  }

  untold(limit: number): readonly Loss[] {
    return this.#untold.all(limit).flatMap(lossOf);
  }

  within(stream: StreamName, from: number, until: number): readonly Loss[] {
    return this.#within.all(PLACES[stream], from, until).flatMap(lossOf);
  }

  markTold(lossIds: readonly number[]): void {
    for (const lossId of lossIds) this.#told.run(lossId);
    this.#trim.run(MOST_TOLD);
  }
}

function join(before: Content, next: Content): Content | undefined {
  if (before.sequences === undefined || next.sequences === undefined) return undefined;
  if (before.cause !== next.cause || before.sequences.until + 1 !== next.sequences.from) return undefined;
  if (before.mergedInto !== undefined || next.mergedInto !== undefined) return undefined;
  return {
    cause: before.cause,
    sequences: { from: before.sequences.from, until: next.sequences.until },
    count: (before.count ?? 0) + (next.count ?? 0),
    fromUtcMs: Math.min(before.fromUtcMs, next.fromUtcMs),
    untilUtcMs: Math.max(before.untilUtcMs, next.untilUtcMs),
  };
}

/** A damaged entry cannot be told; the manifest still shows that its sequences are missing. */
function lossOf({ id, stream, sealed }: Stored): Loss[] {
  const name = STREAMS.get(stream);
  const content = unseal(sealed)?.value as Content | undefined;
  return name === undefined || content === undefined ? [] : [{ lossId: id, stream: name, ...content }];
}
