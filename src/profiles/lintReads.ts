import type { ProfileMistake } from './mistake.ts';
import { isNumberPoint, isPointName, NUMBER_POINT_UNITS } from './pointNames.ts';
import type { BlockData, PointData, ProfileData } from './profileSchema.ts';
import { WORDS_OF_TYPE } from './registers.ts';
import { parseRegisterUnit } from './units.ts';

type Report = (mistake: Omit<ProfileMistake, 'file'>) => void;

/** One place in a block that a point is read from. */
interface Place {
  readonly path: string;
  readonly point: string;
  readonly block: string;
  readonly address: number;
  readonly words: number;
  readonly isBit: boolean;
  /** Inputs of rules may share a register with each other: a state often means two things. */
  readonly isShared: boolean;
}

/** What the schema cannot say about the reading half of a profile. */
export function lintReads(data: ProfileData, report: Report): void {
  lintBlocks(data, report);
  for (const [name, point] of Object.entries(data.points)) lintPoint(name, point, report);
  const places = Object.entries(data.points).flatMap(([name, point]) => placesOf(name, point));
  for (const place of places) lintPlace(place, data.blocks[place.block], Object.keys(data.blocks), report);
  lintOverlaps(places, report);
  for (const block of Object.keys(data.blocks)) {
    if (places.some((place) => place.block === block)) continue;
    report({ path: `blocks.${block}`, message: 'no point uses this block; remove it or add its points' });
  }
  for (const [index, name] of (data.absent ?? []).entries()) {
    if (!(name in data.points)) continue;
    report({
      path: `absent[${index}]`,
      message: `${name} is described under points; it cannot be absent too`,
    });
  }
}

function lintBlocks(data: ProfileData, report: Report): void {
  const blocks = Object.entries(data.blocks);
  if (blocks.length === 0)
    report({ path: 'blocks', message: 'expected at least one block to read, found none' });
  for (const [name, block] of blocks) {
    const most = block.function <= 2 ? 2000 : 125;
    if (block.count > most) {
      report({
        path: `blocks.${name}.count`,
        message: `expected at most ${most} in one request of function ${block.function}, found ${block.count}; split the block`,
      });
    }
    for (const [other, otherBlock] of blocks) {
      const isEarlier = other < name;
      if (!isEarlier || otherBlock.function !== block.function || !overlaps(block, otherBlock)) continue;
      report({
        path: `blocks.${name}`,
        message: `reads registers that blocks.${other} reads too; join or separate them`,
      });
    }
  }
  const perSecond = blocks
    .filter(([, block]) => block.group === 'fast')
    .reduce((sum, [, block]) => sum + 1000 / block.cadenceMs, 0);
  const allowedPerSecond = 1000 / Math.max(1, data.timing.readSpacingMs);
  if (perSecond > allowedPerSecond) {
    report({
      path: 'blocks',
      message: `the fast blocks want ${perSecond} reads a second, timing.readSpacingMs leaves ${allowedPerSecond}; make some of them slow`,
    });
  }
}

function lintPoint(name: string, point: PointData, report: Report): void {
  const path = pathOf(name);
  if (!isPointName(name)) return;
  if (isNumberPoint(name)) {
    if (point.is !== 'number') {
      report({ path: `${path}.is`, message: `${name} is a number; expected "number", found "${point.is}"` });
      return;
    }
    const expected = NUMBER_POINT_UNITS[name];
    if (parseRegisterUnit(point.unit)?.unit !== expected) {
      report({
        path: `${path}.unit`,
        message: `${name} cannot come from a register in "${point.unit}"; check the manual for the quantity`,
      });
    }
    const [least, most] = point.plausible;
    if (!(least < most)) {
      report({ path: `${path}.plausible`, message: `expected [least, most], found [${least}, ${most}]` });
    }
    return;
  }
  if (point.is === 'number') {
    report({ path: `${path}.is`, message: `${name} is no number; expected "bit" or "rules"` });
    return;
  }
  const isState = name === 'chargingState';
  if (point.is === 'bit') {
    if (isState) report({ path: `${path}.is`, message: 'a state needs "rules"; a bit says yes or no only' });
    return;
  }
  for (const [index, rule] of point.rules.entries()) {
    const rulePath = `${path}.rules[${index}]`;
    if (isState === (typeof rule.becomes === 'boolean')) {
      const expected = isState ? 'a state "A" to "F"' : 'true or false';
      report({
        path: `${rulePath}.becomes`,
        message: `expected ${expected}, found ${JSON.stringify(rule.becomes)}`,
      });
    }
    for (const input of Object.keys(rule.when)) {
      if (input in point.inputs) continue;
      const known = Object.keys(point.inputs).join(', ');
      report({ path: `${rulePath}.when.${input}`, message: `no such input; known are: ${known}` });
    }
  }
}

function placesOf(name: string, point: PointData): Place[] {
  const path = pathOf(name);
  if (point.is === 'rules') {
    return Object.entries(point.inputs).map(([input, place]) => ({
      path: `${path}.inputs.${input}`,
      point: name,
      block: place.block,
      address: place.address,
      words: WORDS_OF_TYPE[place.type],
      isBit: false,
      isShared: true,
    }));
  }
  const words = point.is === 'bit' ? 1 : WORDS_OF_TYPE[point.type];
  const { block, address } = point;
  return [{ path, point: name, block, address, words, isBit: point.is === 'bit', isShared: false }];
}

function lintPlace(
  place: Place,
  block: BlockData | undefined,
  known: readonly string[],
  report: Report,
): void {
  if (block === undefined) {
    report({
      path: `${place.path}.block`,
      message: `no block "${place.block}"; known are: ${known.join(', ')}`,
    });
    return;
  }
  if (block.function <= 2 !== place.isBit) {
    const expected = block.function <= 2 ? '"is": "bit"' : 'a register block (function 3 or 4)';
    report({
      path: place.path,
      message: `block "${place.block}" reads function ${block.function}; expected ${expected}`,
    });
  }
  if (place.address < block.address || place.address + place.words > block.address + block.count) {
    const last = block.address + block.count - 1;
    report({
      path: `${place.path}.address`,
      message: `${place.words} at ${place.address} is not inside block "${place.block}" (${block.address} to ${last})`,
    });
  }
}

function lintOverlaps(places: readonly Place[], report: Report): void {
  for (const [index, place] of places.entries()) {
    for (const other of places.slice(0, index)) {
      if (place.block !== other.block || (place.isShared && other.isShared)) continue;
      const isApart =
        place.address + place.words <= other.address || other.address + other.words <= place.address;
      if (isApart) continue;
      report({
        path: place.path,
        message: `overlaps with the registers of ${other.point}; check addresses and types`,
      });
    }
  }
}

function overlaps(a: BlockData, b: BlockData): boolean {
  return a.address < b.address + b.count && b.address < a.address + a.count;
}

function pathOf(point: string): string {
  return point.includes('.') ? `points["${point}"]` : `points.${point}`;
}
