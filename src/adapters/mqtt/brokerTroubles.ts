import type { Fault } from '../../domain/faults.ts';
import type { PublishResult } from '../../ports/bus.ts';

/** One may be the line; a second one, on a new connection, is the broker. */
const MISSES_TO_TELL = 2;
const SILENT = 'The broker takes messages but does not acknowledge all of them; they wait in the outbox';
/** What waited in a session would by then be of no use anyway. */
const SESSION_LOST_MATTERS_MS = 86_400_000;
const SESSION_LOST =
  'The broker had lost the session of this gateway, and the commands that waited in it; nothing of the outbox is lost';

interface Trouble {
  readonly sinceMs: number;
  readonly sentence: string;
}

/** What is wrong although the connection stands: told as faults, and in words for a field engineer. */
export class BrokerTroubles {
  readonly #calmMs: number;
  readonly #refusedWrites = new Map<string, Trouble>();
  readonly #refusedReads = new Map<string, Trouble>();
  #misses = 0;
  #missingSinceMs = 0;
  #missedAtMs = 0;
  #sessionLostAtMs = Number.NEGATIVE_INFINITY;

  /** @param calmMs acknowledgements count as whole again when none was missed for this long */
  constructor(calmMs: number) {
    this.#calmMs = calmMs;
  }

  sessionLost(nowMs: number): void {
    this.#sessionLostAtMs = nowMs;
  }

  published(topic: string, result: PublishResult, nowMs: number): void {
    if (result.ok) {
      if (nowMs - this.#missedAtMs >= this.#calmMs) this.#misses = 0;
      this.#refusedWrites.delete(topic);
    } else if (result.cause === 'timeout') {
      if (this.#misses === 0) this.#missingSinceMs = nowMs;
      this.#misses += 1;
      this.#missedAtMs = nowMs;
    } else if (result.cause === 'refused') note(this.#refusedWrites, topic, result.detail, nowMs);
  }

  /** @param refusal absent: granted */
  subscribed(topic: string, refusal: string | undefined, nowMs: number): void {
    if (refusal === undefined) this.#refusedReads.delete(topic);
    else note(this.#refusedReads, topic, refusal, nowMs);
  }

  /** Their subjects: the stream that is not taken, as the events name it, and the topic that is not heard. */
  faults(): readonly Fault[] {
    const silent: Fault = {
      code: 'broker-not-acknowledging',
      subject: 'broker',
      sinceMs: this.#missingSinceMs,
    };
    return [
      ...(this.#misses < MISSES_TO_TELL ? [] : [silent]),
      ...[...this.#refusedWrites].map(([topic, { sinceMs }]): Fault => {
        const subject = topic.slice(topic.lastIndexOf('/') + 1);
        return { code: 'upload-refused', subject, sinceMs };
      }),
      ...[...this.#refusedReads].map(
        ([subject, { sinceMs }]): Fault => ({ code: 'commands-not-granted', subject, sinceMs }),
      ),
    ];
  }

  sentences(nowMs: number): readonly string[] {
    return [
      ...(nowMs - this.#sessionLostAtMs < SESSION_LOST_MATTERS_MS ? [SESSION_LOST] : []),
      ...(this.#misses < MISSES_TO_TELL ? [] : [SILENT]),
      ...[...this.#refusedWrites].map(([topic, { sentence }]) => `Not taken on ${topic}: ${sentence}`),
      ...[...this.#refusedReads].map(([topic, { sentence }]) => `Not heard on ${topic}: ${sentence}`),
    ];
  }
}

function note(troubles: Map<string, Trouble>, topic: string, sentence: string, nowMs: number): void {
  troubles.set(topic, { sinceMs: troubles.get(topic)?.sinceMs ?? nowMs, sentence });
}
