import type { DecisionInput } from '../core/decision.ts';
import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Now } from '../domain/instant.ts';
import type { Log } from '../ports/log.ts';
import type { OutboxDraft, Store } from '../ports/store.ts';
import type { GatewayMemory } from './gatewayMemory.ts';

/** First entry of every segment: what all decisions in it share, and the memory they began with. */
export interface OpeningEntry {
  readonly kind: 'opening';
  readonly site: DecisionInput['site'];
  readonly paces: DecisionInput['paces'];
  readonly memory: DecisionInput['memory'];
}

/** One decision: its input as far as it changes, and what came out. */
export interface DecisionEntry extends Omit<DecisionInput, 'site' | 'paces' | 'memory' | 'limits'> {
  readonly kind: 'decision';
  /** Absent: as in the entry before. A stored schedule is long and seldom changes. */
  readonly limits?: DecisionInput['limits'];
  readonly commands: readonly Command[];
  readonly events: readonly DomainEvent[];
}

export type JournalEntry = OpeningEntry | DecisionEntry;

interface RecorderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly segmentMs: number;
}

const RETRY_AFTER_MS = 5_000;
/** While the store fails the journal waits in memory, up to this many decisions; then the oldest are given up. */
const MOST_WAITING_ENTRIES = 3_600;
const MOST_WAITING_DRAFTS = 10_000;

/**
 * Gathers decisions and what is to be sent, and writes them in one transaction: at once when something was
 * commanded or happened, otherwise when a segment is full, so that the card is not worn out by quiet seconds.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #entries: JournalEntry[] = [];
  #drafts: OutboxDraft[] = [];
  /** An event waits that came from outside of the decisions. */
  #hasHappened = false;
  #lastLimits: DecisionInput['limits'] | undefined;
  #lastCommitMs: number | undefined;
  #failedAtMs: number | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** False while the last attempt to write failed and it is not yet time for the next. */
  canRecord(nowMs: number): boolean {
    return this.#failedAtMs === undefined || nowMs - this.#failedAtMs >= RETRY_AFTER_MS;
  }

  isFailing(): boolean {
    return this.#failedAtMs !== undefined;
  }

  lastCommitMs(): number | undefined {
    return this.#lastCommitMs;
  }

  addDraft(draft: OutboxDraft): void {
    this.#drafts.push(draft);
    if (draft.stream === 'events') this.#hasHappened = true;
  }

  /** Keeps a decision for the next commit. */
  addDecision(input: DecisionInput, commands: readonly Command[], events: readonly DomainEvent[]): void {
    const { site, paces, memory, limits, ...changing } = input;
    const isFirst = this.#entries.length === 0;
    if (isFirst) this.#entries.push({ kind: 'opening', site, paces, memory });
    const isNew = isFirst || limits !== this.#lastLimits;
    this.#lastLimits = limits;
    this.#entries.push({ kind: 'decision', ...changing, ...(isNew ? { limits } : {}), commands, events });
    for (const event of events) this.#drafts.push({ stream: 'events', body: event });
    if (this.#entries.length > MOST_WAITING_ENTRIES) this.#entries = [];
    if (this.#drafts.length > MOST_WAITING_DRAFTS) this.#drafts = this.#drafts.slice(-MOST_WAITING_DRAFTS);
  }

  /** Takes back the last decision, which is about to be taken again without a record. */
  withdrawDecision(): void {
    const entry = this.#entries.pop();
    this.#lastLimits = undefined;
    if (entry?.kind !== 'decision') return;
    this.#drafts = this.#drafts.filter((draft) => !entry.events.some((event) => event === draft.body));
  }

  isDue(nowMs: number): boolean {
    if (this.#failedAtMs !== undefined) return nowMs - this.#failedAtMs >= RETRY_AFTER_MS;
    if (this.#hasHappened || this.#lastCommitMs === undefined) return true;
    return nowMs - this.#lastCommitMs >= this.#options.segmentMs;
  }

  /** One transaction: journal, memory, outbox. */
  commit(now: Now, memory: GatewayMemory): boolean {
    const first = this.#entries.find((entry) => entry.kind === 'decision');
    const last = this.#entries.at(-1);
    const segment =
      first?.kind === 'decision' && last?.kind === 'decision'
        ? {
            firstRunningMs: first.now.runningMs,
            lastRunningMs: last.now.runningMs,
            firstUtcMs: first.now.utcMs,
            lastUtcMs: last.now.utcMs,
            entries: this.#entries,
          }
        : undefined;
    const { runningMs, utcMs } = now;
    const result = this.#options.store.commit({
      memory,
      runningMs,
      utcMs,
      outbox: this.#drafts,
      ...(segment === undefined ? {} : { segment }),
    });
    if (!result.ok) {
      if (this.#failedAtMs === undefined) {
        this.#options.log.error({ detail: result.detail }, 'The record could not be written; nothing widens');
      }
      this.#failedAtMs = runningMs;
      return false;
    }
    if (this.#failedAtMs !== undefined) this.#options.log.info({}, 'The record is written again');
    this.#failedAtMs = undefined;
    this.#lastCommitMs = runningMs;
    this.#entries = [];
    this.#drafts = [];
    this.#hasHappened = false;
    return true;
  }
}
