import type { DecommissionMessage, ErasureMessage } from '../contract/erasure.ts';
import type { DomainEvent } from '../domain/event.ts';
import { FIRST_PREVIOUS } from '../domain/journalChain.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { Store, StreamName } from '../ports/store.ts';
import type { UsageHolding } from '../ports/usage.ts';
import type { Recorder } from './recorder.ts';
import type { UsageKeeper } from './usage/usageKeeper.ts';

interface ErasureKeeperOptions {
  readonly gatewayId: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly signer: OwnSigner;
  readonly usage: UsageKeeper;
  readonly recorder: Pick<Recorder, 'addNote' | 'addDraft' | 'forget'>;
  readonly onEvent: (event: DomainEvent) => void;
  /** Writes what waits. @returns false when it could not be written */
  readonly commit: () => boolean;
}

/** What an erasure has taken. */
export interface Erased {
  readonly usage: readonly UsageHolding[];
  /** Last record of the journal whose decisions lose their content. */
  readonly throughRecord: number;
  readonly purged: ErasureMessage['purged'];
  /** False: it holds, and is done as soon as the disk takes a record again. */
  readonly isRecorded: boolean;
}

/** What tells how the home is used. Receipts and events of safety stay: they are owed to others. */
const PERSONAL_STREAMS: readonly StreamName[] = ['telemetry', 'status'];
/** Between two slices the control cycle has its turn. */
const SLICE_EVERY_MS = 100;

/** Erases what is kept of the use of this home. What it does stands in the journal before it is done. */
export class ErasureKeeper {
  readonly #options: ErasureKeeperOptions;
  #cancel: Cancel | undefined;
  #isLast = false;

  constructor(options: ErasureKeeperOptions) {
    this.#options = options;
  }

  /** Goes on with an erasure that was cut off. */
  start(): void {
    this.#runSlices();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  isRunning(): boolean {
    return this.#cancel !== undefined;
  }

  /** @returns what goes; undefined when not even the wish could be recorded, and then nothing was erased */
  erase(why: ErasureMessage['why']): Erased | undefined {
    const { gatewayId, store, clock, signer, usage, recorder, onEvent, commit } = this.#options;
    if (!commit()) return undefined;
    const { runningMs, utcMs } = clock.now();
    const throughRecord = store.head()?.record ?? 0;
    const held = store.usage.holdings();
    const purged = { telemetry: store.pendingCount('telemetry'), status: store.pendingCount('status') };
    const jws = signer.sign({
      schema: 'loadgate.erasure/1',
      gatewayId,
      journalId: store.outboxId,
      why,
      throughRecord,
      at: new Date(utcMs).toISOString(),
      purged,
    } satisfies ErasureMessage);
    recorder.forget(PERSONAL_STREAMS);
    onEvent({ kind: 'dataErased', why, throughRecord });
    recorder.addNote({ kind: 'erasure', jws, runningMs, utcMs });
    recorder.addDraft({ stream: 'receipts', body: { jws } });
    usage.beginAnew(clock.now());
    const isRecorded = commit();
    this.#runSlices();
    return { usage: held, throughRecord, purged, isRecorded };
  }

  /** The gateway is taken out of service: when it has stopped it says so. */
  prepareFarewell(): void {
    this.#isLast = true;
  }

  /** The last word of this gateway, behind all others. @returns whether there is one to be written */
  sayFarewell(): boolean {
    if (!this.#isLast) return false;
    const { gatewayId, store, clock, signer, recorder } = this.#options;
    const head = store.head();
    const jws = signer.sign({
      schema: 'loadgate.decommission/1',
      gatewayId,
      journalId: store.outboxId,
      record: head?.record ?? 0,
      hash: head?.hash ?? FIRST_PREVIOUS,
      at: new Date(clock.now().utcMs).toISOString(),
    } satisfies DecommissionMessage);
    recorder.addDraft({ stream: 'receipts', body: { jws } });
    return true;
  }

  #runSlices(): void {
    this.stop();
    const { store, clock, log } = this.#options;
    if (!store.eraseSlice()) return;
    const next = (): void => {
      if (store.eraseSlice()) this.#cancel = clock.after(SLICE_EVERY_MS, next);
      else {
        this.#cancel = undefined;
        log.info({}, 'What was to be erased is overwritten');
      }
    };
    this.#cancel = clock.after(SLICE_EVERY_MS, next);
  }
}
