import { curtailmentCancelSchema, curtailmentSchema } from '../contract/curtailment.ts';
import { TOPICS, type TopicName, topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import type { Bus, BusMessage } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { curtailmentToLimit } from './curtailmentToLimit.ts';
import { readControl } from './readControl.ts';
import { countRefusal, NO_REFUSALS, type RefusalCount } from './refusalLimit.ts';

/** More curtailments than any sender has under way at once. */
const MOST_REMEMBERED_IDS = 256;

export interface InboxOptions {
  readonly gatewayId: string;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the site plan. */
  readonly circuits: readonly Circuit[];
  /** DANGEROUS: obeys whoever reaches the broker. Without it every command is refused, for none is signed yet. */
  readonly acceptUnsignedCurtailment: boolean;
  /** Ids that were accepted in an earlier life of the gateway, oldest first. */
  readonly knownIds?: readonly string[];
  /** The broker hears the acknowledgement after this has resolved; when it rejects, the message comes again. */
  readonly onCurtailment: (limit: Limit, id: string) => Promise<void>;
  /** The id may be of a curtailment that is over, was replaced or never came. */
  readonly onCancel: (id: string) => Promise<void>;
  readonly onEvent: (event: DomainEvent) => void;
}

type ControlTopic = Extract<TopicName, 'curtailment' | 'curtailmentCancel'>;

/** Takes commands from the broker. What it does not obey it refuses with a cause, and acknowledges. */
export class Inbox {
  readonly #options: InboxOptions;
  /** Accepted ids, oldest first, with what came under them where it is known. */
  readonly #accepted = new Map<string, string | undefined>();
  #refusals: RefusalCount = NO_REFUSALS;
  /** One after the other, also when a message comes again while its first handling is still under way. */
  #tail: Promise<void> = Promise.resolve();

  constructor(options: InboxOptions) {
    this.#options = options;
    for (const id of options.knownIds ?? []) this.#remember(id, undefined);
    if (options.acceptUnsignedCurtailment) {
      options.log.warn(
        {},
        'acceptUnsignedCurtailment is on: whoever reaches the broker can switch loads of this home off',
      );
    }
    this.#listen('curtailment', (message) => this.#curtail(message));
    this.#listen('curtailmentCancel', (message) => this.#cancel(message));
  }

  #listen(name: ControlTopic, handle: (message: BusMessage) => Promise<void>): void {
    this.#options.bus.subscribe(topicOf(this.#options.gatewayId, name), (message) => {
      const handled = this.#tail.then(() => handle(message));
      this.#tail = handled.catch(() => {});
      return handled;
    });
  }

  async #curtail(message: BusMessage): Promise<void> {
    const { circuits, clock, log, onCurtailment } = this.#options;
    const reading = readControl(message.payload, TOPICS.curtailment.schemas[0], curtailmentSchema);
    if (!this.#mayObey(message, reading)) return;
    const request = reading.message;
    const content = JSON.stringify(request);
    if (this.#accepted.has(request.id)) {
      const known = this.#accepted.get(request.id);
      if (known === undefined || known === content) {
        log.debug({ id: request.id }, 'The curtailment came again; nothing changes');
      } else {
        this.#refuse(message.topic, `id "${request.id}" was used before with other content`);
      }
      return;
    }
    const outcome = curtailmentToLimit(request, clock.now(), circuits);
    if (!outcome.ok) {
      this.#refuse(message.topic, outcome.cause);
      return;
    }
    await onCurtailment(outcome.limit, request.id);
    this.#remember(request.id, content);
    log.info({ id: request.id, limit: outcome.limit }, 'Curtailment accepted');
  }

  async #cancel(message: BusMessage): Promise<void> {
    const { log, onCancel } = this.#options;
    const reading = readControl(
      message.payload,
      TOPICS.curtailmentCancel.schemas[0],
      curtailmentCancelSchema,
    );
    if (!this.#mayObey(message, reading)) return;
    const { id, reason } = reading.message;
    await onCancel(id);
    // A curtailment that comes after its own cancel, or again after it, must not take hold.
    this.#remember(id, undefined);
    log.info({ id, reason }, 'Curtailment cancelled');
  }

  #mayObey<T>(
    message: BusMessage,
    reading: ReturnType<typeof readControl<T>>,
  ): reading is Extract<ReturnType<typeof readControl<T>>, { ok: true }> {
    if (message.isRetained === true) {
      this.#refuse(
        message.topic,
        'it was retained at the broker; a command is for now, send it without retain',
      );
    } else if (!reading.ok) {
      this.#refuse(message.topic, reading.cause);
    } else if (!this.#options.acceptUnsignedCurtailment) {
      this.#refuse(
        message.topic,
        'it is not signed; only with acceptUnsignedCurtailment set does this gateway obey such a command',
      );
    } else {
      return true;
    }
    return false;
  }

  #remember(id: string, content: string | undefined): void {
    this.#accepted.delete(id);
    this.#accepted.set(id, content);
    for (const oldest of this.#accepted.keys()) {
      if (this.#accepted.size <= MOST_REMEMBERED_IDS) break;
      this.#accepted.delete(oldest);
    }
  }

  #refuse(topic: string, cause: string): void {
    const { clock, log, onEvent } = this.#options;
    const { count, untoldBefore } = countRefusal(this.#refusals, clock.runningMs());
    this.#refusals = count;
    if (untoldBefore === undefined) return;
    const told = untoldBefore === 0 ? cause : `${cause} (and ${untoldBefore} more commands before it)`;
    log.warn({ topic, cause: told }, 'Command refused');
    onEvent({ kind: 'controlRefused', topic, cause: told });
  }
}
