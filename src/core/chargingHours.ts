import type { ChargingHours, ChargingWindow } from '../domain/chargingHours.ts';
import { WEEKDAYS, type Weekday } from '../domain/chargingHours.ts';
import type { Now, UtcMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { SitePlan } from '../domain/sitePlan.ts';

const DAY_MINUTES = 1440;

/**
 * Rank 7: what the charging hours leave to each charge point now. Off while nobody knows what time it is: a schedule that
 * runs by a wrong clock would keep a car from charging at night.
 */
export function scheduleLimits(site: SitePlan, hours: ChargingHours | undefined, now: Now): readonly Limit[] {
  if (hours === undefined || now.clockLevel === 'none') return [];
  const local = localTime(now.utcMs, hours.timeZone);
  const open = hours.windows.flatMap((window, index) => (isOpen(window, local) ? [{ window, index }] : []));
  return open.flatMap(({ window, index }) =>
    site.loads.flatMap((load): Limit[] =>
      load.kind !== 'chargePoint'
        ? []
        : [
            {
              limitId: `${load.loadId}:hours:${index + 1}`,
              source: 'schedule',
              circuitId: load.circuitId,
              loadId: load.loadId,
              direction: 'import',
              basis: 'phaseCurrentA',
              ceiling: window.ceilingA,
              validFromMs: 0,
              reason: `${window.reason} (${clockTime(window.fromMinute)} to ${clockTime(window.untilMinute)})`,
            },
          ],
    ),
  );
}

export interface LocalTime {
  readonly weekday: Weekday;
  /** Minutes after midnight by the clock on the wall. */
  readonly minute: number;
}

/** What the clock on the wall of the home shows; an hour that a clock change repeats comes twice, one that it skips never. */
export function localTime(utcMs: UtcMs, timeZone: string): LocalTime {
  const parts = formatOf(timeZone).formatToParts(utcMs);
  const partOf = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  const weekday = WEEKDAYS.find((day) => day === partOf('weekday').slice(0, 3).toLowerCase()) ?? 'mon';
  return { weekday, minute: (Number(partOf('hour')) % 24) * 60 + Number(partOf('minute')) };
}

export function isOpen(window: ChargingWindow, { weekday, minute }: LocalTime): boolean {
  const { days, fromMinute, untilMinute } = window;
  if (fromMinute < untilMinute) return days.includes(weekday) && minute >= fromMinute && minute < untilMinute;
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7] ?? weekday;
  return (
    (days.includes(weekday) && minute >= fromMinute) || (days.includes(yesterday) && minute < untilMinute)
  );
}

export function clockTime(minute: number): string {
  const within = ((minute % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}
