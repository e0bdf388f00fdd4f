/** Shortest wait for a silent unit, beside the time of the frames: more than a USB adapter holds bytes back (16 ms). */
const LEAST_WAIT_MS = 60;
/** Of the slowest answer that the unit ever gave. */
const SLOWEST_TIMES = 2;
/** So often a try at a silent unit is patient all the same: it may have become slow. */
const PATIENT_EVERY_MS = 15_000;

interface Habit {
  isSilent: boolean;
  /** When it last had all the time that its maker asks for, and missed it. */
  patientAtMs: number;
  /** From the end of the request to the start of the answer; absent while it never answered. */
  slowestMs?: number;
}

/**
 * How long a serial line waits for each of its units. A unit that answers gets all the time that its maker asks for. One
 * that missed an answer is asked again with a wait that its slowest answer so far would have met, so that a dead unit
 * takes little time from the others.
 */
export class UnitPatience {
  readonly #habits = new Map<number, Habit>();

  reset(): void {
    this.#habits.clear();
  }

  /** For a request that goes out now. */
  waitMs(unit: number, timeoutMs: number, nowMs: number): number {
    const habit = this.#habits.get(unit);
    if (habit?.slowestMs === undefined || isPatientTry(habit, nowMs)) return timeoutMs;
    return Math.min(timeoutMs, Math.max(habit.slowestMs * SLOWEST_TIMES, LEAST_WAIT_MS));
  }

  answered(unit: number, thinkingMs: number): void {
    const habit = this.#habitOf(unit);
    habit.isSilent = false;
    habit.slowestMs = Math.max(habit.slowestMs ?? 0, thinkingMs);
  }

  /**
   * The request of this instant was not answered.
   * @returns whether a late answer is worth waiting for; from a unit that was silent before it is not
   */
  missed(unit: number, beganAtMs: number): boolean {
    const habit = this.#habitOf(unit);
    const wasSilent = habit.isSilent;
    if (isPatientTry(habit, beganAtMs)) habit.patientAtMs = beganAtMs;
    habit.isSilent = true;
    return !wasSilent;
  }

  #habitOf(unit: number): Habit {
    let habit = this.#habits.get(unit);
    if (habit === undefined) {
      habit = { isSilent: false, patientAtMs: Number.NEGATIVE_INFINITY };
      this.#habits.set(unit, habit);
    }
    return habit;
  }
}

function isPatientTry({ isSilent, patientAtMs }: Habit, nowMs: number): boolean {
  return !isSilent || nowMs - patientAtMs >= PATIENT_EVERY_MS;
}
