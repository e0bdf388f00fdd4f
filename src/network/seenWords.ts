import type { ConnectSeen, NameOutcome } from '../ports/network.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

export function describeName(outcome: NameOutcome): string {
  switch (outcome.kind) {
    case 'addresses':
      return outcome.addresses.join(', ');
    case 'noSuchName':
      return 'no such name';
    case 'silent':
      return 'no answer';
    case 'refused':
    case 'failed':
      return outcome.detail;
  }
}

export function describeConnect({ address, port, outcome, tookMs }: ConnectSeen): string {
  const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const words = { connected: 'connected', refused: 'refused', silent: 'no answer' } as const;
  const what = outcome.kind === 'unreachable' ? `unreachable (${outcome.code})` : words[outcome.kind];
  return `${place}: ${what} (${tookMs} ms)`;
}

/** When a certificate is good, and how far off the clock is where it is not. */
export function describeDates(
  { fromUtcMs, untilUtcMs }: { readonly fromUtcMs: number; readonly untilUtcMs: number },
  utcMs: number,
): string {
  const day = (atUtcMs: number): string => new Date(atUtcMs).toISOString().slice(0, 10);
  const span = `${day(fromUtcMs)} to ${day(untilUtcMs)}`;
  if (utcMs < fromUtcMs) return `${span}, which begins ${distance(fromUtcMs - utcMs)} after this clock`;
  if (utcMs > untilUtcMs) return `${span}, which ended ${distance(utcMs - untilUtcMs)} before this clock`;
  return `${span}, ${distance(untilUtcMs - utcMs)} left`;
}

function distance(durationMs: number): string {
  if (durationMs >= 2 * MS_PER_DAY) return `${Math.floor(durationMs / MS_PER_DAY)} days`;
  return durationMs >= 2 * MS_PER_HOUR
    ? `${Math.floor(durationMs / MS_PER_HOUR)} hours`
    : `${Math.ceil(durationMs / 60_000)} min`;
}
