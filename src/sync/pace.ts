/** The most messages that go out at once, and the room that each one frees after it. */
export interface Pace {
  readonly burst: number;
  readonly spacingMs: number;
}

/**
 * A month of minutes is sent within ten minutes and never keeps the processor from the control cycle.
 * Everyday traffic does not feel it.
 */
export const UPLOAD_PACE: Pace = { burst: 20, spacingMs: 10 };

/** When the line would be free if everything so far had been sent at the even spacing. */
export type PaceMark = number;

/** Milliseconds until the next message may go; 0 when it may go now. */
export function paceWaitMs(mark: PaceMark, nowMs: number, pace: Pace): number {
  return Math.max(0, mark - nowMs - (pace.burst - 1) * pace.spacingMs);
}

export function markPaced(mark: PaceMark, nowMs: number, pace: Pace): PaceMark {
  return Math.max(mark, nowMs) + pace.spacingMs;
}
