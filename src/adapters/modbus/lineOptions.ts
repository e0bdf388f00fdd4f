/** Settings of a line, for all its devices together. */
export interface LineOptions {
  /** Every write is refused before it reaches the wire. */
  readonly readOnly?: boolean;
  /** Requests that may wait at once; the least urgent one beyond is answered with a fault. */
  readonly maximumWaiting?: number;
  /** Delay before the first new connection, doubled after each failure up to the last. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  /** Least time from a loss to the next connection, for makers whose devices refuse an early one. */
  readonly reconnectMs?: number;
}

export const DEFAULT_LINE_OPTIONS: Required<LineOptions> = {
  readOnly: false,
  maximumWaiting: 64,
  firstRetryMs: 500,
  lastRetryMs: 30_000,
  reconnectMs: 0,
};
