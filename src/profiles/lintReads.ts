import { isSameModel } from './allow.ts';
import { lintPoint, placesOf, type ReadPlace } from './lintPoints.ts';
import type { Report } from './mistake.ts';
import type { BlockData, ProfileData } from './profileSchema.ts';
import { wireCost, worthwhileGap } from './wireCost.ts';

/** A shorter run of registers that no point uses is never worth a second request, on whatever wire. */
const LEAST_GAP = 20;

/** What the schema cannot say about the reading half of a profile. */
export function lintReads(data: ProfileData, report: Report): void {
  lintBlocks(data, report);
  for (const [name, point] of Object.entries(data.points)) lintPoint(name, point, report);
  const places = [
    ...Object.entries(data.points).flatMap(([name, point]) => placesOf(name, point)),
    ...placesOfCommands(data),
  ];
  for (const place of places) lintPlace(place, data.blocks, report);
  lintOverlaps(places, report);
  lintUse(data, places, report);
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
    const most = block.function <= 2 ? 2000 : (data.timing.mostRegistersPerRead ?? 125);
    if (block.count > most) {
      report({
        path: `blocks.${name}.count`,
        message: `expected at most ${most} in one request of function ${block.function}, found ${block.count}; split the block`,
      });
    }
    for (const [other, otherBlock] of blocks) {
      if (!(other < name) || !overlaps(block, otherBlock)) continue;
      report({
        path: `blocks.${name}`,
        message: `reads registers that blocks.${other} reads too; join or separate them`,
      });
    }
  }
}

/** Registers that a command looks at before it is put into words. */
function placesOfCommands(data: ProfileData): ReadPlace[] {
  const place = data.commands.setPowerLimit?.scaleFactor;
  if (place === undefined) return [];
  const path = 'commands.setPowerLimit.scaleFactor';
  return [{ path, point: 'setPowerLimit', ...place, words: 1, isBit: false, isShared: true }];
}

function lintPlace(place: ReadPlace, blocks: ProfileData['blocks'], report: Report): void {
  const block = blocks[place.block];
  if (block === undefined) {
    const known = Object.keys(blocks).join(', ');
    report({ path: `${place.path}.block`, message: `no block "${place.block}"; known are: ${known}` });
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

function lintOverlaps(places: readonly ReadPlace[], report: Report): void {
  for (const [index, place] of places.entries()) {
    for (const other of places.slice(0, index)) {
      if (place.block !== other.block) continue;
      const isSameRegister = place.address === other.address && place.words === other.words;
      if (place.isShared ? other.isShared || isSameRegister : other.isShared && isSameRegister) continue;
      const isApart =
        place.address + place.words <= other.address || other.address + other.words <= place.address;
      if (isApart || place.point === other.point) continue;
      report({
        path: place.path,
        message: `overlaps with the registers of ${other.point}; check addresses and types`,
      });
    }
  }
}

/** Every block is used by a point, and reads no long run of registers for nothing. */
function lintUse(data: ProfileData, places: readonly ReadPlace[], report: Report): void {
  const longest = Math.max(LEAST_GAP, worthwhileGap(wireCost(data)));
  const alive = Object.values(data.points).flatMap((point) => (point.is === 'fixed' ? [point.block] : []));
  for (const [index, name] of alive.entries()) {
    if (name in data.blocks || alive.indexOf(name) < index) continue;
    const known = Object.keys(data.blocks).join(', ');
    report({ path: 'points', message: `a fixed point names no block "${name}"; known are: ${known}` });
  }
  for (const [name, block] of Object.entries(data.blocks)) {
    const used = places.filter((place) => place.block === name);
    if (used.length === 0) {
      if (!alive.includes(name))
        report({
          path: `blocks.${name}`,
          message: 'no point uses this block; remove it or add its points',
        });
      continue;
    }
    const gap = longestGap(block, used);
    if (block.function <= 2 || gap <= longest || block.gapWhy !== undefined) continue;
    report({
      path: `blocks.${name}`,
      message: `reads ${gap} registers in a row that no point uses; more than ${longest} cost more than another request: split the block, or say in gapWhy why it is read whole`,
    });
  }
}

function longestGap(block: BlockData, used: readonly ReadPlace[]): number {
  let longest = 0;
  let next = block.address;
  const end = { address: block.address + block.count, words: 0 };
  for (const place of [...used.toSorted((a, b) => a.address - b.address), end]) {
    longest = Math.max(longest, place.address - next);
    next = Math.max(next, place.address + place.words);
  }
  return longest;
}

function overlaps(a: BlockData, b: BlockData): boolean {
  return (
    a.function === b.function &&
    isSameModel(a, b) &&
    a.address < b.address + b.count &&
    b.address < a.address + a.count
  );
}
