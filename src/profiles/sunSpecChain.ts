import type { ModbusResult } from '../ports/modbusLine.ts';

/** A model of a SunSpec device: where its id register lies, and how many registers follow its length. */
export interface SunSpecModel {
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

/** The models of a device in the order of its map. Makers reorder and insert models, so addresses are never fixed. */
export interface SunSpecChain {
  readonly base: number;
  readonly models: readonly SunSpecModel[];
}

export type ChainResult =
  | { readonly ok: true; readonly chain: SunSpecChain }
  /** The device answers, and no chain begins where one may. */
  | { readonly ok: false; readonly isMissing: true; readonly detail: string }
  | { readonly ok: false; readonly isMissing: false; readonly result: Extract<ModbusResult, { ok: false }> };

/** Reads holding registers (function 3). */
export type ReadHolding = (address: number, count: number) => Promise<ModbusResult>;

/** "SunS", the mark at the beginning of a chain. */
const MARK = [0x5375, 0x6e53] as const;
const END_ID = 0xffff;
/** A device has some twenty; a chain that never ends is cut here. */
const MOST_MODELS = 100;
const MOST_LENGTH = 1_000;
/** Ids that the SunSpec Alliance has given out: first and last of each range; 64xxx are the makers' own. */
const GIVEN_IDS: readonly (readonly [number, number])[] = [
  [1, 19],
  [63, 64],
  [101, 103],
  [111, 113],
  [120, 145],
  [160, 160],
  [201, 204],
  [211, 214],
  [220, 220],
  [302, 308],
  [401, 404],
  [501, 502],
  [601, 601],
  [701, 715],
  [801, 809],
  [64_001, 64_999],
];

/**
 * Walks the chain: the mark at one of the bases, then id and length of each model, to the end mark. Only headers are
 * read. Some devices say one register more or less than a model has; then the next header is looked for beside.
 * Faults: those of the line, except for a refused address, which ends the chain or makes the next base be tried.
 */
export async function walkSunSpecChain(bases: readonly number[], read: ReadHolding): Promise<ChainResult> {
  for (const base of bases) {
    const mark = await read(base, MARK.length);
    if (!mark.ok) {
      if (mark.fault === 'device-exception') continue;
      return { ok: false, isMissing: false, result: mark };
    }
    if (mark.words[0] === MARK[0] && mark.words[1] === MARK[1]) return walkFrom(base, read);
  }
  const detail = `no SunSpec chain begins at ${bases.join(', ')}; check that the device has SunSpec Modbus switched on`;
  return { ok: false, isMissing: true, detail };
}

async function walkFrom(base: number, read: ReadHolding): Promise<ChainResult> {
  const models: SunSpecModel[] = [];
  let expected = base + MARK.length;
  while (models.length < MOST_MODELS && expected + 1 <= 0xffff) {
    const found = await findHeader(expected, models.length > 0, read);
    if ('fault' in found) {
      if (found.fault !== 'device-exception') return { ok: false, isMissing: false, result: found };
      break;
    }
    if (found.id === END_ID || found.length === 0 || found.length > MOST_LENGTH) break;
    models.push(found);
    expected = found.address + 2 + found.length;
  }
  return { ok: true, chain: { base, models } };
}

/** The header where it should be, or one register beside when only there is a plausible one. */
async function findHeader(
  expected: number,
  mayBeBeside: boolean,
  read: ReadHolding,
): Promise<SunSpecModel | Extract<ModbusResult, { ok: false }>> {
  const at = async (address: number): Promise<SunSpecModel | Extract<ModbusResult, { ok: false }>> => {
    const result = await read(address, 2);
    return result.ok ? { id: result.words[0] ?? END_ID, length: result.words[1] ?? 0, address } : result;
  };
  const straight = await at(expected);
  if (!mayBeBeside || (!('fault' in straight) && isPlausible(straight))) return straight;
  if ('fault' in straight && straight.fault !== 'device-exception') return straight;
  for (const address of [expected - 1, expected + 1]) {
    const beside = await at(address);
    if ('fault' in beside) {
      if (beside.fault !== 'device-exception') return beside;
    } else if (isPlausible(beside)) return beside;
  }
  return straight;
}

function isPlausible({ id, length }: SunSpecModel): boolean {
  if (id === END_ID) return length === 0;
  const isGiven = GIVEN_IDS.some(([first, last]) => id >= first && id <= last);
  return isGiven && length > 0 && length <= MOST_LENGTH;
}

/** Where a model begins: the occurrence-th along the chain, from 1, that has one of these ids. */
export function findModel(
  chain: SunSpecChain,
  ids: readonly number[],
  occurrence = 1,
): SunSpecModel | undefined {
  return chain.models.filter(({ id }) => ids.includes(id))[occurrence - 1];
}
