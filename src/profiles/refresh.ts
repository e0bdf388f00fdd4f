import type { ProfileData } from './profileSchema.ts';

/** Commands that feed the watchdog by being repeated. */
function isFedByCommands({ watchdog }: ProfileData): boolean {
  return watchdog.fedBy === 'write' || watchdog.fedBy === 'refreshedCommand';
}

/** True when the device lets a command lapse that is not repeated. */
export function isRefreshed(data: ProfileData): boolean {
  return (
    data.refreshEveryMs !== undefined ||
    data.commands.setPowerLimit?.lapsesMs !== undefined ||
    (data.fallback !== undefined && isFedByCommands(data))
  );
}

/**
 * How often a command must be repeated: at most half of each time after which the device acts by itself, so that one
 * lost repetition does no harm. Absent: never.
 * @param timeoutMs the fall-back time-out that is set, or that the maker has fixed; absent: none
 */
export function refreshEveryMs(data: ProfileData, timeoutMs: number | undefined): number | undefined {
  const lapsesMs = data.commands.setPowerLimit?.lapsesMs;
  const times = [
    data.refreshEveryMs,
    lapsesMs === undefined ? undefined : lapsesMs / 2,
    timeoutMs !== undefined && isFedByCommands(data) ? timeoutMs / 2 : undefined,
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** How often the keep-alive is to be sent; absent: the device wants none. */
export function keepAliveEveryMs(data: ProfileData, timeoutMs: number | undefined): number | undefined {
  if (data.keepAlive === undefined) return undefined;
  return Math.min(data.keepAlive.everyMs, (timeoutMs ?? Number.POSITIVE_INFINITY) / 2);
}
