import type { Now } from '../domain/instant.ts';

/** Stops what was scheduled; harmless when it already ran. */
export type Cancel = () => void;

/**
 * The only source of time and of waiting. The system's runs at a settable speed; the tests' is stepped by hand.
 * Whoever needs a timer takes it here, so that all that keeps time is scaled alike.
 */
export interface Clock {
  now(): Now;
  /** Monotonic milliseconds on the same scale as now().runningMs. */
  runningMs(): number;
  after(delayMs: number, run: () => void): Cancel;
}
