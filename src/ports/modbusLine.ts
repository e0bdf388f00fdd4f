import type { FaultCode } from '../domain/faults.ts';

export type ModbusFunction = 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16;

/** A narrowing write goes next, before anything that waits; polls go last. */
export type LinePriority = 'narrowing' | 'refresh' | 'widening' | 'poll';

/** One request to one unit. Addresses are 0-based, as on the wire. */
export interface ModbusRequest {
  readonly unit: number;
  readonly functionCode: ModbusFunction;
  readonly address: number;
  /** Registers or bits to read; for writes, values.length. */
  readonly count: number;
  /** Raw 16-bit words (5, 6, 16) or bits as 0 and 1 (15). Function 5 sends the word as it is. */
  readonly values?: readonly number[];
  readonly priority: LinePriority;
  readonly timeoutMs: number;
  /** Silence that the maker wants before this request, measured from the end of the last frame on the line. */
  readonly silenceMs?: number;
}

/** words: the registers read, or bits as 0 and 1; empty for writes. Never a partial answer. */
export type ModbusResult =
  | { readonly ok: true; readonly words: readonly number[] }
  | {
      readonly ok: false;
      readonly fault: FaultCode;
      readonly detail: string;
      readonly exceptionCode?: number;
    };

/** What the line has seen since it was opened, per unit where it can be told. */
export interface LineStatistics {
  readonly requests: number;
  readonly timeouts: number;
  readonly exceptions: number;
  readonly badCrc: number;
  readonly strayBytes: number;
  readonly lateReplies: number;
  readonly wrongUnit: number;
  readonly reconnects: number;
}

/**
 * One wire: a serial line with all its units, or one TCP device.
 * Answers are one complete, matching, echoed frame or a fault; request() never rejects.
 */
export interface ModbusLine {
  request(request: ModbusRequest): Promise<ModbusResult>;
  isOpen(): boolean;
  statistics(): LineStatistics;
  close(): Promise<void>;
}
