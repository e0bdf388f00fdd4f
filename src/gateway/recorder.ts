import type { DecisionInput } from '../core/decision.ts';
import type { Command } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Now } from '../domain/instant.ts';
import type { Log } from '../ports/log.ts';
import type {
  JournalHead,
  JournalNote,
  OutboxCleaning,
  OutboxDraft,
  Store,
  StreamName,
} from '../ports/store.ts';
import type { GatewayMemory } from './gatewayMemory.ts';
import type { StreamKeeper } from './streams/streamKeeper.ts';
import type { UsageKeeper } from './usage/usageKeeper.ts';

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

/** What the last commit has left on the disk. */
export interface Recorded {
  readonly head: JournalHead;
  /** It holds a receipt: what the gateway has told others of itself. */
  readonly hasReceipt: boolean;
}

/** A draft as far as consent lets it be kept, and the event that it came from. */
interface WaitingDraft {
  readonly draft: OutboxDraft;
  readonly event?: DomainEvent;
}

interface RecorderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly segmentMs: number;
  /** The draft as it may be kept; undefined: nothing of it may. */
  readonly cut: (draft: OutboxDraft) => OutboxDraft | undefined;
  /** The account of energy; absent: none is kept. */
  readonly usage?: Pick<UsageKeeper, 'takeDue' | 'settle'>;
  /** Tells what the streams have lost; absent: nobody asks. */
  readonly streams?: Pick<StreamKeeper, 'takeDue' | 'settle' | 'lose'>;
}

const RETRY_AFTER_MS = 5_000;
/** While the store fails the journal waits in memory, up to this many decisions; then the oldest are given up. */
const MOST_WAITING_ENTRIES = 3_600;
const MOST_WAITING_DRAFTS = 10_000;
const MOST_WAITING_NOTES = 1_000;

/**
 * Gathers decisions and what is to be sent, and writes them in one transaction: at once when something was
 * commanded or happened, otherwise when a segment is full, so that the card is not worn out by quiet seconds.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #entries: JournalEntry[] = [];
  #drafts: WaitingDraft[] = [];
  #notes: JournalNote[] = [];
  #forgets: readonly StreamName[] = [];
  #cleaning: OutboxCleaning | undefined;
  #recorded: Recorded | undefined;
  /** Something waits that came from outside of the decisions. */
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

  /** As the journal stood after the last commit of this life. */
  recorded(): Recorded | undefined {
    return this.#recorded;
  }

  /** Behind the decisions of the next commit. What came or goes makes it due; a checkpoint by itself does not. */
  addNote(note: JournalNote): void {
    this.#notes.push(note);
    if (note.kind !== 'checkpoint') this.#hasHappened = true;
    if (this.#notes.length > MOST_WAITING_NOTES) this.#notes = this.#notes.slice(-MOST_WAITING_NOTES);
  }

  /** With the next commit the account of energy goes, and what waits of these streams. */
  forget(streams: readonly StreamName[]): void {
    this.#forgets = streams;
    this.#drafts = this.#drafts.filter(({ draft }) => !streams.includes(draft.stream));
  }

  /** Consent covers less than before: what waits here is cut at once, what is on the disk with the next commit. */
  clean(cleaning: OutboxCleaning): void {
    this.#cleaning = cleaning;
    this.#hasHappened = true;
    this.#drafts = this.#drafts.flatMap(({ draft, ...rest }) => {
      const cut = this.#options.cut(draft);
      return cut === undefined ? [] : [{ draft: cut, ...rest }];
    });
  }

  addDraft(draft: OutboxDraft): void {
    this.#keep(draft);
    if (draft.stream === 'events' || draft.stream === 'receipts') this.#hasHappened = true;
  }

  /** Keeps a decision for the next commit. */
  addDecision(input: DecisionInput, commands: readonly Command[], events: readonly DomainEvent[]): void {
    const { site, paces, memory, limits, ...changing } = input;
    const isFirst = this.#entries.length === 0;
    if (isFirst) this.#entries.push({ kind: 'opening', site, paces, memory });
    const isNew = isFirst || limits !== this.#lastLimits;
    this.#lastLimits = limits;
    this.#entries.push({ kind: 'decision', ...changing, ...(isNew ? { limits } : {}), commands, events });
    for (const event of events) this.#keep({ stream: 'events', body: event }, event);
    if (this.#entries.length > MOST_WAITING_ENTRIES) this.#entries = [];
    if (this.#drafts.length > MOST_WAITING_DRAFTS) this.#dropOldest(input.now);
  }

  /** Takes back the last decision, which is about to be taken again without a record. */
  withdrawDecision(): void {
    const entry = this.#entries.pop();
    this.#lastLimits = undefined;
    if (entry?.kind !== 'decision') return;
    this.#drafts = this.#drafts.filter(({ event }) => event === undefined || !entry.events.includes(event));
  }

  isDue(nowMs: number): boolean {
    if (this.#failedAtMs !== undefined) return nowMs - this.#failedAtMs >= RETRY_AFTER_MS;
    if (this.#hasHappened || this.#lastCommitMs === undefined) return true;
    return nowMs - this.#lastCommitMs >= this.#options.segmentMs;
  }

  /** One transaction: journal, memory, outbox. */
  commit(now: Now, memory: GatewayMemory, { isClosing = false } = {}): boolean {
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
    const usage = this.#options.usage?.takeDue(now, isClosing);
    const streams = this.#options.streams?.takeDue(now);
    const result = this.#options.store.commit({
      memory,
      runningMs,
      utcMs,
      outbox: [...this.#drafts.map(({ draft }) => draft), ...(streams?.drafts ?? [])],
      notes: this.#notes,
      ...(segment === undefined ? {} : { segment }),
      ...(usage === undefined ? {} : { usage }),
      ...(streams === undefined ? {} : { streams: streams.batch }),
      ...(this.#forgets.length === 0 ? {} : { forgets: this.#forgets }),
      ...(this.#cleaning === undefined ? {} : { cleaning: this.#cleaning }),
    });
    this.#options.usage?.settle(result.ok);
    this.#options.streams?.settle(result.ok);
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
    const hasReceipt = this.#notes.some(({ kind }) => kind === 'receipt');
    this.#recorded = result.head === undefined ? undefined : { head: result.head, hasReceipt };
    this.#entries = [];
    this.#drafts = [];
    this.#notes = [];
    this.#forgets = [];
    this.#cleaning = undefined;
    this.#hasHappened = false;
    return true;
  }

  /** The newest stay, and receipts, which the gateway owes; what goes is told once the disk takes something again. */
  #dropOldest({ utcMs }: Now): void {
    const firstKept = this.#drafts.length - MOST_WAITING_DRAFTS;
    const isKept = ({ draft }: WaitingDraft, place: number): boolean =>
      draft.stream === 'receipts' || place >= firstKept;
    const dropped = this.#drafts.filter((draft, place) => !isKept(draft, place));
    this.#drafts = this.#drafts.filter(isKept);
    for (const { draft } of dropped) {
      const at = { fromUtcMs: utcMs, untilUtcMs: utcMs };
      this.#options.streams?.lose({ stream: draft.stream, cause: 'notRecorded', count: 1, ...at });
    }
  }

  #keep(draft: OutboxDraft, event?: DomainEvent): void {
    const cut = this.#options.cut(draft);
    if (cut !== undefined) this.#drafts.push({ draft: cut, ...(event !== undefined && { event }) });
  }
}
