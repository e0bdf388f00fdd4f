import type { Decision, DecisionInput } from '../../core/decision.ts';
import type { Now, RunningMs } from '../../domain/instant.ts';
import type { SitePlan } from '../../domain/sitePlan.ts';
import type { Store } from '../../ports/store.ts';
import type { UsageBatch } from '../../ports/usage.ts';
import { UsageLedger } from '../../usage/ledger.ts';
import { DEFAULT_BUDGET, thinningOf, type UsageBudget } from '../../usage/retention.ts';
import type { UsageChanges } from '../../usage/rowBook.ts';
import type { Metering } from '../../usage/sample.ts';
import { packState, unpackState } from '../../usage/state.ts';
import { meteringOf } from './meteringOf.ts';
import { takeSample } from './takeSample.ts';

interface UsageKeeperOptions {
  readonly site: SitePlan;
  readonly store: Store;
  readonly startedAt: Now;
  readonly budget?: UsageBudget;
}

/** What a kill can cost: the samples and minutes of this time; energy that a meter counts by itself is not among it. */
const WRITE_EVERY_MS = 300_000;
const FIRST_WRITE_MS = 15_000;
const THIN_EVERY_MS = 3_600_000;

/** Feeds the account of energy with each cycle, and hands what is finished to the record. */
export class UsageKeeper {
  readonly #options: UsageKeeperOptions;
  readonly #metering: Metering;
  #ledger: UsageLedger;
  #hasWritten = false;
  #given: UsageChanges | undefined;
  #thinnedAtMs: RunningMs | undefined;

  constructor(options: UsageKeeperOptions) {
    this.#options = options;
    const { site, store, startedAt } = options;
    this.#metering = meteringOf(site);
    const state = unpackState(store.usage.readState());
    const lastId = store.usage.lastId();
    this.#ledger = new UsageLedger({
      metering: this.#metering,
      startedAt,
      firstId: Math.max(state?.nextId ?? 1, lastId + 1),
      ...(state === undefined ? {} : { state }),
      isRecordLost: store.condition.kind === 'damaged' || (state === undefined && lastId > 0),
    });
  }

  /** After each decision. */
  observe(input: DecisionInput, decision: Decision): void {
    this.#ledger.add(takeSample(this.#metering, input, decision));
  }

  /** What belongs into the commit that is about to be tried; nothing while it is not yet worth a write. */
  takeDue(now: Now, isClosing: boolean): UsageBatch | undefined {
    // At first soon: from then on a kill costs no energy that a meter counts by itself.
    const waitsMs = this.#hasWritten ? WRITE_EVERY_MS : FIRST_WRITE_MS;
    if (!isClosing && this.#ledger.waitingMs() < waitsMs) return undefined;
    const { state, ...changes } = this.#ledger.takeChanges(now, isClosing);
    this.#given = changes;
    return { ...changes, state: packState(state) };
  }

  /** How that commit went. */
  settle(isWritten: boolean): void {
    if (!isWritten && this.#given !== undefined) this.#ledger.giveBack(this.#given);
    else if (this.#given !== undefined) this.#hasWritten = true;
    this.#given = undefined;
  }

  /** Once an hour: lets go of what is older than it is kept for, or too much. */
  thin(now: Now): void {
    if (now.runningMs - (this.#thinnedAtMs ?? Number.NEGATIVE_INFINITY) < THIN_EVERY_MS) return;
    this.#thinnedAtMs = now.runningMs;
    const { usage } = this.#options.store;
    const orders = thinningOf(
      usage.holdings(),
      now,
      this.#ledger.calmSinceMs(),
      this.#options.budget ?? DEFAULT_BUDGET,
    );
    if (orders.length > 0) usage.thin(orders);
  }

  /** The household wants it erased: what is gathered from here on is a new account. */
  beginAnew(now: Now): void {
    this.#given = undefined;
    this.#hasWritten = false;
    this.#ledger = new UsageLedger({
      metering: this.#metering,
      startedAt: now,
      firstId: this.#ledger.nextId(),
      isRecordLost: false,
    });
  }
}
