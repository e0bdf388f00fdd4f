import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';

/** How the liveness of a switch is asked for. */
export const LIVENESS = {
  /** A reading of a load is fresh for 6 s: two answers may be lost. */
  askEveryMs: 2_000,
  answerWithinMs: 1_500,
  lostAfter: 3,
  longestRestMs: 30_000,
} as const;

/** Whether one switch answers: asked every two seconds, with growing rests once it is lost. */
export class HanContact {
  #failures = 0;
  #restMs: number = LIVENESS.askEveryMs;
  #askAtMs: RunningMs = Number.NEGATIVE_INFINITY;
  #fault: FaultCode = 'device-offline';
  #failingSinceMs: RunningMs = 0;
  #answeredAtMs: RunningMs | undefined;
  #answeringSinceMs: RunningMs = 0;
  #beginnings = 0;

  get state(): 'notYet' | 'answering' | 'glitch' | 'lost' {
    if (this.#failures >= LIVENESS.lostAfter) return 'lost';
    if (this.#answeredAtMs === undefined) return 'notYet';
    return this.#failures === 0 ? 'answering' : 'glitch';
  }

  /** Of meaning while it does not answer. */
  get fault(): FaultCode {
    return this.#fault;
  }

  get failingSinceMs(): RunningMs {
    return this.#failingSinceMs;
  }

  /** The last sign of life. */
  get answeredAtMs(): RunningMs | undefined {
    return this.#answeredAtMs;
  }

  /** Since when contact was never lost. */
  get answeringSinceMs(): RunningMs {
    return this.#answeringSinceMs;
  }

  get beginnings(): number {
    return this.#beginnings;
  }

  isDue(nowMs: RunningMs): boolean {
    return nowMs >= this.#askAtMs;
  }

  asked(nowMs: RunningMs): void {
    this.#askAtMs = nowMs + this.#restMs;
  }

  /** Any message of the switch is a sign of life. True when contact begins with it, at first or after a loss. */
  answered(nowMs: RunningMs): boolean {
    const { state } = this;
    const isBeginning = state === 'lost' || state === 'notYet';
    if (isBeginning) {
      this.#beginnings++;
      this.#answeringSinceMs = nowMs;
    }
    if (state === 'lost') this.#askAtMs = nowMs + LIVENESS.askEveryMs;
    this.#answeredAtMs = nowMs;
    this.#failures = 0;
    this.#restMs = LIVENESS.askEveryMs;
    return isBeginning;
  }

  failed(fault: FaultCode, nowMs: RunningMs): void {
    if (this.#failures === 0) this.#failingSinceMs = nowMs;
    this.#fault = fault;
    this.#failures++;
    if (this.#failures <= LIVENESS.lostAfter) return;
    // While the radio itself is away asking costs nothing on the air.
    const isAway = fault === 'device-offline';
    this.#restMs = isAway ? LIVENESS.askEveryMs : Math.min(this.#restMs * 2, LIVENESS.longestRestMs);
    this.#askAtMs = Math.max(this.#askAtMs, nowMs + this.#restMs);
  }
}
