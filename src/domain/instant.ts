/**
 * Milliseconds that the gateway has been running, added up over all its lives.
 * Never steps back and stands still while the power is off, so time without power never counts
 * towards a release. All ages, leases and rest times are measured on it.
 */
export type RunningMs = number;

/** Milliseconds since 1970-01-01T00:00Z by the best wall clock at hand. Only for people and for agreed ends. */
export type UtcMs = number;

/** none: never set; coarse: at or after the last persisted instant; synced: disciplined by a time source. */
export type ClockLevel = 'none' | 'coarse' | 'synced';

export interface Now {
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
  readonly clockLevel: ClockLevel;
}

/** An instant for people and for the wire, ISO 8601 in UTC. */
export function iso(utcMs: UtcMs): string {
  return new Date(utcMs).toISOString();
}
