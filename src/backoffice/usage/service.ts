import type { LossMessage, ManifestMessage, RangeAnswer, RangeRequest } from '../../contract/streams.ts';
import { MOST_REQUESTED } from '../../contract/streams.ts';
import { topicOf } from '../../contract/topics.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { Sha256 } from '../../ports/secrets.ts';
import type { Signer } from '../../ports/signature.ts';
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

export interface ReceiverOptions {
  readonly store: UsageStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly sha256: Sha256;
  readonly entropy: Entropy;
  readonly bus: Pick<Bus, 'isConnected' | 'publish'>;
  /** Key of the back office; absent: what is missing is shown, and not asked for. */
  readonly signer?: Signer;
}

/** What came, as far as it matters whether it came. */
export interface Arrival extends StreamKey {
  readonly sequence: number;
  /** JSON, as it stands in the message. */
  readonly body: string;
}

/** Stands go to the disk this often. What a crash forgets is missing afterwards, and asked for again. */
const FLUSH_MS = 10_000;
/** The loss ledger of a gateway tells of a gap within a minute or two; only then is it asked for. */
const GRACE_MS = 180_000;
const ASK_AGAIN_MS = 900_000;
const ASK_EVERY_MS = 30_000;
/** In one round: requests of a fleet that comes back must not all go at once. */
const MOST_REQUESTS = 100;

/** How whole the streams of a gateway are. */
export interface StreamReport extends StreamKey {
  readonly received: number;
  readonly lost: number;
  readonly gone: number;
  readonly missing: number;
  readonly highest: number;
  readonly provenUntil: number;
  readonly contradicted: number;
}

/**
 * Takes every record once, by gateway, outbox, stream and sequence; knows what is there, what is missing, and of what the
 * gateway has said why; asks for what is missing, and holds what came against the manifests.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #stands: Map<string, StreamStand>;
  readonly #unsaved = new Set<string>();
  #received: ReceivedHash[] = [];
  #cancelFlush: Cancel | undefined;
  #cancelAsk: Cancel;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#stands = new Map(options.store.stands().map((stand) => [nameOf(stand), stand]));
    this.#cancelAsk = options.clock.after(ASK_EVERY_MS, () => this.#askRound());
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

  report(gatewayId?: string): readonly StreamReport[] {
    return [...this.#stands.values()]
      .filter((stand) => gatewayId === undefined || stand.gatewayId === gatewayId)
      .map((stand) => ({
        gatewayId: stand.gatewayId,
        outboxId: stand.outboxId,
        stream: stand.stream,
        ...stand.counts,
        missing: count(missing(stand)),
        highest: stand.highest,
        provenUntil: stand.proven.until,
        contradicted: stand.contradicted,
      }));
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
    this.#cancelAsk();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
  }

  #standOf(key: StreamKey): StreamStand {
    return this.#stands.get(nameOf(key)) ?? newStand(key);
  }

  #put(stand: StreamStand): void {
    const name = nameOf(stand);
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

  #askRound(): void {
    const { clock, signer, bus } = this.#options;
    this.#cancelAsk = clock.after(ASK_EVERY_MS, () => this.#askRound());
    if (signer === undefined || !bus.isConnected()) return;
    const nowUtcMs = this.#nowUtcMs();
    let asked = 0;
    for (const stand of this.#stands.values()) {
      const { missingSinceUtcMs, asked: before } = stand;
      const isDue =
        missingSinceUtcMs !== undefined &&
        nowUtcMs - missingSinceUtcMs >= GRACE_MS &&
        nowUtcMs - (before?.atUtcMs ?? Number.NEGATIVE_INFINITY) >= ASK_AGAIN_MS;
      if (!isDue || asked >= MOST_REQUESTS) continue;
      const ranges = missing(stand).slice(0, MOST_REQUESTS - asked);
      asked += ranges.length;
      this.#put({ ...stand, asked: { atUtcMs: nowUtcMs, ranges } });
      for (const range of ranges) this.#ask(signer, stand, range.from, range.until);
    }
  }

  #ask(signer: Signer, { gatewayId, outboxId, stream }: StreamKey, from: number, until: number): void {
    const { bus, entropy, log } = this.#options;
    const request = {
      schema: 'loadgate.range-request/1',
      gatewayId,
      id: entropy.identifier(),
      issuedAt: new Date(this.#nowUtcMs()).toISOString(),
      outboxId,
      stream: stream as RangeRequest['stream'],
      from,
      until: Math.min(until, from + MOST_REQUESTED - 1),
    } satisfies RangeRequest;
    log.info({ gatewayId, stream, from, until }, 'Records are missing; they are asked for again');
    signer
      .sign(request)
      .then((jws) => bus.publish(topicOf(gatewayId, 'rangeRequest'), jws))
      .catch((error) => log.warn({ gatewayId, detail: String(error) }, 'Records could not be asked for'));
  }

  #nowUtcMs(): number {
    return this.#options.clock.now().utcMs;
  }
}

function nameOf({ gatewayId, outboxId, stream }: StreamKey): string {
  return `${gatewayId} ${outboxId} ${stream}`;
}
