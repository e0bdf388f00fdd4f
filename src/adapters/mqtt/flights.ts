import type { PublishResult } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';

/** A large message may take as long as the slowest line that still counts as one needs: GPRS at the edge of its reach. */
const SLOWEST_BYTES_PER_S = 200;

export interface Flight {
  /** Its answer; a second one is nothing. */
  readonly land: (result: PublishResult) => void;
}

interface Open extends Flight {
  readonly byteTimeMs: number;
  /** From when its acknowledgement is waited for. */
  turnAtMs: number;
}

/**
 * Messages that wait for their acknowledgement. These come in the order of the messages (MQTT 5 section 4.6), so the time of
 * each begins anew when one before it was answered: on a slow line a full window is no reason to give up. One that is passed
 * over is given up all the same.
 */
export class Flights {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onOverdue: () => void;
  readonly #open = new Set<Open>();
  #cancelTimer: Cancel | undefined;

  /** @param onOverdue called after a message has landed as timed out */
  constructor(clock: Clock, timeoutMs: number, onOverdue: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onOverdue = onOverdue;
  }

  get count(): number {
    return this.#open.size;
  }

  takeOff(bytes: number, answer: (result: PublishResult) => void): Flight {
    const flight: Open = {
      byteTimeMs: (bytes / SLOWEST_BYTES_PER_S) * 1_000,
      turnAtMs: this.#clock.runningMs(),
      land: (result) => {
        if (!this.#open.has(flight)) return;
        this.#landed(flight);
        answer(result);
      },
    };
    this.#open.add(flight);
    this.#cancelTimer ??= this.#watch();
    return flight;
  }

  landAll(result: PublishResult): void {
    for (const flight of this.#open) flight.land(result);
  }

  #landed(flight: Open): void {
    const nowMs = this.#clock.runningMs();
    let isBehind = false;
    for (const other of this.#open) {
      if (isBehind) other.turnAtMs = nowMs;
      isBehind ||= other === flight;
    }
    this.#open.delete(flight);
    if (this.#open.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #watch(): Cancel {
    const dueMs = Math.min(...[...this.#open].map((flight) => this.#dueMs(flight)));
    return this.#clock.after(Math.max(0, dueMs - this.#clock.runningMs()), () => this.#look());
  }

  #look(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.runningMs();
    const overdue = [...this.#open].find((flight) => this.#dueMs(flight) <= nowMs);
    if (overdue === undefined) {
      this.#cancelTimer = this.#watch();
      return;
    }
    overdue.land({
      ok: false,
      cause: 'timeout',
      detail: `no acknowledgement within ${this.#timeoutMs} ms of its turn`,
    });
    this.#onOverdue();
  }

  #dueMs({ turnAtMs, byteTimeMs }: Open): number {
    return turnAtMs + this.#timeoutMs + byteTimeMs;
  }
}
