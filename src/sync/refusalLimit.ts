/** Refusals are events in the outbox; a sender that floods the topic must not fill the disk with them. */
const MOST_A_MINUTE = 10;
const MINUTE_MS = 60_000;

export interface RefusalCount {
  readonly minuteStartedMs: number;
  readonly told: number;
  readonly untold: number;
}

export const NO_REFUSALS: RefusalCount = { minuteStartedMs: 0, told: 0, untold: 0 };

/**
 * Counts a refusal.
 * @returns the new count and, when this one is to be told, how many before it were not
 */
export function countRefusal(
  count: RefusalCount,
  nowMs: number,
): { readonly count: RefusalCount; readonly untoldBefore?: number } {
  const isNewMinute = nowMs - count.minuteStartedMs >= MINUTE_MS;
  const told = isNewMinute ? 0 : count.told;
  const minuteStartedMs = isNewMinute ? nowMs : count.minuteStartedMs;
  if (told >= MOST_A_MINUTE) return { count: { minuteStartedMs, told, untold: count.untold + 1 } };
  return { count: { minuteStartedMs, told: told + 1, untold: 0 }, untoldBefore: count.untold };
}
