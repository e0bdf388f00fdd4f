import type { RunningMs } from '../../domain/instant.ts';
import {
  type LineStatistics,
  type ModbusResult,
  TURNAROUND_CLASSES_MS,
  type UnitStatistics,
} from '../../ports/modbusLine.ts';

interface Tally {
  requests: number;
  answers: number;
  timeouts: number;
  exceptions: number;
  badReplies: number;
  readonly turnaround: number[];
  lastAnswerMs?: RunningMs;
}

/** Counts what each unit of a line did since the line was opened. */
export class UnitLedger {
  readonly #tallies = new Map<number, Tally>();

  addRequest(unit: number): void {
    this.#tallyOf(unit).requests++;
  }

  /** @param turnaroundMs absent when nothing came from the unit, as after a broadcast */
  addResult(unit: number, result: ModbusResult, nowMs: RunningMs, turnaroundMs: number | undefined): void {
    const tally = this.#tallyOf(unit);
    if (turnaroundMs !== undefined && (result.ok || result.fault === 'device-exception')) {
      const index = classOf(turnaroundMs);
      tally.turnaround[index] = (tally.turnaround[index] ?? 0) + 1;
      tally.lastAnswerMs = nowMs;
    }
    if (result.ok) {
      if (turnaroundMs !== undefined) tally.answers++;
    } else if (result.fault === 'device-exception') tally.exceptions++;
    else if (result.fault === 'device-timeout') tally.timeouts++;
    else if (result.fault === 'device-bad-reply') tally.badReplies++;
  }

  units(): readonly UnitStatistics[] {
    return [...this.#tallies]
      .sort(([one], [other]) => one - other)
      .map(([unit, tally]) => ({ unit, ...tally, turnaround: [...tally.turnaround] }));
  }

  totals(): Pick<LineStatistics, 'requests' | 'timeouts' | 'exceptions'> {
    const totals = { requests: 0, timeouts: 0, exceptions: 0 };
    for (const { requests, timeouts, exceptions } of this.#tallies.values()) {
      totals.requests += requests;
      totals.timeouts += timeouts;
      totals.exceptions += exceptions;
    }
    return totals;
  }

  #tallyOf(unit: number): Tally {
    let tally = this.#tallies.get(unit);
    if (tally === undefined) {
      const turnaround = new Array<number>(TURNAROUND_CLASSES_MS.length + 1).fill(0);
      tally = { requests: 0, answers: 0, timeouts: 0, exceptions: 0, badReplies: 0, turnaround };
      this.#tallies.set(unit, tally);
    }
    return tally;
  }
}

function classOf(turnaroundMs: number): number {
  const index = TURNAROUND_CLASSES_MS.findIndex((upperMs) => turnaroundMs <= upperMs);
  return index === -1 ? TURNAROUND_CLASSES_MS.length : index;
}
