import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../src/profiles/profileSchema.ts';
import { type BlockProgress, compileReadPlan, joinDue } from '../../src/profiles/readPlan.ts';
import { wireCost, worthwhileGap } from '../../src/profiles/wireCost.ts';
import { exampleProfile } from './exampleProfile.ts';

interface Block {
  readonly address: number;
  readonly count: number;
  readonly cadenceMs?: number;
  readonly function?: number;
}

const RTU = { transport: 'rtu', baudRate: 9600, parity: 'none', stopBits: 1, unit: 1 };

/** What one request reads, given these blocks, the first of which is the most urgent one. */
function joined(
  blocks: readonly Block[],
  { timing = {}, due = blocks.map(() => true), link = RTU as object } = {},
): { address: number; count: number; blocks: number[] } {
  const raw = exampleProfile();
  const data = profileSchema.parse({
    ...raw,
    link,
    timing: { ...raw.timing, readsAcrossGaps: true, ...timing },
    blocks: Object.fromEntries(
      blocks.map((block, index) => [
        `block${index}`,
        { function: 3, group: 'fast', cadenceMs: 1000, ...block },
      ]),
    ),
    points: {},
  });
  const plan = compileReadPlan(data);
  const progress = due.map((isDue): BlockProgress => ({ isWanted: false, askedAtMs: isDue ? 0 : 99_990 }));
  const [first] = plan.blocks;
  if (first === undefined) throw new Error('no block');
  const read = joinDue(plan, first, progress, 100_000);
  return { address: read.address, count: read.count, blocks: read.blocks.map(({ index }) => index) };
}

describe('blocks that are due together', () => {
  const near = { address: 0, count: 4 };

  it('are read in one request where the gap costs less than another one', () => {
    // 9600 8N1: a request costs 26 ms, a register 2.1 ms: twelve registers are worth it.
    const gap = worthwhileGap(wireCost(profileSchema.parse({ ...exampleProfile(), link: RTU })));
    expect(gap).toBe(12);
    expect(joined([near, { address: 4 + gap, count: 2 }])).toEqual({ address: 0, count: 18, blocks: [0, 1] });
    expect(joined([near, { address: 5 + gap, count: 2 }])).toEqual({ address: 0, count: 4, blocks: [0] });
  });

  it('follow the speed of the wire and the silence that the maker wants', () => {
    const rows: readonly [object, number, number][] = [
      [RTU, 0, 12],
      [RTU, 100, 60],
      [{ ...RTU, baudRate: 115_200 }, 0, 38],
      [{ ...RTU, baudRate: 2400, parity: 'even' }, 0, 10],
      [{ transport: 'tcp', port: 502, unit: 1 }, 0, 500],
    ];
    for (const [link, silenceMs, gap] of rows) {
      const raw = exampleProfile();
      const data = profileSchema.parse({ ...raw, link, timing: { ...raw.timing, silenceMs } });
      expect(worthwhileGap(wireCost(data))).toBe(gap);
    }
  });

  it('are joined on both sides, and one in between comes along though it is not due', () => {
    const blocks = [
      { address: 20, count: 2 },
      { address: 10, count: 2 },
      { address: 30, count: 2 },
      { address: 24, count: 2 },
    ];
    expect(joined(blocks)).toEqual({ address: 10, count: 22, blocks: [0, 1, 2, 3] });
    expect(joined(blocks, { due: [true, false, true, false] })).toEqual({
      address: 20,
      count: 12,
      blocks: [0, 2, 3],
    });
    expect(joined(blocks, { due: [true, false, false, false] }).blocks).toEqual([0]);
  });

  it('never exceed what the maker, or Modbus, answers at once', () => {
    const blocks = [
      { address: 0, count: 60 },
      { address: 60, count: 60 },
      { address: 120, count: 6 },
    ];
    expect(joined(blocks)).toEqual({ address: 0, count: 120, blocks: [0, 1] });
    expect(joined(blocks, { timing: { mostRegistersPerRead: 60 } }).blocks).toEqual([0]);
  });

  it('stay apart where the maker says nothing, and across functions, models and bits', () => {
    const blocks = [near, { address: 4, count: 2 }];
    expect(joined(blocks, { timing: { readsAcrossGaps: false } }).blocks).toEqual([0]);
    expect(joined([near, { address: 4, count: 2, function: 4 }]).blocks).toEqual([0]);
    expect(joined(blocks.map((block) => ({ ...block, function: 1 }))).blocks).toEqual([0]);
    expect(joined([near, { ...near, address: 4, ...{ model: [103] } }]).blocks).toEqual([0]);
  });
});
