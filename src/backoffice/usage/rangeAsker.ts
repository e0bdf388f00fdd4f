import type { RangeRequest } from '../../contract/streams.ts';
import { topicOf } from '../../contract/topics.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { Signer } from '../../ports/signature.ts';
import { ASKING, asked, giveUp, nextRange, stepOf, whyInVain } from './asking.ts';
import type { Asking, StreamKey, StreamStand } from './rules.ts';

export interface RangeAskerParts {
  readonly bus: Pick<Bus, 'isConnected' | 'publish'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Key of the back office; absent: nothing is asked for. */
  readonly signer?: Signer;
  /** Whoever is away does not answer. */
  readonly isReachable: (gatewayId: string) => boolean;
}

interface Stands {
  all(): Iterable<StreamStand>;
  find(key: StreamKey): StreamStand | undefined;
  put(stand: StreamStand): void;
}

const LOOK_EVERY_MS = 30_000;
/** When something that was asked for has come, the next stretch is asked for after this. */
const NEXT_MS = 1_000;

/**
 * Asks gateways for the records that are missing, a bounded number at once and one stretch of each gateway at a time; waits
 * longer after each request without success, and gives up in the end, with the cause.
 */
export class RangeAsker {
  readonly #parts: RangeAskerParts;
  readonly #stands: Stands;
  #cancelLook: Cancel;
  #isSoon = false;

  constructor(parts: RangeAskerParts, stands: Stands) {
    this.#parts = parts;
    this.#stands = stands;
    this.#cancelLook = parts.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  /** There is room for another request. */
  soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    this.#cancelLook();
    this.#cancelLook = this.#parts.clock.after(NEXT_MS, () => this.#look());
  }

  stop(): void {
    this.#cancelLook();
  }

  #look(): void {
    const { clock, signer, bus, isReachable, log } = this.#parts;
    this.#isSoon = false;
    this.#cancelLook = clock.after(LOOK_EVERY_MS, () => this.#look());
    if (signer === undefined || !bus.isConnected()) return;
    const nowUtcMs = this.#nowUtcMs();
    const busy = new Set<string>();
    const due: StreamStand[] = [];
    for (const stand of [...this.#stands.all()]) {
      const step = stepOf(stand, nowUtcMs);
      if (step === 'busy') busy.add(stand.gatewayId);
      if (step === 'due') due.push(stand);
      if (step === 'spent') this.#giveUp(stand);
    }
    // Whoever was not asked yet comes first, then who was asked longest ago.
    due.sort((one, other) => (one.asking?.atUtcMs ?? 0) - (other.asking?.atUtcMs ?? 0));
    for (const stand of due) {
      if (busy.size >= ASKING.mostUnderWay) return;
      if (busy.has(stand.gatewayId) || !isReachable(stand.gatewayId)) continue;
      busy.add(stand.gatewayId);
      this.#ask(signer, stand).catch((error) =>
        log.error({ gatewayId: stand.gatewayId, detail: String(error) }, 'Asking for records has failed'),
      );
    }
  }

  #giveUp(stand: StreamStand): void {
    const { gatewayId, stream, asking } = stand;
    if (asking === undefined) return;
    const { attempts } = asking;
    this.#parts.log.warn(
      { gatewayId, stream, attempts, ...whyInVain(asking) },
      'Records that are missing are not asked for any more',
    );
    this.#stands.put(giveUp(stand));
  }

  async #ask(signer: Signer, stand: StreamStand): Promise<void> {
    const { bus, entropy, log } = this.#parts;
    const range = nextRange(stand);
    if (range === undefined) return;
    const { gatewayId, outboxId, stream } = stand;
    const atUtcMs = this.#nowUtcMs();
    const id = `range-${entropy.identifier()}`;
    this.#stands.put(asked(stand, { id, range, atUtcMs }));
    log.info({ gatewayId, stream, ...range }, 'Records are missing; they are asked for again');
    try {
      const jws = await signer.sign({
        schema: 'loadgate.range-request/1',
        gatewayId,
        id,
        issuedAt: new Date(atUtcMs).toISOString(),
        outboxId,
        stream: stream as RangeRequest['stream'],
        ...range,
      } satisfies RangeRequest);
      const result = await bus.publish(topicOf(gatewayId, 'rangeRequest'), jws);
      if (result.ok) return;
      // With the broker away nobody was asked; it does not count.
      if (result.cause === 'offline') this.#change(stand, id, () => stand.asking);
      else this.#noteFailure(stand, id, result.detail);
    } catch (error) {
      this.#noteFailure(stand, id, `the key of this desk cannot sign: ${String(error)}`);
    }
  }

  #noteFailure(stand: StreamStand, id: string, words: string): void {
    const { gatewayId, stream } = stand;
    this.#parts.log.warn({ gatewayId, stream, detail: words }, 'Records could not be asked for');
    this.#change(stand, id, (asking) => ({ ...asking, failure: { cause: 'notSent', words } }));
  }

  /** Meanwhile more may have come. */
  #change(key: StreamKey, id: string, change: (asking: Asking) => Asking | undefined): void {
    const stand = this.#stands.find(key);
    if (stand?.asking?.id !== id) return;
    const { asking, ...rest } = stand;
    const changed = change(asking);
    this.#stands.put({ ...rest, ...(changed !== undefined && { asking: changed }) });
  }

  #nowUtcMs(): number {
    return this.#parts.clock.now().utcMs;
  }
}
