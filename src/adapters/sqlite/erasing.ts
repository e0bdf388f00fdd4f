import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { RECORD_KINDS } from '../../domain/journalChain.ts';
import { OTHER_DATABASES } from './files.ts';
import { unsealText } from './sealedJson.ts';

const ERASURE = RECORD_KINDS.indexOf('erasure');
const FILLER_KIND = 9;
/** Some megabytes of journal a second, each slice a few milliseconds: the control cycle runs between them. */
const ROWS_A_SLICE = 20;
const FILLER_BYTES = 60_000;
const FILLERS_A_SLICE = 3;
/** SQLite keeps a few pages to itself. */
const LEAST_FREE_PAGES = 70;

type Stage = 'journal' | 'freePages' | 'done';

/**
 * Takes the content out of the runs of decisions that the last erasure in the journal covers; their hashes stay. What
 * is deleted is overwritten with zeros, and so are pages that were free before. Goes on after a kill: what is left to do
 * stands in the tables.
 */
export class Erasing {
  readonly #database: Database.Database;
  readonly #next: Database.Statement<[number, number, number], { segment: number; record: number | null }>;
  readonly #empty: Database.Statement<[number]>;
  readonly #delete: Database.Statement<[number]>;
  #stage: Stage;
  #cursor = -1;
  /** Pages were freed that are not overwritten yet. */
  #hasErased = false;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#next = database.prepare(
      `SELECT segment, record FROM journal
       WHERE segment > ? AND (record IS NULL OR record <= ?) AND kind = 0 AND length(sealed_entries) > 0
       ORDER BY segment LIMIT ?`,
    );
    this.#empty = database.prepare("UPDATE journal SET sealed_entries = x'' WHERE segment = ?");
    this.#delete = database.prepare('DELETE FROM journal WHERE segment = ?');
    this.#stage = this.#erasedThrough() === undefined ? 'done' : 'journal';
  }

  /** An erasure has just been recorded. */
  begin(): void {
    this.#cursor = -1;
    this.#stage = 'journal';
    this.#hasErased = true;
    this.#removeSetAside();
  }

  isDone(): boolean {
    return this.#stage === 'done';
  }

  /** A little of what is left to do. */
  runSlice(): void {
    if (this.#stage === 'done') return;
    this.#database.pragma('secure_delete = ON');
    try {
      this.#database.transaction(() => this.#runStage()).immediate();
    } finally {
      this.#database.pragma('secure_delete = OFF');
    }
    // The log still holds pages as they were before; it is emptied when all is overwritten.
    if (this.isDone()) this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  #runStage(): void {
    if (this.#stage === 'journal') this.#stage = this.#emptySome();
    else if (this.#stage === 'freePages') this.#stage = this.#fillSome();
  }

  #emptySome(): Stage {
    const throughRecord = this.#erasedThrough();
    if (throughRecord === undefined) return 'done';
    const rows = this.#next.all(this.#cursor, throughRecord, ROWS_A_SLICE);
    for (const { segment, record } of rows) {
      // What an older program recorded is not chained: nothing needs its row.
      if (record === null) this.#delete.run(segment);
      else this.#empty.run(segment);
      this.#cursor = segment;
    }
    this.#hasErased ||= rows.length > 0;
    if (rows.length > 0) return 'journal';
    return this.#hasErased || this.#countFillers() > 0 ? 'freePages' : 'done';
  }

  /** Free pages take rows of zeros, and are free again. */
  #fillSome(): Stage {
    const free = Number(this.#database.pragma('freelist_count', { simple: true }));
    if (free > LEAST_FREE_PAGES) {
      const fill = this.#database.prepare<[number, number]>(
        `INSERT INTO usage VALUES ((SELECT coalesce(min(id), 0) FROM usage WHERE id <= 0) - 1, ${FILLER_KIND}, 0, 0, ?, zeroblob(?))`,
      );
      for (let count = 0; count < FILLERS_A_SLICE; count += 1) fill.run(FILLER_BYTES, FILLER_BYTES);
      return 'freePages';
    }
    const remove = this.#database.prepare<[number, number]>(
      'DELETE FROM usage WHERE id IN (SELECT id FROM usage WHERE kind = ? LIMIT ?)',
    );
    this.#hasErased = false;
    remove.run(FILLER_KIND, Number.MAX_SAFE_INTEGER);
    return 'done';
  }

  #countFillers(): number {
    const count = this.#database.prepare<[number], number>('SELECT count(*) FROM usage WHERE kind = ?');
    return count.pluck().get(FILLER_KIND) ?? 0;
  }

  /** The last record whose content goes, as the last erasure in the journal says; undefined: there is none. */
  #erasedThrough(): number | undefined {
    const find = this.#database.prepare<[number], Buffer>(
      'SELECT sealed_entries FROM journal WHERE kind > 0 AND kind = ? ORDER BY segment DESC LIMIT 1',
    );
    const jws = unsealText(find.pluck().get(ERASURE));
    if (jws === undefined) return undefined;
    const { throughRecord } = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as {
      readonly throughRecord: number;
    };
    return throughRecord;
  }

  /** Databases that were set aside, or left by a backup that was cut off, hold the same; nobody needs them for the limits. */
  #removeSetAside(): void {
    const path = this.#database.name;
    const prefixes = OTHER_DATABASES.map((ending) => `${basename(path)}${ending}`);
    for (const name of readdirSync(dirname(path))) {
      if (prefixes.some((prefix) => name.startsWith(prefix)))
        rmSync(join(dirname(path), name), { force: true });
    }
  }
}
