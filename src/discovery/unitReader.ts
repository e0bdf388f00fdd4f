import type { Clock } from '../ports/clock.ts';
import type { ModbusLine, ModbusResult } from '../ports/modbusLine.ts';
import type { LookRequest } from '../profiles/looks.ts';

/** How often a wire that is still opening is looked at. */
const LOOK_EVERY_MS = 20;

/** Waits until the wire is open. False when it is not by then. */
export async function untilOpen(line: ModbusLine, clock: Clock, mostMs: number): Promise<boolean> {
  const untilMs = clock.runningMs() + mostMs;
  while (!line.isOpen() && clock.runningMs() < untilMs) await wait(clock, LOOK_EVERY_MS);
  return line.isOpen();
}

export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** The maker's pace for one request. */
export interface Pace {
  readonly timeoutMs: number;
  readonly silenceMs: number;
  /** Least time since the beginning of the read before. */
  readonly readSpacingMs: number;
}

export interface UnitReaderParts {
  readonly line: ModbusLine;
  readonly unit: number;
  readonly clock: Clock;
  /** Longest wait for a wire that has to be opened anew, as TCP has after each time-out. */
  readonly reopenMs: number;
  /** True once no further request may go out. */
  readonly isStopped: () => boolean;
}

const STOPPED: ModbusResult = { ok: false, fault: 'device-offline', detail: 'stopped before it was asked' };

/**
 * Reads from one unit whose model is not known yet: slowly enough for the slowest that it may be, each register once,
 * and never anything but functions 1 to 4.
 */
export class UnitReader {
  readonly unit: number;
  readonly #parts: UnitReaderParts;
  readonly #answers = new Map<string, ModbusResult>();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #leastSpacingMs = 0;

  constructor(parts: UnitReaderParts) {
    this.unit = parts.unit;
    this.#parts = parts;
  }

  /** From now on no read comes sooner than this after the one before: the model is known to want it. */
  slowTo(readSpacingMs: number): void {
    this.#leastSpacingMs = Math.max(this.#leastSpacingMs, readSpacingMs);
  }

  /** The answer from the device, or the one that it gave to the same question before. */
  async ask(request: LookRequest, pace: Pace): Promise<ModbusResult> {
    const key = `${request.functionCode} ${request.address} ${request.count}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    let answer = await this.#read(request, pace);
    // A damaged answer says nothing about the device; a missing one is an answer of a kind.
    if (!answer.ok && answer.fault === 'device-bad-reply') answer = await this.#read(request, pace);
    this.#answers.set(key, answer);
    return answer;
  }

  async #read({ functionCode, address, count }: LookRequest, pace: Pace): Promise<ModbusResult> {
    if (functionCode > 4) throw new RangeError(`a scan never writes, function ${functionCode} was asked for`);
    const { line, unit, clock, reopenMs, isStopped } = this.#parts;
    await untilOpen(line, clock, reopenMs);
    const spacingMs = Math.max(pace.readSpacingMs, this.#leastSpacingMs);
    const earlyMs = this.#readAtMs + spacingMs - clock.runningMs();
    if (earlyMs > 0) await wait(clock, earlyMs);
    if (isStopped()) return STOPPED;
    this.#readAtMs = clock.runningMs();
    const { timeoutMs, silenceMs } = pace;
    return line.request({ unit, functionCode, address, count, priority: 'poll', timeoutMs, silenceMs });
  }
}

/** An exception is an answer too: somebody is there. */
export function isAnswer(result: ModbusResult): boolean {
  return result.ok || result.fault === 'device-exception';
}
