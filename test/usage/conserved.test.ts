import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanOf } from '../../src/usage/tally.ts';
import { at, LedgerBench } from './support.ts';

const START = '2026-01-05T10:00:00Z';

/** What happens, one after the other. */
const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      seconds: fc.integer({ min: 1, max: 400 }),
      carA: fc.integer({ min: 0, max: 32 }),
      isKnown: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      offSeconds: fc.integer({ min: 1, max: 20_000 }),
      isOrderly: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('stepClock' as const),
      seconds: fc.integer({ min: -4_000, max: 4_000 }),
    }),
  },
);

type Happening = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Truth {
  readonly bench: LedgerBench;
  throughWh: number;
  firstRegisterWh: number;
}

/** A home with a register that counts in whole watt-hours, also while the gateway is off. */
function live(steps: readonly Happening[], hasRegister: boolean): Truth {
  const bench = new LedgerBench(at(START));
  const truth: Truth = { bench, throughWh: 0, firstRegisterWh: 1_000_000 };
  let carA = 0;
  const look = (isKnown: boolean): void => {
    const registerWh = truth.firstRegisterWh + Math.floor(truth.throughWh);
    const powerW = carA * 230;
    bench.look({
      channels: {
        connection: isKnown
          ? { powerW, ...(hasRegister && { importRegisterWh: registerWh }) }
          : { cause: 'meter-stale' },
        'load.car': isKnown
          ? { powerW, ...(hasRegister && { importRegisterWh: registerWh }) }
          : { cause: 'device-timeout' },
      },
      chargePoints: { car: isKnown ? { currentA: carA, isPlugged: true } : {} },
    });
  };
  look(true);
  // As the gateway does with the first commit of each life.
  bench.write();
  for (const happening of steps) {
    switch (happening.kind) {
      case 'run':
        carA = happening.carA;
        for (let second = 0; second < happening.seconds; second += 1) {
          bench.pass(1_000);
          truth.throughWh += (carA * 230) / 3600;
          look(happening.isKnown);
        }
        break;
      case 'write':
        bench.write();
        break;
      case 'kill':
        if (happening.isOrderly) bench.write(true);
        truth.throughWh += (carA * 230 * happening.offSeconds) / 3600;
        bench.restart(happening.offSeconds * 1000);
        look(true);
        break;
      case 'stepClock':
        bench.pass(0, { utcMs: bench.now().utcMs + happening.seconds * 1000 });
    }
  }
  bench.pass(1_000);
  truth.throughWh += (carA * 230) / 3600;
  look(true);
  bench.write();
  return truth;
}

describe('energy', () => {
  it('is what the register says, through all kills, clock steps and silences: in half-hours and gaps, and no more', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { bench, throughWh } = live(steps, true);
        const countedWh = bench.sum('connection').importWh + bench.gapWh('connection');
        // The register counts whole watt-hours; kept to the thousandth per minute.
        expect(Math.abs(countedWh - throughWh)).toBeLessThan(1.5);
      }),
      { numRuns: 150 },
    );
  });

  it('without a register is power times the time that was seen, whatever the cuts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { bench } = live(steps, false);
        const { importWh, wattSeconds } = bench.sum('connection');
        expect(Math.abs(importWh - wattSeconds / 3600)).toBeLessThan(1);
      }),
      { numRuns: 100 },
    );
  });

  it('without kills, silences and clock steps is the same in seconds, minutes, half-hours and sessions', () => {
    const runs = fc.record({
      kind: fc.constant('run' as const),
      seconds: fc.integer({ min: 10, max: 900 }),
      carA: fc.integer({ min: 2, max: 32 }),
      isKnown: fc.constant(true),
    });
    fc.assert(
      fc.property(fc.array(runs, { minLength: 1, maxLength: 15 }), (steps) => {
        const { bench, throughWh } = live(steps, false);
        const seconds = bench
          .of('seconds')
          .flatMap(({ block }) => block.powersW.connection ?? [])
          .reduce<number>((sum, powerW) => sum + (powerW ?? 0), 0);
        const minutes = bench.of('minutes').flatMap((content) => content.minutes);
        const open = bench.state?.minutes ?? [];
        const inMinutes = [...minutes, ...open].reduce(
          (sum, { channels }) => sum + (channels.connection?.importWh ?? 0),
          0,
        );
        const session = bench.state?.sessions.car?.open;
        expect(seconds / 3600).toBeCloseTo(throughWh, 3);
        expect(Math.abs(inMinutes - throughWh)).toBeLessThan(0.2);
        expect(bench.sum('connection').importWh).toBeCloseTo(inMinutes, 6);
        expect(Math.abs((session?.importWh ?? 0) - throughWh)).toBeLessThan(0.001);
      }),
      { numRuns: 40 },
    );
  });

  it('of a session is all that its register counted while it was plugged in, also while nobody looked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { bench } = live(
          [{ kind: 'run', seconds: 5, carA: 10, isKnown: true }, { kind: 'write' }, ...steps],
          true,
        );
        const open = bench.state?.sessions.car?.open;
        const inChannel = bench.sum('load.car').importWh + bench.gapWh('load.car');
        expect(bench.sessions()).toEqual([]);
        expect(Math.abs((open?.importWh ?? 0) - inChannel)).toBeLessThan(1);
      }),
      { numRuns: 100 },
    );
  });
});

describe('absent, zero and unknown', () => {
  it('are three things', () => {
    const bench = new LedgerBench(at(START));
    for (let second = 0; second <= 60; second += 1) {
      bench.look({
        channels: { connection: { powerW: 0 }, 'load.car': { cause: 'device-timeout' } },
        chargePoints: {},
      });
      bench.pass(1_000);
    }
    bench.write();
    const [zero, unknown] = [bench.sum('connection'), bench.sum('load.car')];
    expect(meanOf(zero)).toBe(0);
    expect(zero).toMatchObject({ coveredMs: 60_000, minimumW: 0, maximumW: 0, importWh: 0 });
    expect(meanOf(unknown)).toBeUndefined();
    expect(unknown).toMatchObject({ coveredMs: 0, missingMs: { 'device-timeout': 60_000 } });
    expect(bench.state?.minutes[0]?.channels.other).toBeUndefined();
  });
});
