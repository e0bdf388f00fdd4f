const FREE_PERCENT = 100;

/**
 * A limit in percent as SunSpec's model 704 has it: after its revert time a value and an enable state of their own
 * take the place of what was set, so that it can fail to the safe side. The timer counts from the last write.
 * Source: SunSpec model 704.
 */
export class RevertingLimit {
  percent = FREE_PERCENT;
  isEnabled = false;
  revertPercent = FREE_PERCENT;
  isEnabledAfterRevert = false;
  /** 0 never reverts. */
  revertS = 0;
  #revertsAtMs = Number.POSITIVE_INFINITY;

  /** What has been written counts from now on. */
  apply(nowMs: number): void {
    const runs = this.isEnabled && this.revertS > 0;
    this.#revertsAtMs = runs ? nowMs + this.revertS * 1000 : Number.POSITIVE_INFINITY;
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#revertsAtMs) return;
    this.#revertsAtMs = Number.POSITIVE_INFINITY;
    this.percent = this.revertPercent;
    this.isEnabled = this.isEnabledAfterRevert;
  }

  /** What is in force; advanceTo has the time. */
  percentAt(_nowMs: number): number {
    return this.isEnabled ? this.percent : FREE_PERCENT;
  }

  /** 0 while the timer does not run. */
  remainingS(nowMs: number): number {
    return Number.isFinite(this.#revertsAtMs) ? Math.ceil(Math.max(0, this.#revertsAtMs - nowMs) / 1000) : 0;
  }

  powerCycle(): void {
    this.percent = FREE_PERCENT;
    this.isEnabled = false;
    this.revertPercent = FREE_PERCENT;
    this.isEnabledAfterRevert = false;
    this.revertS = 0;
    this.#revertsAtMs = Number.POSITIVE_INFINITY;
  }
}
