import type { CurtailmentCancel } from '../contract/curtailment.ts';
import type { Heartbeat } from '../contract/heartbeat.ts';
import type { UtcMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { Circuit } from '../domain/sitePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type Control, controlToLimits } from './controlToLimits.ts';
import { judgeFreshness, judgeSinceRestore } from './freshness.ts';
import { type HeardHeartbeat, judgeHeartbeat } from './heartbeatOrder.ts';
import { type Refusal, refuse } from './refusal.ts';

/** More controls than any sender has under way at once. */
const MOST_REMEMBERED_IDS = 256;

export type ControlMessage = Control | CurtailmentCancel | Heartbeat;

export interface ControlDeskOptions {
  readonly gatewayId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the site plan. */
  readonly circuits: readonly Circuit[];
  /** Ids that were accepted in an earlier life of the gateway, oldest first. */
  readonly knownIds?: readonly string[];
  /**
   * What the one slot holds from now on: one limit of a curtailment, those of a schedule in order, or none. The broker
   * hears the acknowledgement after this has resolved; when it rejects, the message comes again. So with the others.
   */
  readonly onControl: (limits: readonly Limit[], id: string) => Promise<void>;
  /** The id may be of a control that is over, was replaced or never came. A schedule ends as a whole. */
  readonly onCancel: (id: string) => Promise<void>;
  /** Why the household does not let itself be controlled now; undefined: it does. Cancels and heartbeats need no consent. */
  readonly whyNoControl: () => string | undefined;
  /** What was issued before this is not obeyed; absent: nothing is too old by that. */
  readonly releasesSinceUtcMs?: () => UtcMs;
  /** The controlling party is there now. */
  readonly onHeartbeat: () => Promise<void>;
}

/** Does what the controlling party asks for, or says why not. Whoever comes here has shown a good signature. */
export class ControlDesk {
  readonly #options: ControlDeskOptions;
  /** Accepted ids, oldest first, with what came under them where it is known. */
  readonly #accepted = new Map<string, string | undefined>();
  #heard: HeardHeartbeat | undefined;

  constructor(options: ControlDeskOptions) {
    this.#options = options;
    for (const id of options.knownIds ?? []) this.#remember(id, undefined);
  }

  async obey(message: ControlMessage): Promise<Refusal | undefined> {
    const { gatewayId, clock, releasesSinceUtcMs } = this.#options;
    if (message.gatewayId !== gatewayId) {
      return refuse(`it is for the gateway "${message.gatewayId}"; this one is "${gatewayId}"`);
    }
    if (message.schema === 'loadgate.heartbeat/1') return await this.#hear(message);
    const stale =
      judgeFreshness(message.issuedAt, clock.now()) ??
      judgeSinceRestore(message.issuedAt, releasesSinceUtcMs?.() ?? Number.NEGATIVE_INFINITY);
    if (stale !== undefined) return stale;
    if (message.schema === 'loadgate.curtailment-cancel/1') return await this.#cancel(message);
    return await this.#control(message);
  }

  async #control(control: Control): Promise<Refusal | undefined> {
    const { circuits, clock, log, onControl, whyNoControl } = this.#options;
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
    const unwilling = schema === 'loadgate.no-curtailment/1' ? undefined : whyNoControl();
    if (unwilling !== undefined) return refuse(unwilling);
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
}
