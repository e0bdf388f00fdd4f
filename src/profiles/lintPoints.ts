import type { Report } from './mistake.ts';
import { isNumberPoint, isPointName, NUMBER_POINT_UNITS, type PointUnit } from './pointNames.ts';
import type { PointData } from './profileSchema.ts';
import { WORDS_OF_TYPE } from './registers.ts';
import { parseRegisterUnit } from './units.ts';

/** One place in a block that a point is read from. */
export interface ReadPlace {
  readonly path: string;
  readonly point: string;
  readonly block: string;
  readonly address: number;
  readonly words: number;
  readonly isBit: boolean;
  /** Scale factors, ratings, states, conditions and derived numbers: several points may look at the same register. */
  readonly isShared: boolean;
}

type NumberPointData = Extract<PointData, { is: 'number' }>;
type RulesPointData = Extract<PointData, { is: 'rules' }>;

export function lintPoint(name: string, point: PointData, report: Report): void {
  const path = pathOf(name);
  if (!isPointName(name)) return;
  if (isNumberPoint(name)) {
    if (point.is === 'fixed') return;
    if (point.is === 'number') lintNumber(name, point, report);
    else
      report({ path: `${path}.is`, message: `${name} is a number; expected "number", found "${point.is}"` });
    return;
  }
  if (point.is === 'number' || point.is === 'fixed') {
    report({ path: `${path}.is`, message: `${name} is no number; expected "bit" or "rules"` });
    return;
  }
  const isState = name === 'chargingState';
  if (point.is === 'rules') lintRules(point, { path, isState, report });
  else if (isState)
    report({ path: `${path}.is`, message: 'a state needs "rules"; a bit says yes or no only' });
}

function lintNumber(name: keyof typeof NUMBER_POINT_UNITS, point: NumberPointData, report: Report): void {
  const path = pathOf(name);
  const wanted = NUMBER_POINT_UNITS[name];
  const expectUnit = (unit: string, expected: PointUnit, at: string) => {
    if (parseRegisterUnit(unit)?.unit === expected) return;
    const message = `${name} cannot come from a register in "${unit}"; check the manual for the quantity`;
    report({ path: `${path}.${at}`, message });
  };
  // An amp that is kept as power comes from watts, whether as such or as a share of watts.
  const quantity = point.perAmp === undefined ? wanted : 'W';
  if (point.perAmp !== undefined && wanted !== 'A') {
    report({ path: `${path}.perAmp`, message: `${name} is no current; remove it` });
  }
  expectUnit(point.unit, point.shareOf === undefined ? quantity : '%', 'unit');
  if (point.shareOf !== undefined) expectUnit(point.shareOf.unit, quantity, 'shareOf.unit');
  const [least, most] = point.plausible;
  if (!(least < most)) {
    report({ path: `${path}.plausible`, message: `expected [least, most], found [${least}, ${most}]` });
  }
  for (const [index, mark] of (point.notAvailable ?? []).entries()) {
    const length = WORDS_OF_TYPE[point.type];
    if (mark.length === length) continue;
    report({
      path: `${path}.notAvailable[${index}]`,
      message: `expected ${length} word(s) for "${point.type}", found ${mark.length}`,
    });
  }
}

function lintRules(
  point: RulesPointData,
  { path, isState, report }: { path: string; isState: boolean; report: Report },
): void {
  for (const [index, rule] of point.rules.entries()) {
    const rulePath = `${path}.rules[${index}]`;
    if (isState === (typeof rule.becomes === 'boolean')) {
      const expected = isState ? 'a state "A" to "F"' : 'true or false';
      const found = JSON.stringify(rule.becomes);
      report({ path: `${rulePath}.becomes`, message: `expected ${expected}, found ${found}` });
    }
    for (const input of Object.keys(rule.when)) {
      if (input in point.inputs) continue;
      const known = Object.keys(point.inputs).join(', ');
      report({ path: `${rulePath}.when.${input}`, message: `no such input; known are: ${known}` });
    }
  }
}

/** Every place that a point looks at. */
export function placesOf(name: string, point: PointData): ReadPlace[] {
  const path = pathOf(name);
  const shared = { point: name, isBit: false, isShared: true };
  if (point.is === 'fixed') return [];
  if (point.is === 'bit') {
    const { block, address } = point;
    return [{ path, point: name, block, address, words: 1, isBit: true, isShared: false }];
  }
  if (point.is === 'rules') {
    return Object.entries(point.inputs).map(([input, { block, address, type }]) => {
      return { ...shared, path: `${path}.inputs.${input}`, block, address, words: WORDS_OF_TYPE[type] };
    });
  }
  const { block, address, type, scaleFactor, shareOf } = point;
  const isShared = isDerived(point);
  const places: ReadPlace[] = [
    { path, point: name, block, address, words: WORDS_OF_TYPE[type], isBit: false, isShared },
  ];
  const add = (at: string, place: { block: string; address: number } | undefined, words: number) => {
    if (place === undefined) return;
    places.push({ ...shared, path: `${path}.${at}`, block: place.block, address: place.address, words });
  };
  add('scaleFactor', scaleFactor, 1);
  if (shareOf !== undefined) add('shareOf', shareOf, WORDS_OF_TYPE[shareOf.type]);
  add('shareOf.scaleFactor', shareOf?.scaleFactor, 1);
  for (const key of ['zeroWhen', 'wholeWhen'] as const) {
    for (const [index, when] of (point[key] ?? []).entries())
      add(`${key}[${index}]`, when, WORDS_OF_TYPE[when.type]);
  }
  return places;
}

/** One register may stand for two quantities (watts and amps, charge and discharge), each with its own words for it. */
function isDerived({ perAmp, atLeastZero, zeroWhen, wholeWhen }: NumberPointData): boolean {
  return [perAmp, atLeastZero, zeroWhen, wholeWhen].some((word) => word !== undefined);
}

function pathOf(point: string): string {
  return point.includes('.') ? `points["${point}"]` : `points.${point}`;
}
