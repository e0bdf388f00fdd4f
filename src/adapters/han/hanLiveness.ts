import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { HanContact, LIVENESS } from './hanContact.ts';
import type { HanMessenger } from './hanMessenger.ts';
import { DRLC_ATTRIBUTE, type ZclMessage } from './zclMessages.ts';

interface LivenessParts {
  readonly messenger: HanMessenger;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks a switch for its device class again and again: the answer is a sign of life, and tells whether events fit it. */
export class HanLiveness {
  readonly contact = new HanContact();
  readonly #parts: LivenessParts;
  #asking: { readonly transaction: number; readonly cancel: Cancel } | undefined;
  #deviceClass: number | undefined;
  #isClosed = false;

  constructor(parts: LivenessParts) {
    this.#parts = parts;
  }

  /** Bits, once the switch has said them. */
  get deviceClass(): number | undefined {
    return this.#deviceClass;
  }

  /** Never waits for the answer. */
  askWhenDue(nowMs: RunningMs): void {
    if (this.#isClosed || this.#asking !== undefined || !this.contact.isDue(nowMs)) return;
    this.contact.asked(nowMs);
    void this.#ask();
  }

  /** Any message of the switch. True when contact begins with it, at first or after a loss. */
  heard({ transaction, body }: ZclMessage): boolean {
    const isAnswer = body.kind === 'attributesRead' || body.kind === 'defaultResponse';
    if (isAnswer && this.#asking?.transaction === transaction) this.#stopAsking();
    if (body.kind === 'attributesRead') {
      this.#deviceClass = body.values.get(DRLC_ATTRIBUTE.deviceClass) ?? this.#deviceClass;
    }
    return this.contact.answered(this.#parts.clock.runningMs());
  }

  close(): void {
    this.#isClosed = true;
    this.#stopAsking();
  }

  async #ask(): Promise<void> {
    const { messenger, clock } = this.#parts;
    const transaction = messenger.nextTransaction();
    const cancel = clock.after(LIVENESS.answerWithinMs, () => this.#missed(transaction, 'device-timeout'));
    this.#asking = { transaction, cancel };
    const question = { kind: 'readAttributes', attributes: [DRLC_ATTRIBUTE.deviceClass] } as const;
    const sent = await messenger.send(question, transaction);
    if (!sent.ok) this.#missed(transaction, sent.fault);
  }

  #missed(transaction: number, fault: FaultCode): void {
    if (this.#asking?.transaction !== transaction || this.#isClosed) return;
    this.#stopAsking();
    const { messenger, clock, log } = this.#parts;
    const { state } = this.contact;
    this.contact.failed(fault, clock.runningMs());
    if (state === 'lost' || this.contact.state !== 'lost') return;
    log.warn({ fault, radio: messenger.whyNot() }, 'The load switch does not answer');
  }

  #stopAsking(): void {
    this.#asking?.cancel();
    this.#asking = undefined;
  }
}
