/** Closing and opening time of a small contactor behind a relay. */
const TRAVEL_MS = 30;

/** A switch contact: it follows its coil after a short travel, unless it is stuck. */
export class Contact {
  #isClosed: boolean;
  #isCoilOn: boolean;
  #movesAtMs = Number.POSITIVE_INFINITY;
  #isStuck = false;
  /** How often the contact has really moved. */
  operations = 0;

  /** @param isClosed true for a circuit that no switch interrupts */
  constructor(isClosed = false) {
    this.#isClosed = isClosed;
    this.#isCoilOn = isClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isCoilOn(): boolean {
    return this.#isCoilOn;
  }

  /** The instant of the next movement; infinite when none is under way. */
  get movesAtMs(): number {
    return this.#movesAtMs;
  }

  setCoil(isOn: boolean, nowMs: number): void {
    if (isOn === this.#isCoilOn) return;
    this.#isCoilOn = isOn;
    this.#plan(nowMs);
  }

  /** A stuck contact stays where it is; freed, it follows its coil again. */
  setStuck(isStuck: boolean, nowMs: number): void {
    this.#isStuck = isStuck;
    this.#plan(nowMs);
  }

  advanceTo(nowMs: number): void {
    if (nowMs < this.#movesAtMs) return;
    this.#movesAtMs = Number.POSITIVE_INFINITY;
    this.#isClosed = this.#isCoilOn;
    this.operations += 1;
  }

  #plan(nowMs: number): void {
    const mustMove = !this.#isStuck && this.#isCoilOn !== this.#isClosed;
    this.#movesAtMs = mustMove ? nowMs + TRAVEL_MS : Number.POSITIVE_INFINITY;
  }
}
