const FREE_PERCENT = 100;

/**
 * A limit in percent as SunSpec's model 123 has it: it begins after a window, is approached by a ramp and ends by
 * itself after its revert time, when the inverter is free again. The timer counts from the last write.
 * Source: SunSpec model 123.
 */
export class PercentLimit {
  percent = FREE_PERCENT;
  isEnabled = false;
  windowS = 0;
  /** 0 never reverts. */
  revertS = 0;
  rampS = 0;
  #fromPercent = FREE_PERCENT;
  #toPercent = FREE_PERCENT;
  #beginsAtMs = Number.NEGATIVE_INFINITY;
  #rampMs = 0;
  #endsAtMs = Number.POSITIVE_INFINITY;

  /** What has been written counts from now on. The window is random in the field; here it is always the longest. */
  apply(nowMs: number): void {
    if (!this.isEnabled) {
      this.#release();
      return;
    }
    this.#fromPercent = this.percentAt(nowMs);
    this.#toPercent = this.percent;
    this.#beginsAtMs = nowMs + this.windowS * 1000;
    this.#rampMs = this.rampS * 1000;
    this.#endsAtMs = this.revertS > 0 ? nowMs + this.revertS * 1000 : Number.POSITIVE_INFINITY;
  }

  /** What is in force. */
  percentAt(nowMs: number): number {
    if (nowMs < this.#beginsAtMs) return this.#fromPercent;
    const share = this.#rampMs === 0 ? 1 : Math.min(1, (nowMs - this.#beginsAtMs) / this.#rampMs);
    return this.#fromPercent + (this.#toPercent - this.#fromPercent) * share;
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#endsAtMs) return;
    this.isEnabled = false;
    this.#release();
  }

  powerCycle(): void {
    this.percent = FREE_PERCENT;
    this.isEnabled = false;
    this.windowS = 0;
    this.revertS = 0;
    this.rampS = 0;
    this.#release();
  }

  #release(): void {
    this.#fromPercent = FREE_PERCENT;
    this.#toPercent = FREE_PERCENT;
    this.#beginsAtMs = Number.NEGATIVE_INFINITY;
    this.#rampMs = 0;
    this.#endsAtMs = Number.POSITIVE_INFINITY;
  }
}
