export type RegisterType = 'u16' | 'i16' | 'u32' | 'i32' | 'u64' | 'i64' | 'f32' | 'f64';
export type WordOrder = 'mostSignificantFirst' | 'leastSignificantFirst';

export const WORDS_OF_TYPE: Readonly<Record<RegisterType, number>> = {
  u16: 1,
  i16: 1,
  u32: 2,
  i32: 2,
  u64: 4,
  i64: 4,
  f32: 2,
  f64: 4,
};

const view = new DataView(new ArrayBuffer(8));

/** Gives the raw number at a place among the words of an answer; the place must be inside of it. */
export type RawReader = (words: readonly number[]) => number;

/** A reader for one place, made once per profile so that each poll only pays for the arithmetic. */
export function rawReader(type: RegisterType, offset: number, order: WordOrder): RawReader {
  const high = order === 'mostSignificantFirst' ? offset : offset + 1;
  const low = order === 'mostSignificantFirst' ? offset + 1 : offset;
  switch (type) {
    case 'u16':
      return (words) => words[offset] ?? Number.NaN;
    case 'i16':
      return (words) => ((words[offset] ?? Number.NaN) << 16) >> 16;
    case 'u32':
      return (words) => (words[high] ?? Number.NaN) * 65_536 + (words[low] ?? Number.NaN);
    case 'i32':
      return (words) => ((words[high] ?? 0) << 16) | (words[low] ?? 0);
    case 'f32':
      return (words) => {
        view.setUint16(0, words[high] ?? 0x7fc0);
        view.setUint16(2, words[low] ?? 0);
        return view.getFloat32(0);
      };
    case 'u64':
    case 'i64':
    case 'f64':
      return (words) => {
        for (let place = 0; place < 4; place++) {
          const from = order === 'mostSignificantFirst' ? place : 3 - place;
          view.setUint16(place * 2, words[offset + from] ?? 0);
        }
        if (type === 'f64') return view.getFloat64(0);
        return Number(type === 'u64' ? view.getBigUint64(0) : view.getBigInt64(0));
      };
  }
}

/** A 32-bit float carries about seven digits; what lies behind them is not a measurement. */
export function roundToFloatDigits(value: number): number {
  return Number(value.toPrecision(7));
}
