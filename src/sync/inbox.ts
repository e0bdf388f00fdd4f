import type { z } from 'zod';
import {
  type CurtailmentCancel,
  curtailmentCancelSchema,
  curtailmentSchema,
  noCurtailmentSchema,
} from '../contract/curtailment.ts';
import { curtailmentScheduleSchema } from '../contract/curtailmentSchedule.ts';
import { type Heartbeat, heartbeatSchema } from '../contract/heartbeat.ts';
import { TOPICS, type TopicName, topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import type { Bus, BusMessage } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type Control, controlToLimits } from './controlToLimits.ts';
import { type HeardHeartbeat, judgeHeartbeat } from './heartbeatOrder.ts';
import { type ControlReading, readControl } from './readControl.ts';
import { type Refusal, refuse } from './refusal.ts';
import { countRefusal, NO_REFUSALS, type RefusalCount } from './refusalLimit.ts';

/** More controls than any sender has under way at once. */
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
  /**
   * What the one slot holds from now on: one limit of a curtailment, those of a schedule in order, or none. The broker
   * hears the acknowledgement after this has resolved; when it rejects, the message comes again. So with the others.
   */
  readonly onControl: (limits: readonly Limit[], id: string) => Promise<void>;
  /** The id may be of a control that is over, was replaced or never came. A schedule ends as a whole. */
  readonly onCancel: (id: string) => Promise<void>;
  /** The controlling party is there now. */
  readonly onHeartbeat: () => Promise<void>;
  readonly onEvent: (event: DomainEvent) => void;
}

/** Does what the command asks for, or says why not. */
type Obey<T> = (command: T) => Promise<Refusal | undefined>;

/** Takes commands from the broker. What it does not obey it refuses with a cause, and acknowledges. */
export class Inbox {
  readonly #options: InboxOptions;
  /** Accepted ids, oldest first, with what came under them where it is known. */
  readonly #accepted = new Map<string, string | undefined>();
  #heard: HeardHeartbeat | undefined;
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
    this.#listen('curtailment', curtailmentSchema, (control) => this.#control(control));
    this.#listen('curtailmentSchedule', curtailmentScheduleSchema, (control) => this.#control(control));
    this.#listen('noCurtailment', noCurtailmentSchema, (control) => this.#control(control));
    this.#listen('curtailmentCancel', curtailmentCancelSchema, (cancel) => this.#cancel(cancel));
    this.#listen('heartbeat', heartbeatSchema, (heartbeat) => this.#hear(heartbeat));
  }

  #listen<T>(name: TopicName, schema: z.ZodType<T>, obey: Obey<T>): void {
    const topic = topicOf(this.#options.gatewayId, name);
    const take = async (message: BusMessage): Promise<void> => {
      const reading = this.#read(message, TOPICS[name].schemas[0], schema);
      const refusal = reading.ok ? await obey(reading.message) : reading;
      if (refusal !== undefined) this.#tell(topic, refusal);
    };
    this.#options.bus.subscribe(topic, (message) => {
      const handled = this.#tail.then(() => take(message));
      this.#tail = handled.catch(() => {});
      return handled;
    });
  }

  #read<T>(message: BusMessage, schemaName: string, schema: z.ZodType<T>): ControlReading<T> {
    if (message.isRetained === true) {
      return refuse('it was retained at the broker; a command is for now, send it without retain');
    }
    const reading = readControl(message.payload, schemaName, schema);
    if (!reading.ok || this.#options.acceptUnsignedCurtailment) return reading;
    return refuse(
      'it is not signed; only with acceptUnsignedCurtailment set does this gateway obey such a command',
    );
  }

  async #control(control: Control): Promise<Refusal | undefined> {
    const { circuits, clock, log, onControl } = this.#options;
    const { id, reason, schema } = control;
    const content = JSON.stringify(control);
    if (this.#accepted.has(id)) {
      const known = this.#accepted.get(id);
      if (known !== undefined && known !== content) {
        return refuse(`id "${id}" was used before with other content`);
      }
      log.debug({ id, schema }, 'The control came again; nothing changes');
      return undefined;
    }
    const outcome = controlToLimits(control, clock.now(), circuits);
    if (!outcome.ok) return outcome;
    await onControl(outcome.limits, id);
    this.#remember(id, content);
    log.info({ id, schema, reason, limits: outcome.limits.length }, 'Control accepted');
    return undefined;
  }

  async #cancel({ id, reason }: CurtailmentCancel): Promise<undefined> {
    const { log, onCancel } = this.#options;
    await onCancel(id);
    // A control that comes after its own cancel, or again after it, must not take hold.
    this.#remember(id, undefined);
    log.info({ id, reason }, 'Control cancelled');
  }

  async #hear(heartbeat: Heartbeat): Promise<Refusal | undefined> {
    const { clock, onHeartbeat } = this.#options;
    const judgement = judgeHeartbeat(heartbeat, this.#heard, clock.now());
    if (!judgement.ok) return judgement;
    await onHeartbeat();
    this.#heard = judgement.heard;
    return undefined;
  }

  #remember(id: string, content: string | undefined): void {
    this.#accepted.delete(id);
    this.#accepted.set(id, content);
    for (const oldest of this.#accepted.keys()) {
      if (this.#accepted.size <= MOST_REMEMBERED_IDS) break;
      this.#accepted.delete(oldest);
    }
  }

  /** An event of the refusal, as long as there are not too many. */
  #tell(topic: string, { cause }: Refusal): void {
    const { clock, log, onEvent } = this.#options;
    const { count, untoldBefore } = countRefusal(this.#refusals, clock.runningMs());
    this.#refusals = count;
    if (untoldBefore === undefined) return;
    const told = untoldBefore === 0 ? cause : `${cause} (and ${untoldBefore} more commands before it)`;
    log.warn({ topic, cause: told }, 'Command refused');
    onEvent({ kind: 'controlRefused', topic, cause: told });
  }
}
