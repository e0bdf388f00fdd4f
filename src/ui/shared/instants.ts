/** Instants as people read them: local time on the page, UTC beside it for the record. */

/** Absent: the zone of the machine. */
export type Zone = string | undefined;

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;

/** Making one takes longer than drawing a row of a table, so each is made once. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(utcMs: number, zone: Zone, options: typeof CLOCK | typeof DAY): string {
  const key = `${options === CLOCK} ${zone}`;
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, hourCycle: 'h23', timeZone: zone });
  formats.set(key, known);
  return known.format(utcMs);
}

export function clockTime(utcMs: number, zone?: Zone): string {
  return format(utcMs, zone, CLOCK);
}

function isSameDay(one: number, other: number, zone?: Zone): boolean {
  return format(one, zone, DAY) === format(other, zone, DAY);
}

/** The time alone for today, with the day for any other. */
export function localTime(utcMs: number, nowMs: number, zone?: Zone): string {
  const time = clockTime(utcMs, zone);
  return isSameDay(utcMs, nowMs, zone) ? time : `${format(utcMs, zone, DAY)}, ${time}`;
}

/** For the record: `22 Nov 2026, 09:55:09 UTC`. */
export function utcTime(utcMs: number): string {
  return `${format(utcMs, 'UTC', DAY)}, ${clockTime(utcMs, 'UTC')} UTC`;
}

/** What an input of the kind `datetime-local` shows, to the minute: `2026-11-22T09:55`. */
export function toInputValue(utcMs: number): string {
  const at = new Date(utcMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant of such an input in ISO 8601; nothing for what is no instant. */
export function fromInputValue(text: string): string | undefined {
  const utcMs = Date.parse(text);
  return Number.isNaN(utcMs) ? undefined : new Date(utcMs).toISOString();
}
