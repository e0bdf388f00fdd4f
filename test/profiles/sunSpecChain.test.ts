import { describe, expect, it } from 'vitest';
import type { ModbusResult } from '../../src/ports/modbusLine.ts';
import { findModel, walkSunSpecChain } from '../../src/profiles/sunSpecChain.ts';

/** A device with these registers; all others are refused. Notes what was read. */
function device(registers: ReadonlyMap<number, number>) {
  const seen: [number, number][] = [];
  const read = async (address: number, count: number): Promise<ModbusResult> => {
    seen.push([address, count]);
    const words = Array.from({ length: count }, (_, at) => registers.get(address + at));
    return words.every((word) => word !== undefined)
      ? { ok: true, words }
      : { ok: false, fault: 'device-exception', detail: 'exception 2', exceptionCode: 2 };
  };
  return { seen, read };
}

/** A map with the mark at the base, then models as [id, said length, real length], then the end. */
function map(base: number, models: readonly (readonly [number, number, number?])[], fill = 0) {
  const registers = new Map([
    [base, 0x5375],
    [base + 1, 0x6e53],
  ]);
  let next = base + 2;
  for (const [id, length, real = length] of [...models, [0xffff, 0] as const]) {
    registers.set(next, id).set(next + 1, length);
    for (let at = 0; at < real; at++) registers.set(next + 2 + at, fill);
    next += 2 + real;
  }
  return registers;
}

const BASES = [40_000, 0, 50_000];
const idsAndPlaces = async (registers: ReadonlyMap<number, number>) => {
  const walked = await walkSunSpecChain(BASES, device(registers).read);
  return walked.ok ? walked.chain.models.map(({ id, address }) => [id, address]) : walked;
};

describe('the walk along a SunSpec chain', () => {
  it('finds every model by the lengths that the device says, makers own models and longer ones too', async () => {
    const registers = map(40_000, [
      [1, 66],
      [64_111, 7],
      [103, 52],
      [123, 24],
    ]);
    expect(await idsAndPlaces(registers)).toEqual([
      [1, 40_002],
      [64_111, 40_070],
      [103, 40_079],
      [123, 40_133],
    ]);
  });

  it('tries each base in turn and reads headers only', async () => {
    const { seen, read } = device(map(50_000, [[1, 65]]));
    expect(await walkSunSpecChain(BASES, read)).toMatchObject({ ok: true, chain: { base: 50_000 } });
    expect(seen.map(([address]) => address)).toEqual([40_000, 0, 50_000, 50_002, 50_069]);
    for (const [, count] of seen) expect(count).toBeLessThanOrEqual(125);
  });

  it('says when a device that answers has no chain', async () => {
    const walked = await walkSunSpecChain(
      BASES,
      device(
        new Map([
          [0, 1],
          [1, 2],
        ]),
      ).read,
    );
    expect(walked).toMatchObject({ ok: false, isMissing: true });
    expect(walked.ok || !walked.isMissing ? '' : walked.detail).toContain('40000, 0, 50000');
  });

  it('hands the fault on when the device falls silent', async () => {
    const fault = { ok: false, fault: 'device-timeout', detail: 'no answer' } as const;
    expect(await walkSunSpecChain(BASES, async () => fault)).toEqual({
      ok: false,
      isMissing: false,
      result: fault,
    });
  });

  it('finds the next model where a device says one register more or less than a model has', async () => {
    for (const [said, real] of [
      [66, 65],
      [65, 66],
    ] as const) {
      for (const fill of [0, 0x8000, 0xffff]) {
        const registers = map(
          40_000,
          [
            [1, said, real],
            [103, 50],
            [203, 105],
          ],
          fill,
        );
        expect(await idsAndPlaces(registers)).toEqual([
          [1, 40_002],
          [103, 40_004 + real],
          [203, 40_056 + real],
        ]);
      }
    }
  });

  it('ends, however long or crooked the chain is', async () => {
    const endless = async (_address: number, count: number): Promise<ModbusResult> => ({
      ok: true,
      words: count === 2 && _address === 40_000 ? [0x5375, 0x6e53] : [1, 1],
    });
    const long = await walkSunSpecChain(BASES, endless);
    expect(long.ok && long.chain.models.length).toBe(100);
    for (const length of [0, 0xffff, 2000]) {
      const registers = map(40_000, [
        [1, 66],
        [103, length, 3],
      ]);
      expect(await idsAndPlaces(registers)).toEqual([[1, 40_002]]);
    }
    const cut = new Map(
      [
        ...map(40_000, [
          [1, 66],
          [103, 50],
        ]),
      ].filter(([address]) => address < 40_100),
    );
    expect(await idsAndPlaces(cut)).toEqual([
      [1, 40_002],
      [103, 40_070],
    ]);
  });
});

describe('a model of the chain', () => {
  it('is the first, or the one that is counted, that has one of the ids', async () => {
    const walked = await walkSunSpecChain(
      BASES,
      device(
        map(40_000, [
          [1, 66],
          [103, 50],
          [1, 65],
          [203, 105],
          [201, 105],
        ]),
      ).read,
    );
    if (!walked.ok) throw new Error('no chain');
    const place = (ids: readonly number[], occurrence?: number) =>
      findModel(walked.chain, ids, occurrence)?.address;
    expect(place([1])).toBe(40_002);
    expect(place([1], 2)).toBe(40_122);
    expect(place([201, 202, 203, 204])).toBe(40_189);
    expect(place([201, 202, 203, 204], 2)).toBe(40_296);
    expect(place([123])).toBeUndefined();
  });
});
