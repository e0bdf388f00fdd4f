import type { RunningMs, UtcMs } from '../../domain/instant.ts';
import type { NetworkChange } from '../../domain/network.ts';
import type { Log } from '../../ports/log.ts';
import type { NetworkHistory } from '../../ports/network.ts';
import type {
  CommitResult,
  JournalHead,
  JournalSegment,
  OutboxRow,
  RecordBatch,
  Store,
  StoreCondition,
  StreamName,
} from '../../ports/store.ts';
import { NOTHING_REACHED, type StreamStore } from '../../ports/streams.ts';
import type { UsageStore } from '../../ports/usage.ts';
import { explainFailure } from './failures.ts';
import { databasePath } from './files.ts';
import type { Interval } from './journalReading.ts';
import { openDatabase } from './openDatabase.ts';
import type { RowKey } from './outbox.ts';
import { RecordTables } from './recordTables.ts';

export interface StoreOptions {
  /** The state directory; made when it is missing. */
  readonly directory: string;
  readonly log: Log;
}

/** A commit looks for the database again after this long without one. */
const RETRY_AFTER_MS = 30_000;

/**
 * Opens the gateway's record in its state directory. Never throws: what was found is in `condition`.
 *
 * restored, fresh: goes on or begins.
 * fromBackup: goes on from a backup; decided anew at each opening, until the first commit.
 * damaged: the file was moved away under a new name, nothing of it was overwritten, and a new one was begun.
 * unavailable: another gateway holds the directory or the disk cannot be written. Commits fail and look again
 *   every 30 s. A database without memory is then taken up. One that holds a memory is left as it is until
 *   a restart: this gateway decided without it, and writing would forget the restrictions it remembers.
 */
export function openStore(options: StoreOptions): Store & NetworkHistory {
  return new SqliteStore(options);
}

class SqliteStore implements Store, NetworkHistory {
  readonly #directory: string;
  readonly #log: Log;
  #condition: StoreCondition = { kind: 'unavailable', detail: '' };
  #tables: RecordTables | undefined;
  #release: () => void = () => {};
  #triedAtMs: RunningMs | undefined;
  #isClosed = false;
  readonly usage: UsageStore = {
    readState: () => this.#attempt('read the account of energy', undefined, (tables) => tables.usageState()),
    lastId: () => this.#attempt('read the account of energy', 0, (tables) => tables.lastUsageId()),
    holdings: () => this.#attempt('measure the account of energy', [], (tables) => tables.usageHoldings()),
    thin: (orders) =>
      this.#attempt('thin the account of energy', undefined, (tables) => tables.thinUsage(orders)),
  };

