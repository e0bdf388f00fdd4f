import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';

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

/** Upper ends of the classes of the turnaround histogram, ms; the last class is open. */
export const TURNAROUND_CLASSES_MS = [5, 10, 20, 50, 100, 200, 500, 1000] as const;

/**
 * What one unit did since the line was opened. Each request ends in one of the four, or with the loss of the wire.
 * Turnaround: from the end of the request to the end of the answer, exceptions included.
 */
export interface UnitStatistics {
  readonly unit: number;
  readonly requests: number;
  /** Right answers. */
  readonly answers: number;
  readonly timeouts: number;
  readonly exceptions: number;
  /** Requests without a right answer for which something else came: damaged, short, of another request. */
  readonly badReplies: number;
  /** One count for each class of TURNAROUND_CLASSES_MS, and one for all beyond. */
  readonly turnaround: readonly number[];
  /** Exceptions count: the unit lives. */
  readonly lastAnswerMs?: RunningMs;
}

/** What the line has seen since it was opened. */
export interface LineStatistics {
  readonly requests: number;
  readonly timeouts: number;
  readonly exceptions: number;
  readonly badCrc: number;
  readonly strayBytes: number;
  readonly lateReplies: number;
  readonly wrongUnit: number;
  readonly reconnects: number;
  /** Reads that were not sent because the same one waited already. */
  readonly superseded: number;
  /** The serial adapter gives back what is sent through it; the echo is taken out. Switch it off in the adapter. */
  readonly hasLocalEcho?: boolean;
  /** In the order of their numbers. */
  readonly units: readonly UnitStatistics[];
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
