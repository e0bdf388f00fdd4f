import { describe, expect, it } from 'vitest';
import { isFound, type Look, lookRequest } from '../../src/profiles/looks.ts';

const text = (value: string, registers: number) => {
  const bytes = Buffer.alloc(registers * 2);
  bytes.write(value, 'latin1');
  return Array.from({ length: registers }, (_, at) => bytes.readUInt16BE(at * 2));
};
const found = (look: Partial<Look>, words: readonly number[]) =>
  isFound({ function: 3, address: 0, type: 'u16', ...look }, words, 'mostSignificantFirst');

describe('a look at a device', () => {
  it('reads what it needs, from the beginning of its model', () => {
    const look: Look = { function: 4, address: 11, type: 'u32', is: [1] };
    expect(lookRequest(look)).toEqual({ functionCode: 4, address: 11, count: 2 });
    const inModel: Look = {
      function: 3,
      model: [1],
      address: 2,
      type: 'text',
      registers: 16,
      startsWith: 'x',
    };
    expect(lookRequest(inModel, 40_002)).toEqual({ functionCode: 3, address: 40_004, count: 16 });
    expect(() => lookRequest(inModel)).toThrow(RangeError);
  });

  it('finds a text by its beginning, without regard to capitals and to what fills it up', () => {
    const look: Partial<Look> = { type: 'text', registers: 8, startsWith: 'Fronius' };
    expect(found(look, text('FRONIUS Symo', 8))).toBe(true);
    expect(found(look, text('\0 fronius', 8))).toBe(true);
    expect(found(look, text('Froni', 8))).toBe(false);
    expect(found(look, text('', 8))).toBe(false);
    expect(found(look, text('Fronius', 4))).toBe(false);
  });

  it('finds a number by all that is asked of it', () => {
    const rows: readonly [Partial<Look>, readonly number[], boolean][] = [
      [{ is: [7, 8] }, [8], true],
      [{ is: [7, 8] }, [9], false],
      [{ isNot: [0] }, [1], true],
      [{ isNot: [0] }, [0], false],
      [{ between: [256, 511] }, [256], true],
      [{ between: [256, 511] }, [512], false],
      [{ is: [5], isNot: [5] }, [5], false],
      [{ type: 'i16', is: [0x8000] }, [0x8000], true],
      [{ type: 'i16', between: [-5, -1] }, [0xffff], true],
      [{ type: 'u32', is: [0x10002] }, [1, 2], true],
      [{ type: 'u32', wordOrder: 'leastSignificantFirst', is: [0x10002] }, [2, 1], true],
      [{ type: 'f32', between: [45, 65] }, [0x4248, 0], true],
      [{ type: 'f32', isNot: [0] }, [0x7fc0, 0], false],
      [{ type: 'u32', isNot: [9] }, [1], false],
    ];
    for (const [look, words, expected] of rows) expect(found(look, words)).toBe(expected);
  });
});
