import type { PointValue } from '../domain/point.ts';
import { isNumberPoint, isPointName, NUMBER_POINT_UNITS } from '../profiles/pointNames.ts';

/** IEC 61851-1. */
const STATES: Readonly<Record<string, string>> = {
  A: 'A, no car',
  B: 'B, car waits',
  C: 'C, charging',
  D: 'D, charging with ventilation',
  E: 'E, fault',
  F: 'F, fault',
};

/** A value of a point with its unit, for people. */
export function describeValue(point: string, value: PointValue | string): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return STATES[value] ?? value;
  const unit = isPointName(point) && isNumberPoint(point) ? NUMBER_POINT_UNITS[point] : 'none';
  if (unit === 'Ms') return `${rounded(value / 1000, 1)} s`;
  if (unit === 'Wh') return `${rounded(value / 1000, 2)} kWh`;
  return unit === 'none' ? String(value) : `${rounded(value, DIGITS[unit])} ${unit}`;
}

/** Digits after the point that a person has a use for. */
const DIGITS = { V: 1, A: 2, W: 0, Hz: 2, '%': 1 } as const;

function rounded(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
