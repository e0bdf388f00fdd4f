import type Database from 'better-sqlite3';
import type { Loss } from '../../domain/loss.ts';
import type { NetworkChange } from '../../domain/network.ts';
import type { JournalHead, JournalSegment, OutboxRow, RecordBatch, StreamName } from '../../ports/store.ts';
import type { StreamBatch, StreamHolding, StreamStore, StreamThinning } from '../../ports/streams.ts';
import type { UsageHolding, UsageThinning } from '../../ports/usage.ts';
import { Erasing } from './erasing.ts';
import { JournalTable, readJournalHead } from './journal.ts';
import { type Interval, readSegments } from './journalReading.ts';
import { LossTable } from './lossTable.ts';
import { insertNetworkChange, readNetworkChanges } from './networkHistory.ts';
import { type OldestRows, OutboxTable, type RowKey } from './outbox.ts';
import { ReachTable } from './reachTable.ts';
import { seal } from './sealedJson.ts';
import type { OutboxIdentity, Sequences, StoredState } from './storedState.ts';
import { STREAMS } from './streams.ts';
import { readUsageState, UsageTable } from './usageTable.ts';

/** The open database of the gateway. Everything here may throw what SQLite throws. */
export class RecordTables {
  readonly outboxId: string;
  readonly #database: Database.Database;
  readonly #outbox: OutboxTable;
  readonly #reach: ReachTable;
  readonly #losses: LossTable;
  readonly #journal: JournalTable;
  readonly #usage: UsageTable;
  readonly #erasing: Erasing;
  readonly #replaceState: Database.Statement<[Buffer]>;
  #sequences: Sequences;
  #head: JournalHead | undefined;

  constructor(database: Database.Database, { outboxId, sequences }: OutboxIdentity) {
    this.outboxId = outboxId;
    this.#database = database;
    this.#sequences = sequences;
    this.#reach = new ReachTable(database);
    this.#losses = new LossTable(database);
    this.#outbox = new OutboxTable(database, this.#reach, this.#losses);
    this.#journal = new JournalTable(database);
    this.#usage = new UsageTable(database);
    this.#erasing = new Erasing(database);
    this.#head = readJournalHead(database);
    this.#replaceState = database.prepare('INSERT OR REPLACE INTO state VALUES (1, ?)');
  }

  head(): JournalHead | undefined {
    return this.#head;
  }