  readonly streams: StreamStore = {
    holdings: () => this.#attempt('measure the outbox', [], (tables) => tables.holdings()),
    reach: (stream) =>
      this.#attempt('read the outbox', NOTHING_REACHED, (tables) => tables.reachOf(stream).reach),
    vouched: (stream) =>
      this.#attempt('read the outbox', NOTHING_REACHED, (tables) => tables.reachOf(stream).vouched),
    untoldLosses: (limit) =>
      this.#attempt('read the loss ledger', [], (tables) => tables.untoldLosses(limit)),
    lossesOf: (stream, from, until) =>
      this.#attempt('read the loss ledger', [], (tables) => tables.lossesOf(stream, from, until)),
    waiting: (stream, behind, limit) =>
      this.#attempt('read the outbox', [], (tables) => {
        const { until } = tables.reachOf(stream).reach;
        return tables.rowsBetween(stream, Math.max(behind, until), Number.MAX_SAFE_INTEGER, limit);
      }),
    oldestBut: (stream, rows) =>
      this.#attempt('read the outbox', undefined, (tables) => tables.oldestBut(stream, rows)),
    kept: (stream, from, until, limit) =>
      this.#attempt('read the outbox', [], (tables) => {
        const taken = tables.reachOf(stream).reach.until;
        return tables.rowsBetween(stream, from - 1, Math.min(until, taken), limit);
      }),
    thin: (orders) => this.#attempt('thin the outbox', undefined, (tables) => tables.thinStreams(orders)),
    trimKept: (order) =>
      this.#attempt('make room in the outbox', undefined, (tables) => tables.trimKept(order)),
  };

  constructor(options: StoreOptions) {
    this.#directory = options.directory;
    this.#log = options.log;
    this.#open();
  }

  get condition(): StoreCondition {
    return this.#condition;
  }

  get outboxId(): string {
    return this.#tables?.outboxId ?? '';
  }

  head(): JournalHead | undefined {
    return this.#tables?.head();
  }

  commit(batch: RecordBatch): CommitResult {
    this.#lookAgain(batch.runningMs);
    if (this.#tables === undefined) {
      const detail =
        this.#condition.kind === 'unavailable' ? this.#condition.detail : 'The record is closed.';
      return { ok: false, detail };
    }
    try {
      const sequences = this.#tables.write(batch);
      const head = this.#tables.head();
      return { ok: true, sequences, ...(head === undefined ? {} : { head }) };
    } catch (error) {
      return { ok: false, detail: this.#explain(error) };
    }
  }

  pending(limit: number, stream?: StreamName): readonly OutboxRow[] {
    return this.#attempt('read the outbox', [], (tables) => {
      const { rows, damaged } = tables.pending(limit, stream);
      if (damaged.length > 0) this.#giveUp(tables, damaged);
      return rows;
    });
  }

  pendingCount(stream?: StreamName): number {
    return this.#attempt('count the outbox', 0, (tables) => tables.pendingCount(stream));
  }

  eraseSlice(): boolean {
    return this.#attempt('erase', false, (tables) => tables.eraseSlice());
  }

  acknowledge(rows: readonly RowKey[]): void {
    this.#attempt('note what the broker has taken, which will be sent again', undefined, (tables) =>
      tables.confirmRows(rows),
    );
  }

  segments(interval?: Interval): Iterable<JournalSegment> {
    return this.#tables?.segments(interval) ?? [];
  }

  trimJournal(beforeUtcMs: UtcMs): void {
    this.#attempt('trim the journal', undefined, (tables) => tables.deleteSegments(beforeUtcMs));
  }

  addNetworkChange(change: NetworkChange): boolean {
    return this.#attempt('keep the history of the network', false, (tables) => {
      tables.addNetworkChange(change);
      return true;
    });
  }

  networkChanges(): readonly NetworkChange[] {
    return this.#attempt('read the history of the network', [], (tables) => tables.networkChanges());
  }

  close(): void {
    this.#isClosed = true;
    this.#tables = undefined;
    try {
      this.#release();
    } catch (error) {
      this.#log.error({ detail: this.#explain(error) }, 'could not close the record in order');
    }
    this.#release = () => {};
  }

  #open(): void {
    const opened = openDatabase(this.#directory);
    if (!opened.ok) {
      this.#condition = { kind: 'unavailable', detail: opened.detail };
      return;
    }
    this.#tables = new RecordTables(opened.database, opened.identity);
    this.#condition = opened.condition;
    this.#release = opened.release;
  }

  #lookAgain(runningMs: RunningMs): void {
    if (this.#tables !== undefined || this.#isClosed) return;
    this.#triedAtMs ??= runningMs;
    if (runningMs - this.#triedAtMs < RETRY_AFTER_MS) return;
    this.#triedAtMs = runningMs;
    this.#open();
    if (this.#condition.kind === 'unavailable') return;
    if ('state' in this.#condition) this.#leaveForRestart();
    else this.#log.warn({ condition: this.#condition }, 'the record can be written again');
  }

  #leaveForRestart(): void {
    this.close();
    const detail =
      `${databasePath(this.#directory)}: expected no memory but this gateway's, found one that it did not ` +
      'start from, since the file could not be opened then; restart the gateway to go on from it.';
    this.#condition = { kind: 'unavailable', detail };
    this.#log.error({ detail }, 'the record is back, but only a restart can use it');
  }

  #giveUp(tables: RecordTables, damaged: readonly OutboxRow[]): void {
    const rows = damaged.map(({ stream, sequence }) => ({ stream, sequence }));
    this.#log.error({ rows }, 'rows of the outbox are damaged and cannot be sent; they are removed');
    tables.loseDamaged(damaged);
  }

  #attempt<T>(what: string, otherwise: T, run: (tables: RecordTables) => T): T {
    if (this.#tables === undefined) return otherwise;
    try {
      return run(this.#tables);
    } catch (error) {
      this.#log.error({ detail: this.#explain(error) }, `could not ${what}`);
      return otherwise;
    }
  }

  #explain(error: unknown): string {
    return explainFailure(databasePath(this.#directory), error);
  }
}
