import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';

/**
 * How a silent unit is treated. A glitch costs nothing: the first failures are retried at the normal rhythm.
 * Then the unit rests between tries for an eighth of the time that it has been silent, from 2 s up to 5 min: one
 * dead device does not slow the others on its line, and one that reboots (KEBA: about 15 s, then at full
 * power) is met again within 2 s.
 * While the line itself is away (device-offline) asking costs nothing, and the unit is not to blame: the rest stays
 * at 2 s, so that the unit is met as soon as the line has found its way back (it tries at least every 30 s), and the
 * time without a line is no silence of the unit.
 */
export const CONTACT_FIGURES = {
  /** Failures in a row after which the values of the unit are unknown and a new contact is a fresh one. */
  lostAfter: 3,
  triesAtFullPace: 3,
  restShare: 1 / 8,
  firstRestMs: 2_000,
  longestRestMs: 300_000,
} as const;

/** What is known of one unit on its line: whether it answers, since when it does not, how long it rests. */
export class ProfileContact {
  #failures = 0;
  /** Of the failures, those in a row with the line in place, and when the first of them was. */
  #silences = 0;
  #silentSinceMs: RunningMs = 0;
  #hasAnswered = false;
  #fault: FaultCode = 'device-offline';
  #failingSinceMs: RunningMs = 0;
  #restUntilMs: RunningMs = Number.NEGATIVE_INFINITY;
  #beginnings = 0;
  #glitches = 0;

  get isAnswering(): boolean {
    return this.#hasAnswered && this.#failures === 0;
  }

  /** True while it owes an answer. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  get isLost(): boolean {
    return this.#failures >= CONTACT_FIGURES.lostAfter;
  }

  /** The last fault; only of meaning while the unit does not answer. */
  get fault(): FaultCode {
    return this.#fault;
  }

  get failingSinceMs(): RunningMs {
    return this.#failingSinceMs;
  }

  /** How many times the unit was met: at first and after each loss. It may have rebooted with defaults in between. */
  get beginnings(): number {
    return this.#beginnings;
  }

  /** How many times it missed an answer or two and came back. */
  get glitches(): number {
    return this.#glitches;
  }

  isResting(nowMs: RunningMs): boolean {
    return nowMs < this.#restUntilMs;
  }

  /** Any answer counts, also a refusal: the unit lives. */
  answered(): void {
    if (this.#failures === 0 && this.#hasAnswered) return;
    if (this.isLost || !this.#hasAnswered) this.#beginnings++;
    else this.#glitches++;
    this.#hasAnswered = true;
    this.#failures = 0;
    this.#silences = 0;
    this.#restUntilMs = Number.NEGATIVE_INFINITY;
  }

  failed(fault: FaultCode, nowMs: RunningMs): void {
    this.#fault = fault;
    // A narrowing that is tried during the rest does not make the rest longer.
    if (this.isResting(nowMs)) return;
    if (this.#failures === 0) this.#failingSinceMs = nowMs;
    this.#failures++;
    const { triesAtFullPace, restShare, firstRestMs, longestRestMs } = CONTACT_FIGURES;
    if (fault === 'device-offline') {
      this.#silences = 0;
      if (this.#failures > triesAtFullPace) this.#restUntilMs = nowMs + firstRestMs;
      return;
    }
    if (this.#silences === 0) this.#silentSinceMs = nowMs;
    this.#silences++;
    if (this.#silences <= triesAtFullPace) return;
    const shareMs = (nowMs - this.#silentSinceMs) * restShare;
    this.#restUntilMs = nowMs + Math.min(Math.max(shareMs, firstRestMs), longestRestMs);
  }
}
