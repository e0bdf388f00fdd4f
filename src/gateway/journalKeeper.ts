import type { CheckpointMessage } from '../contract/receipt.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { JournalHead, JournalNote, OutboxDraft } from '../ports/store.ts';
import type { Recorded } from './recorder.ts';

interface JournalKeeperOptions {
  readonly gatewayId: string;
  /** As it is now: another one after a record was lost; empty while there is none. */
  readonly journalId: () => string;
  readonly signer: OwnSigner;
}

/** The journal's and the outbox's copy of one checkpoint. */
export interface Checkpoint {
  readonly note: JournalNote;
  readonly draft: OutboxDraft;
}

const EVERY_MS = 3_600_000;
const LEAST_SPACING_MS = 60_000;

/**
 * Vouches for the journal from time to time: signs its last record on the disk. Whoever holds the signed text, the back
 * office above all, can tell ever after whether anything up to there was changed.
 * Due: at the first record of a life, which vouches for the end of the life before; every hour of running time; soon after
 * a receipt, but not more than once a minute; at an orderly stop.
 */
export class JournalKeeper {
  readonly #options: JournalKeeperOptions;
  #head: JournalHead | undefined;
  #vouchedFor: number | undefined;
  #vouchedAtMs: RunningMs | undefined;
  #hasReceipt = false;

  constructor(options: JournalKeeperOptions) {
    this.#options = options;
  }

  /** @param recorded what the recorder says of the commit; absent: nothing stands in the journal yet */
  afterCommit(recorded: Recorded | undefined): void {
    this.#head = recorded?.head;
    this.#hasReceipt ||= recorded?.hasReceipt === true;
  }

  /** The checkpoint that is due, once; both parts go into the next commit. */
  takeDue(now: Now): Checkpoint | undefined {
    const sinceMs = now.runningMs - (this.#vouchedAtMs ?? Number.NEGATIVE_INFINITY);
    const isDue = sinceMs >= EVERY_MS || (this.#hasReceipt && sinceMs >= LEAST_SPACING_MS);
    return isDue ? this.#take(now) : undefined;
  }

  /** At an orderly stop: for all that was recorded since the last one. */
  takeLast(now: Now): Checkpoint | undefined {
    // Behind the record that it vouches for stands the checkpoint itself.
    const isNew = this.#head !== undefined && this.#head.record > (this.#vouchedFor ?? 0) + 1;
    return isNew ? this.#take(now) : undefined;
  }

  #take({ runningMs, utcMs }: Now): Checkpoint | undefined {
    const head = this.#head;
    const { gatewayId, signer } = this.#options;
    const journalId = this.#options.journalId();
    if (head === undefined || journalId === '') return undefined;
    this.#vouchedFor = head.record;
    this.#vouchedAtMs = runningMs;
    this.#hasReceipt = false;
    const jws = signer.sign({
      schema: 'loadgate.checkpoint/1',
      gatewayId,
      journalId,
      record: head.record,
      hash: head.hash,
      at: new Date(utcMs).toISOString(),
    } satisfies CheckpointMessage);
    return {
      note: { kind: 'checkpoint', jws, runningMs, utcMs },
      draft: { stream: 'receipts', body: { jws } },
    };
  }
}
