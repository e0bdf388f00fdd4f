import type { PointUnit } from './pointNames.ts';

/** value = raw * multiply / divide; whole numbers, so that 161 tenths become 16.1 and not 16.1000000001. */
export interface Scale {
  readonly multiply: number;
  readonly divide: number;
}

interface RegisterUnit {
  readonly unit: PointUnit;
  readonly scale: Scale;
}

const UNIT_PATTERN = /^(?:(0\.001|0\.01|0\.1|10|100|1000) )?([mkM]?)(Ws|Wh|W|A|V|Hz|s|%)$/;

/** For the schema: what a register's unit may look like. */
export const REGISTER_UNIT_PATTERN = new RegExp(`${UNIT_PATTERN.source}|^none$`);

const PREFIXES: Readonly<Record<string, number>> = { m: 0.001, '': 1, k: 1000, M: 1_000_000 };

const BASES: Readonly<Record<string, RegisterUnit>> = {
  A: { unit: 'A', scale: { multiply: 1, divide: 1 } },
  V: { unit: 'V', scale: { multiply: 1, divide: 1 } },
  W: { unit: 'W', scale: { multiply: 1, divide: 1 } },
  Hz: { unit: 'Hz', scale: { multiply: 1, divide: 1 } },
  Wh: { unit: 'Wh', scale: { multiply: 1, divide: 1 } },
  Ws: { unit: 'Wh', scale: { multiply: 1, divide: 3600 } },
  s: { unit: 'Ms', scale: { multiply: 1000, divide: 1 } },
  '%': { unit: '%', scale: { multiply: 1, divide: 1 } },
};

/**
 * Reads the unit of one register step as the maker writes it: "mA", "0.1 Wh", "kWh", "s", "none".
 * Absent when it is none of the units known here.
 */
export function parseRegisterUnit(text: string): RegisterUnit | undefined {
  if (text === 'none') return { unit: 'none', scale: { multiply: 1, divide: 1 } };
  const match = UNIT_PATTERN.exec(text);
  const base = BASES[match?.[3] ?? ''];
  if (match === null || base === undefined) return undefined;
  const factor = Number(match[1] ?? 1) * (PREFIXES[match[2] ?? ''] ?? 1);
  const scale =
    factor >= 1
      ? { multiply: Math.round(factor) * base.scale.multiply, divide: base.scale.divide }
      : { multiply: base.scale.multiply, divide: Math.round(1 / factor) * base.scale.divide };
  const common = greatestCommonDivisor(scale.multiply, scale.divide);
  return { unit: base.unit, scale: { multiply: scale.multiply / common, divide: scale.divide / common } };
}

/** Profiles have few units, and each reading and each write asks for one. */
const scales = new Map<string, Scale>();

/** The scale of a unit that has passed the lint. */
export function scaleOfUnit(text: string): Scale {
  const known = scales.get(text);
  if (known !== undefined) return known;
  const scale = parseRegisterUnit(text)?.scale ?? { multiply: 1, divide: 1 };
  scales.set(text, scale);
  return scale;
}

export function scaleToValue(raw: number, scale: Scale): number {
  return (raw * scale.multiply) / scale.divide;
}

/** The greatest whole number of register steps that does not say more than the value; for values of 0 and more. */
export function scaleToRaw(value: number, scale: Scale): number {
  // The division may fall short of a whole number, or reach it from below, by a binary fraction.
  const near = Math.floor((value * scale.divide) / scale.multiply) + 1;
  for (const raw of [near, near - 1]) if (scaleToValue(raw, scale) <= value) return raw;
  return Math.max(0, near - 2);
}

/** Takes off the binary fractions that a product of decimal numbers leaves behind the twelfth digit. */
export function exactly(value: number): number {
  return Number(value.toPrecision(12));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
