/** Numbers as people read them. Every text carries its unit; unknown is a dash that says so, never a zero. */

const UNKNOWN = 'unknown';

/** By the number of decimals. Making one takes longer than drawing a row of a table. */
const FORMATS = [0, 1, 2].map(
  (decimals) =>
    new Intl.NumberFormat('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
) as [Intl.NumberFormat, ...Intl.NumberFormat[]];

function digits(value: number, decimals: 0 | 1 | 2): string {
  // A small negative number must not become "-0".
  const rounded = Number(value.toFixed(decimals)) + 0;
  return (FORMATS[decimals] ?? FORMATS[0]).format(rounded);
}

/** @param valueW watts; W below 1 kW, kW, and MW from 1,000 kW */
export function power(valueW: number | undefined): string {
  if (valueW === undefined) return UNKNOWN;
  const size = Math.abs(valueW);
  if (size < 999.5) return `${digits(valueW, 0)} W`;
  if (size < 99_950) return `${digits(valueW / 1_000, 1)} kW`;
  if (size < 999_500) return `${digits(valueW / 1_000, 0)} kW`;
  return `${digits(valueW / 1_000_000, 2)} MW`;
}

/** On an axis: all in the unit of its largest value, with no more decimals than a round value needs. */
export function powerTick(valueW: number, largestW: number): string {
  const [size, unit] =
    largestW >= 1_000_000 ? [1_000_000, 'MW'] : largestW >= 1_000 ? [1_000, 'kW'] : [1, 'W'];
  return `${Number((valueW / size).toFixed(2)) + 0} ${unit}`;
}

/** @param valueWh watt-hours */
export function energy(valueWh: number | undefined): string {
  if (valueWh === undefined) return UNKNOWN;
  if (Math.abs(valueWh) < 999.5) return `${digits(valueWh, 0)} Wh`;
  if (Math.abs(valueWh) < 999_500) return `${digits(valueWh / 1_000, 1)} kWh`;
  return `${digits(valueWh / 1_000_000, 2)} MWh`;
}

export function current(valueA: number | undefined): string {
  if (valueA === undefined) return UNKNOWN;
  return `${digits(valueA, Number.isInteger(valueA) ? 0 : 1)} A`;
}

export function count(value: number | undefined): string {
  return value === undefined ? UNKNOWN : digits(value, 0);
}

/** Homes, gateways, minutes: with their word, one or many. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Never "100 %" or "0 %" when it is not quite so. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return UNKNOWN;
  const share = (100 * part) / whole;
  if (share > 99 && share < 100) return 'over 99 %';
  if (share > 0 && share < 1) return 'under 1 %';
  return `${digits(share, 0)} %`;
}

/** @param seconds of any size; the two largest units */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return UNKNOWN;
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3_600),
    Math.floor((whole % 3_600) / 60),
    whole % 60,
  ];
  const parts: readonly [number, string][] =
    days > 0
      ? [
          [days, 'd'],
          [hours, 'h'],
        ]
      : hours > 0
        ? [
            [hours, 'h'],
            [minutes, 'min'],
          ]
        : [
            [minutes, 'min'],
            [rest, 's'],
          ];
  const told = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`);
  return told.length === 0 ? '0 s' : told.join(' ');
}

/** How long ago, in one unit: it is looked at, not calculated with. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 2) return 'now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5_400) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