  /** @returns the sequences of the drafts, in their order */
  write(batch: RecordBatch): readonly number[] {
    const writeAll = this.#database.transaction(() => {
      if (batch.forgets !== undefined) this.#forget(batch.forgets);
      const { cleaning } = batch;
      const told = cleaning?.tell(this.#outbox.clean(cleaning.clean));
      const notes = [...(batch.notes ?? []), ...(told?.notes ?? [])];
      const head = this.#journal.append(this.#head, batch.segment, notes);
      const drafts = [...batch.outbox, ...(told?.drafts ?? [])];
      const { sequences, after } = this.#outbox.insert(drafts, batch, this.#sequences);
      if (batch.usage !== undefined) this.#usage.write(batch.usage);
      if (batch.streams !== undefined) this.#writeStreams(batch.streams, batch.utcMs);
      const { memory, runningMs, utcMs } = batch;
      const state: StoredState = {
        restored: { memory, runningMs, utcMs },
        outboxId: this.outboxId,
        sequences: after,
        ...(head === undefined ? {} : { head }),
      };
      this.#replaceState.run(seal(state));
      return { head, sequences, after };
    });
    const mustOverwrite = batch.forgets !== undefined || batch.cleaning !== undefined;
    const { head, sequences, after } = this.#securely(mustOverwrite, () => this.#tallied(writeAll.immediate));
    if (batch.forgets !== undefined) this.#erasing.begin();
    this.#head = head;
    this.#sequences = after;
    return sequences;
  }

  pending(limit: number, stream?: StreamName): OldestRows {
    return this.#outbox.oldest(limit, stream);
  }

  pendingCount(stream?: StreamName): number {
    return this.#outbox.count(stream);
  }

  /** @returns whether more is left */
  eraseSlice(): boolean {
    if (this.#erasing.isDone()) return false;
    this.#relaxed(() => this.#erasing.runSlice());
    return !this.#erasing.isDone();
  }

  confirmRows(keys: readonly RowKey[]): void {
    this.#inRelaxedTransaction(() => this.#outbox.confirm(keys));
  }

  loseDamaged(rows: readonly OutboxRow[]): void {
    this.#inRelaxedTransaction(() => this.#outbox.lose(rows, 'damagedRow'));
  }

  holdings(): readonly StreamHolding[] {
    return [...STREAMS.values()].map((stream) => ({
      stream,
      ...this.#outbox.measure(stream),
    }));
  }

  reachOf(stream: StreamName): ReturnType<ReachTable['of']> {
    return this.#reach.of(stream);
  }

  untoldLosses(limit: number): readonly Loss[] {
    return this.#losses.untold(limit);
  }

  lossesOf(stream: StreamName, from: number, until: number): readonly Loss[] {
    return this.#losses.within(stream, from, until);
  }

  /** Rows with a sequence in (behind, until], waiting or kept. */
  rowsBetween(stream: StreamName, behind: number, until: number, limit: number): readonly OutboxRow[] {
    return this.#outbox.between(stream, behind, until, limit).rows;
  }

  oldestBut(stream: StreamName, rows: number): number | undefined {
    return this.#outbox.oldestBut(stream, rows);
  }

  thinStreams(orders: readonly StreamThinning[]): void {
    this.#inRelaxedTransaction(() => {
      for (const order of orders) this.#outbox.thin(order);
    });
  }

  /** Of what is dear to have sent again the least goes. */
  trimKept({ vouchedBeforeUtcMs, freeBytes }: Parameters<StreamStore['trimKept']>[0]): void {
    this.#inRelaxedTransaction(() => {
      let toFree = freeBytes;
      for (const stream of [...STREAMS.values()].reverse()) {
        const through = this.#reach.passMarks(stream, vouchedBeforeUtcMs);
        toFree -= this.#outbox.trimKept(stream, through, Math.max(0, toFree));
      }
    });
  }

  deleteSegments(beforeUtcMs: number): void {
    this.#inRelaxedTransaction(() => this.#journal.trim(beforeUtcMs));
  }

  usageState(): unknown {
    return readUsageState(this.#database);
  }

  lastUsageId(): number {
    return this.#usage.lastId();
  }

  usageHoldings(): readonly UsageHolding[] {
    return this.#usage.holdings();
  }

  thinUsage(orders: readonly UsageThinning[]): void {
    this.#inRelaxedTransaction(() => {
      for (const order of orders) this.#usage.thin(order);
    });
  }

  segments(interval?: Interval): Iterable<JournalSegment> {
    return readSegments(this.#database, this.#database.name, interval);
  }

  addNetworkChange(change: NetworkChange): void {
    insertNetworkChange(this.#database, change);
  }

  networkChanges(): readonly NetworkChange[] {
    return readNetworkChanges(this.#database);
  }

  /**
   * For deletions: survives a kill at once and a power cut with the next commit. A row that comes back is sent
   * again under its number, which is cheaper than a flush of the disk for each acknowledgement.
   */
  #inRelaxedTransaction(run: () => void): void {
    this.#relaxed(() => this.#tallied(this.#database.transaction(run).immediate));
  }

  /** What the outbox has counted along does not hold for a transaction that was taken back. */
  #tallied<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      this.#outbox.forgetTally();
      throw error;
    }
  }

  #relaxed(run: () => void): void {
    this.#database.pragma('synchronous = NORMAL');
    try {
      run();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }

  #forget(streams: readonly StreamName[]): void {
    this.#usage.deleteAll();
    for (const stream of streams) this.#outbox.eraseStream(stream);
  }

  #writeStreams({ losses, toldLossIds, vouched }: StreamBatch, utcMs: number): void {
    this.#losses.markTold(toldLossIds);
    for (const loss of losses) this.#losses.add(loss);
    for (const { stream, ...reach } of vouched) this.#reach.vouch(stream, reach, utcMs);
  }

  /** What is deleted meanwhile is overwritten with zeros. */
  #securely<T>(isNeeded: boolean, run: () => T): T {
    if (!isNeeded) return run();
    this.#database.pragma('secure_delete = ON');
    try {
      return run();
    } finally {
      this.#database.pragma('secure_delete = OFF');
    }
  }
}
