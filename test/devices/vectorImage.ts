import type { Profile } from '../../src/profiles/profile.ts';

type ReadVector = Profile['data']['vectors']['reads'][number];
type Area = 'co' | 'di' | 'hr' | 'ir';
/** Words or bits by address. */
export type Image = Record<Area, Record<number, number>>;

const AREA_OF_FUNCTION = { 1: 'co', 2: 'di', 3: 'hr', 4: 'ir' } as const;
const MARK = [0x5375, 0x6e53] as const;
const COMMON_MODEL = { id: 1, length: 66 } as const;
const END = [0xffff, 0] as const;

/** All blocks of a profile filled with 0, what it requires, and the registers of one of its examples. */
export function imageOf({ data }: Profile, vector: ReadVector): Image {
  const image: Image = { co: {}, di: {}, hr: {}, ir: {} };
  const origins = layChain(data, image.hr);
  const originOf = ({
    model,
    occurrence = 1,
  }: {
    model?: number[] | undefined;
    occurrence?: number | undefined;
  }) => (model === undefined ? 0 : (origins.get(`${model[0]} ${occurrence}`) ?? 0));
  for (const block of Object.values(data.blocks)) {
    const first = originOf(block) + block.address;
    for (let offset = 0; offset < block.count; offset++)
      image[AREA_OF_FUNCTION[block.function]][first + offset] ??= 0;
  }
  for (const { block: name, address, words } of vector.registers) {
    const block = data.blocks[name];
    if (block === undefined) continue;
    for (const [index, word] of words.entries())
      image[AREA_OF_FUNCTION[block.function]][originOf(block) + address + index] = word;
  }
  for (const { function: functionCode, address, type, is, isNot, between } of data.requires ?? []) {
    const value = is?.[0] ?? between?.[0] ?? (isNot?.includes(1) ? 2 : 1);
    const registers = image[AREA_OF_FUNCTION[functionCode]];
    const words =
      type === 'f32' ? floatWords(value) : type === 'u32' ? [value >>> 16, value & 0xffff] : [value];
    for (const [index, word] of words.entries())
      if (!isGiven(vector, address + index)) registers[address + index] = word;
  }
  return image;
}

/** What an example says of a register goes before what the profile requires, which all examples of a fit device keep. */
function isGiven({ registers }: ReadVector, address: number): boolean {
  return registers.some(
    ({ address: first, words }) =>
      address >= first && address < first + words.length && words[address - first] !== 0,
  );
}

function floatWords(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
}

/** The models that the profile reads, one behind the other; each as long as its last register needs. */
function layChain(data: Profile['data'], registers: Record<number, number>): ReadonlyMap<string, number> {
  const origins = new Map<string, number>();
  const [base] = data.sunSpec?.bases ?? [];
  if (base === undefined) return origins;
  const lengths = new Map<string, number>();
  for (const { model, occurrence = 1, address, count } of Object.values(data.blocks)) {
    // Models before the wanted one of the same id are there too.
    for (let each = 1; model !== undefined && each <= occurrence; each++) {
      const key = `${model[0]} ${each}`;
      lengths.set(key, Math.max(lengths.get(key) ?? 0, address + count - 2));
    }
  }
  const put = (address: number, words: readonly number[]) => {
    for (const [index, word] of words.entries()) registers[address + index] = word;
  };
  put(base, MARK);
  put(base + 2, [COMMON_MODEL.id, COMMON_MODEL.length]);
  let address = base + 4 + COMMON_MODEL.length;
  for (const [key, length] of lengths) {
    origins.set(key, address);
    put(address, [Number(key.split(' ')[0]), length]);
    address += 2 + length;
  }
  put(address, END);
  return origins;
}
