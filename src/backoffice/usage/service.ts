import type { CompletenessRow, StreamReport } from '../../contract/desk.ts';
import type { LossMessage, ManifestMessage, RangeAnswer } from '../../contract/streams.ts';
import type { Cancel } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/secrets.ts';
import { askAnew, refuseAsking } from './asking.ts';
import { rowOf } from './completeness.ts';
import { reportOf } from './describe.ts';
import { RangeAsker, type RangeAskerParts } from './rangeAsker.ts';
import {
  isKnown,
  learnAnswer,
  learnLoss,
  learnManifest,
  missing,
  newStand,
  prove,
  receive,
  type StreamKey,
  type StreamStand,
} from './rules.ts';
import { count } from './runs.ts';
import type { ReceivedHash, UsageStore } from './store.ts';

export interface ReceiverOptions extends RangeAskerParts {
  readonly store: UsageStore;
  readonly sha256: Sha256;
}

/** What came, as far as it matters whether it came. */
export interface Arrival extends StreamKey {
  readonly sequence: number;
  /** JSON, as it stands in the message. */
  readonly body: string;
}

/** Stands go to the disk this often. What a crash forgets is missing afterwards, and asked for again. */
const FLUSH_MS = 10_000;

/**
 * Takes every record once, by gateway, outbox, stream and sequence; knows what is there, what is missing, and of what the
 * gateway has said why; has what is missing asked for, and holds what came against the manifests.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #stands: Map<string, StreamStand>;
  readonly #unsaved = new Set<string>();
  #received: ReceivedHash[] = [];
  readonly #asker: RangeAsker;
  #cancelFlush: Cancel | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    // A stand that was kept by an earlier version knows less.
    const stands = options.store.stands().map((stand) => ({ ...newStand(stand), ...stand }));
    this.#stands = new Map(stands.map((stand) => [nameOf(stand), stand]));
    this.#asker = new RangeAsker(options, {
      all: () => this.#stands.values(),
      find: (key) => this.#stands.get(nameOf(key)),
      put: (stand) => this.#put(stand),
    });
  }

  /** @returns false for one that has come before */
  take({ body, sequence, ...key }: Arrival): boolean {
    const stand = this.#standOf(key);
    if (isKnown(stand, sequence)) return false;
    this.#received.push({ ...key, sequence, bodySha256: this.#options.sha256(body) });
    this.#put(receive(stand, sequence, this.#nowUtcMs()));
    return true;
  }

  /** @param message its signature was found good; so with the others */
  takeLosses({ gatewayId, outboxId, losses }: LossMessage): void {
    for (const loss of losses) {
      const stand = this.#standOf({ gatewayId, outboxId, stream: loss.stream });
      this.#put(learnLoss(stand, loss, this.#nowUtcMs()));
    }
  }

  takeManifest(manifest: ManifestMessage): void {
    const { gatewayId, outboxId, stream } = manifest;
    this.#put(learnManifest(this.#standOf({ gatewayId, outboxId, stream }), manifest, this.#nowUtcMs()));
  }

  takeAnswer(answer: RangeAnswer): void {
    const { gatewayId, outboxId, stream } = answer;
    this.#put(learnAnswer(this.#standOf({ gatewayId, outboxId, stream }), answer, this.#nowUtcMs()));
  }

  /** The gateway has refused a request. Nobody has signed this: it changes how it is asked, and nothing else. */
  takeRefusal(gatewayId: string, { id, cause }: { readonly id?: string; readonly cause: string }): void {
    const stand = this.#standsOf(gatewayId).find(({ asking }) => asking !== undefined && asking.id === id);
    if (stand?.asking !== undefined) this.#put(refuseAsking(stand, stand.asking.id, cause));
  }

  report(gatewayId: string): readonly StreamReport[] {
    const stands = this.#standsOf(gatewayId).toSorted((one, other) => (one.stream < other.stream ? -1 : 1));
    return this.#describe(gatewayId, stands);
  }

  /** One row for each of these gateways, whatever has come of it. */
  completeness(gatewayIds: Iterable<string>): readonly CompletenessRow[] {
    const byGateway = Map.groupBy(this.#stands.values(), ({ gatewayId }) => gatewayId);
    const { isReachable } = this.#options;
    return [...gatewayIds].map((gatewayId) =>
      rowOf({ gatewayId, isReachable: isReachable(gatewayId) }, byGateway.get(gatewayId) ?? []),
    );
  }

  /** What was given up is asked for as if it had never been. @returns records that are missing */
  askAnew(gatewayId: string): number {
    const open = this.#standsOf(gatewayId).filter(({ missingSinceUtcMs }) => missingSinceUtcMs !== undefined);
    for (const stand of open) this.#put(askAnew(stand));
    this.#asker.soon();
    return open.reduce((sum, stand) => sum + count(missing(stand)), 0);
  }

  /** Sequences of a stream that are missing, over all gateways. */
  countMissing(stream: string): number {
    let sum = 0;
    for (const stand of this.#stands.values()) {
      if (stand.stream === stream && stand.missingSinceUtcMs !== undefined) sum += count(missing(stand));
    }
    return sum;
  }

  /** Writes what would be written within seconds. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#unsaved.size === 0) return;
    const { store, log, clock } = this.#options;
    try {
      store.saveStands(this.#unsavedStands(), this.#received);
      this.#unsaved.clear();
      this.#received = [];
    } catch (error) {
      log.error({ detail: String(error) }, 'What came could not be noted; it is tried again');
      this.#cancelFlush = clock.after(FLUSH_MS, () => this.flush());
    }
  }

  stop(): void {
    this.#asker.stop();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
  }

  #standsOf(gatewayId: string): readonly StreamStand[] {
    return [...this.#stands.values()].filter((stand) => stand.gatewayId === gatewayId);
  }

  #standOf(key: StreamKey): StreamStand {
    return this.#stands.get(nameOf(key)) ?? newStand(key);
  }

  #put(stand: StreamStand): void {
    const name = nameOf(stand);
    const hasCome = this.#stands.get(name)?.asking !== undefined && stand.asking === undefined;
    if (hasCome) this.#asker.soon();
    const proven = stand.unproven.length === 0 ? stand : this.#prove(stand);
    this.#stands.set(name, proven);
    this.#unsaved.add(name);
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => this.flush());
  }

  #prove(stand: StreamStand): StreamStand {
    const { sha256, log } = this.#options;
    const after = prove(stand, ({ from, until }) => this.#hashesOf(stand, from, until), sha256);
    if (after === stand) return stand;
    if (after.contradicted > stand.contradicted) {
      const { gatewayId, stream, proven } = after;
      log.warn({ gatewayId, stream, until: proven.until }, 'A manifest says something else than what came');
    }
    return after.unproven.length === 0 ? after : this.#prove(after);
  }

  #hashesOf(key: StreamKey, from: number, until: number): ReturnType<UsageStore['hashesOf']> {
    this.#options.store.saveStands([], this.#received);
    this.#received = [];
    return this.#options.store.hashesOf(key, from, until);
  }

  #unsavedStands(): readonly StreamStand[] {
    return [...this.#unsaved].flatMap((name) => this.#stands.get(name) ?? []);
  }

  #describe(gatewayId: string, stands: readonly StreamStand[]): readonly StreamReport[] {
    const { signer, bus, isReachable } = this.#options;
    const scene = {
      nowUtcMs: this.#nowUtcMs(),
      hasKey: signer !== undefined,
      isBrokerThere: bus.isConnected(),
      isGatewayThere: isReachable(gatewayId),
    };
    return stands.map((stand) => reportOf(stand, scene));
  }

  #nowUtcMs(): number {
    return this.#options.clock.now().utcMs;
  }
}

function nameOf({ gatewayId, outboxId, stream }: StreamKey): string {
  return `${gatewayId} ${outboxId} ${stream}`;
}
