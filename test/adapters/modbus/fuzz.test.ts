import { describe, expect, it } from 'vitest';
import { RtuFuzzWire, TcpFuzzWire } from '../../support/fuzzWires.ts';
import { fuzzLine } from '../../support/lineFuzz.ts';

/**
 * How many frames come from the fuzzed lines, all together. `LOADGATE_FUZZ_FRAMES=1000000 npx vitest run
 * test/adapters/modbus/fuzz.test.ts` is the long run; LOADGATE_FUZZ_SEED draws other frames.
 */
const FRAMES = Number(process.env.LOADGATE_FUZZ_FRAMES ?? 30_000);
const SEED = Number(process.env.LOADGATE_FUZZ_SEED ?? 20_261_122);
const LONGEST_WAIT_MS = 30_000;

describe('a fuzzed line', () => {
  it.each([
    { name: 'a serial line', share: 0.5, wire: () => new RtuFuzzWire({ hasLocalEcho: false }) },
    {
      name: 'a serial line with local echo',
      share: 0.2,
      wire: () => new RtuFuzzWire({ hasLocalEcho: true }),
    },
    { name: 'a TCP connection', share: 0.3, wire: () => new TcpFuzzWire() },
  ])(
    'takes no wrong value, hangs nowhere and goes on answering: $name',
    async ({ share, wire }) => {
      const report = await fuzzLine(wire(), FRAMES * share, SEED);
      if (process.env.LOADGATE_FUZZ_FRAMES !== undefined) console.log(JSON.stringify(report));
      expect(report.wrong).toEqual([]);
      expect(report.longestMs).toBeLessThan(LONGEST_WAIT_MS);
      // The fuzz is worth its name: much is answered, much is not, and late and spoilt frames are plenty.
      expect(report.answered).toBeGreaterThan(report.frames * 0.1);
      expect(report.faults).toBeGreaterThan(report.frames * 0.1);
      expect(report.lateFrames).toBeGreaterThan(report.frames * 0.01);
      expect(report.spoiltFrames).toBeGreaterThan(report.frames * 0.05);
    },
    600_000,
  );
});
