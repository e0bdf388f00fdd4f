import type { ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';

/** How an exchange ended. */
export interface Outcome {
  readonly result: ModbusResult;
  /** From the end of the request to the end of its answer; absent when none came. */
  readonly turnaroundMs?: number;
  /** What was found out about the wire that somebody should mend; said once. */
  readonly hint?: string;
  /** Why only a new connection can help; absent when this one may go on. */
  readonly reconnectBecause?: string;
}

/** What the guard of a connection has thrown away so far. */
export interface GuardCounts {
  readonly badCrc: number;
  readonly strayBytes: number;
  readonly lateReplies: number;
  readonly wrongUnit: number;
  readonly hasLocalEcho?: boolean;
}

/**
 * The manners of one kind of wire: when a request may go, what goes out, which bytes are its answer.
 * Knows no socket and no timer; every call brings the instant along.
 */
export interface Protocol {
  readonly maximumUnit: number;
  /** A new connection: what was on the one before means nothing any more. */
  reset(nowMs: number): void;
  /** How long this request must still wait before it may be sent; 0 when it may go. */
  waitMs(request: ModbusRequest, nowMs: number): number;
  /** A read that must be answered first, so that the answer of the request can be told from a late one. */
  probeBefore(request: ModbusRequest, nowMs: number): ModbusRequest | undefined;
  /** The bytes of the request. From now on its reply is expected. */
  begin(request: ModbusRequest, nowMs: number): Uint8Array;
  /** How long to wait for the whole reply of the request that was just begun, counted from begin. */
  replyTimeMs(request: ModbusRequest): number;
  /** The end of the exchange, when these bytes bring it. */
  receive(bytes: Uint8Array, nowMs: number): Outcome | undefined;
  /** The end of the exchange when its time is over. */
  giveUp(nowMs: number): Outcome;
  counts(): GuardCounts;
}
