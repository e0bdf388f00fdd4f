import { type RangeRequest, rangeRequestSchema } from '../contract/streams.ts';
import { topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { Bus, BusMessage } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SignatureReader } from '../ports/signature.ts';
import type { StreamName } from '../ports/store.ts';
import { judgeFreshness } from './freshness.ts';
import { countRefusal, NO_REFUSALS, type RefusalCount } from './refusalLimit.ts';
import { readSigned } from './signedControl.ts';

const MOST_REMEMBERED_IDS = 256;

interface RangeDeskOptions {
  readonly gatewayId: string;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bundle: () => TrustBundle;
  readonly verify: SignatureReader;
  /** Answers it. @returns the sequences that are to be sent again */
  readonly onRequest: (request: RangeRequest) => readonly number[];
  readonly repeat: (stream: StreamName, sequences: readonly number[]) => void;
  readonly onEvent: (event: DomainEvent) => void;
}

/** Takes requests of the back office for records that are missing there. Whatever it does not obey stays without effect. */
export class RangeDesk {
  readonly #options: RangeDeskOptions;
  /** A request comes again when its acknowledgement was lost. */
  readonly #answered = new Set<string>();
  #refused: RefusalCount = NO_REFUSALS;

  constructor(options: RangeDeskOptions) {
    this.#options = options;
    options.bus.subscribe(topicOf(options.gatewayId, 'rangeRequest'), (message) => this.#take(message));
  }

  async #take(message: BusMessage): Promise<void> {
    const { bundle, verify, clock } = this.#options;
    const reading = await readSigned<RangeRequest>(message, {
      schemas: { 'loadgate.range-request/1': rangeRequestSchema },
      signerOf: () => ({ role: 'backOffice' }),
      bundle: bundle(),
      verify,
      now: clock.now(),
    });
    const cause = reading.ok ? this.#answer(reading.message) : reading.cause;
    if (cause !== undefined) this.#tell(message.topic, cause, reading.message?.id);
  }

  /** As long as there are not too many. */
  #tell(topic: string, cause: string, id: string | undefined): void {
    const { clock, log, onEvent } = this.#options;
    const { count, untoldBefore } = countRefusal(this.#refused, clock.runningMs());
    this.#refused = count;
    if (untoldBefore === undefined) return;
    log.warn({ topic, cause, untoldBefore }, 'Request for records refused');
    onEvent({ kind: 'controlRefused', topic, cause, ...(id !== undefined && { id }) });
  }

  /** @returns why not */
  #answer(request: RangeRequest): string | undefined {
    const { gatewayId, clock, log, onRequest, repeat } = this.#options;
    if (request.gatewayId !== gatewayId) {
      return `it is for the gateway "${request.gatewayId}"; this one is "${gatewayId}"`;
    }
    if (request.until < request.from) {
      return `until is ${request.until}; expected ${request.from} or more`;
    }
    const stale = judgeFreshness(request.issuedAt, clock.now());
    if (stale !== undefined) return stale.cause;
    const { id, stream, from, until } = request;
    if (this.#answered.has(id)) return undefined;
    this.#answered.add(id);
    for (const oldest of this.#answered) {
      if (this.#answered.size <= MOST_REMEMBERED_IDS) break;
      this.#answered.delete(oldest);
    }
    const repeats = onRequest(request);
    log.info({ id, stream, from, until, repeated: repeats.length }, 'Records are sent again');
    repeat(stream, repeats);
    return undefined;
  }
}
