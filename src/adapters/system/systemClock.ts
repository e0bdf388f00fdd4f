import type { ClockLevel, Now, RunningMs, UtcMs } from '../../domain/instant.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { isTimeSynchronised } from './timeSynchronisation.ts';

export interface SystemClockOptions {
  /** How much faster than real time all that keeps time runs, > 0; 1 when absent. */
  readonly speed?: number;
  /** Running time of all lives before this one, as the store restored it; 0 when absent. */
  readonly initialRunningMs?: RunningMs;
  /** The last persisted instant, as the store restored it. */
  readonly lastUtcMs?: UtcMs;
  /** Whether a time source disciplines the wall clock. Asked at the start and then every minute. */
  readonly isSynchronised?: () => Promise<boolean>;
}

/** A wall clock behind this was never set: no gateway existed then. */
const EARLIEST_UTC_MS = Date.UTC(2026, 0, 1);

/** How often the wall clock is asked whether it is synchronised, in real time. */
const PROBE_EVERY_MS = 60_000;

/** Wall and monotonic clock round apart and are slewed apart; less than this is no step back. */
const STEP_TOLERANCE_MS = 1_000;

/** Longest delay that a timer of the runtime takes; it fires a longer one at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Time from CLOCK_MONOTONIC, scaled by speed. Running time goes on from where the store left it, so it stands
 * still while the gateway does not run. At speed 1 UTC is the wall clock; at any other it runs scaled from the
 * instant of the start.
 * synced: the system says so. coarse: the wall clock is at or after the last persisted instant and what has
 * passed since. none: it is behind; UTC then goes on from that instant, so that records never run backwards.
 */
export function createSystemClock(options: SystemClockOptions = {}): Clock {
  return new SystemClock(options);
}

class SystemClock implements Clock {
  readonly #speed: number;
  readonly #startedAtMs = monotonicMs();
  readonly #initialRunningMs: RunningMs;
  readonly #startUtcMs: UtcMs;
  readonly #floorAtStartMs: UtcMs;
  readonly #isSynchronised: () => Promise<boolean>;
  #isSynced = false;
  #probeDueMs = Number.NEGATIVE_INFINITY;

  constructor(options: SystemClockOptions) {
    this.#speed = options.speed ?? 1;
    if (!(this.#speed > 0 && Number.isFinite(this.#speed))) {
      throw new RangeError(`speed: expected a number above 0, found ${this.#speed}`);
    }
    this.#initialRunningMs = options.initialRunningMs ?? 0;
    this.#floorAtStartMs = options.lastUtcMs ?? EARLIEST_UTC_MS;
    this.#startUtcMs = this.#speed === 1 ? Date.now() : Math.max(Date.now(), this.#floorAtStartMs);
    this.#isSynchronised = options.isSynchronised ?? isTimeSynchronised;
    this.#probeWhenDue();
  }

  now(): Now {
    this.#probeWhenDue();
    const elapsedMs = this.#elapsedMs();
    const wallMs = this.#speed === 1 ? Date.now() : this.#startUtcMs + elapsedMs;
    const floorMs = this.#floorAtStartMs + elapsedMs;
    return {
      runningMs: this.#initialRunningMs + elapsedMs,
      utcMs: this.#isSynced ? wallMs : Math.max(wallMs, floorMs),
      clockLevel: this.#levelOf(wallMs, floorMs),
    };
  }

  runningMs(): number {
    return this.#initialRunningMs + this.#elapsedMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    const dueMs = this.runningMs() + Math.max(0, delayMs);
    let timer: NodeJS.Timeout | undefined;
    // The runtime's timers fire up to a millisecond early and know no delay beyond 24 days.
    const arm = () => {
      const realMs = Math.max(0, Math.ceil((dueMs - this.runningMs()) / this.#speed));
      timer = setTimeout(
        () => (this.runningMs() >= dueMs ? run() : arm()),
        Math.min(realMs, LONGEST_TIMER_MS),
      );
    };
    arm();
    return () => clearTimeout(timer);
  }

  #elapsedMs(): number {
    return Math.floor((monotonicMs() - this.#startedAtMs) * this.#speed);
  }

  #levelOf(wallMs: UtcMs, floorMs: UtcMs): ClockLevel {
    if (this.#isSynced) return 'synced';
    return wallMs >= floorMs - STEP_TOLERANCE_MS ? 'coarse' : 'none';
  }

  #probeWhenDue(): void {
    const atMs = monotonicMs();
    if (atMs < this.#probeDueMs) return;
    this.#probeDueMs = atMs + PROBE_EVERY_MS;
    this.#isSynchronised().then(
      (isSynced) => {
        this.#isSynced = isSynced;
      },
      () => {
        this.#isSynced = false;
      },
    );
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
