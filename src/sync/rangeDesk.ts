import { type RangeRequest, rangeRequestSchema } from '../contract/streams.ts';
import type { StreamName } from '../ports/store.ts';
import { type BackOfficeOptions, takeOrders } from './backOfficeOrders.ts';
import { judgeFreshness } from './freshness.ts';

const MOST_REMEMBERED_IDS = 256;

interface RangeDeskOptions extends BackOfficeOptions {
  /** Answers it. @returns the sequences that are to be sent again */
  readonly onRequest: (request: RangeRequest) => readonly number[];
  readonly repeat: (stream: StreamName, sequences: readonly number[]) => void;
}

/** Takes requests of the back office for records that are missing there. Whatever it does not obey stays without effect. */
export class RangeDesk {
  readonly #options: RangeDeskOptions;
  /** A request comes again when its acknowledgement was lost. */
  readonly #answered = new Set<string>();

  constructor(options: RangeDeskOptions) {
    this.#options = options;
    takeOrders<RangeRequest>(options, {
      topic: 'rangeRequest',
      schemas: { 'loadgate.range-request/1': rangeRequestSchema },
      obey: (request) => this.#answer(request),
      refused: 'Request for records refused',
    });
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
