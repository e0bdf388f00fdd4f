import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complement, count, holds, type Runs, union, withRun } from '../../src/backoffice/usage/runs.ts';
import { answer, Bench, bodyOf, hashOver, KEY, loss, manifest, numbersOf, SIGNED } from './receiverBench.ts';

describe('runs of sequences', () => {
  it('hold what a set would hold', () => {
    const run = fc
      .record({ from: fc.integer({ min: 1, max: 60 }), length: fc.integer({ min: 0, max: 8 }) })
      .map(({ from, length }) => ({ from, until: from + length }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 20 }), fc.array(run, { maxLength: 5 }), (some, others) => {
        const set = new Set([...some, ...others].flatMap(numbersOf));
        const runs = union(some.reduce<Runs>(withRun, []), others.reduce<Runs>(withRun, []));
        expect(runs.flatMap(numbersOf)).toEqual([...set].sort((a, b) => a - b));
        expect(count(runs)).toBe(set.size);
        for (let number = 1; number <= 70; number += 1) expect(holds(runs, number)).toBe(set.has(number));
        const open = complement({ from: 5, until: 65 }, runs).flatMap(numbersOf);
        expect(open).toEqual(numbersOf({ from: 5, until: 65 }).filter((number) => !set.has(number)));
        for (const [place, { from }] of runs.entries()) {
          if (place > 0) expect(from).toBeGreaterThan((runs[place - 1]?.until ?? 0) + 1);
        }
      }),
    );
  });
});

describe('the receiver', () => {
  it('takes each record once, in whatever order and however often they come, also after a restart', () => {
    const bench = new Bench();
    expect(bench.take(1, 2, 4, 4, 2, 3, 3)).toEqual([true, true, true, false, false, true, false]);
    bench.restart(true);
    expect(bench.take(4, 3, 5)).toEqual([false, false, true]);
    expect(bench.report()).toMatchObject({ received: 5, missing: 0, highest: 5 });
  });

  it('takes again what a crash made it forget, and asks for it', async () => {
    const bench = new Bench();
    bench.take(1, 2);
    bench.restart(true);
    bench.take(3, 4);
    bench.restart(false);
    bench.take(5);
    expect(bench.report()).toMatchObject({ received: 3, missing: 2 });
    await bench.clock.advance(240_000);
    expect(bench.requests).toMatchObject([{ ...SIGNED, stream: 'telemetry', from: 3, until: 4 }]);
    expect(bench.take(3, 4)).toEqual([true, true]);
    await bench.clock.advance(3_600_000);
    expect(bench.requests).toHaveLength(1);
  });

  it('asks only when the loss ledger has had time to tell, and not more often than every quarter of an hour', async () => {
    const bench = new Bench();
    bench.take(1, 5, 9);
    await bench.clock.advance(120_000);
    expect(bench.requests).toEqual([]);
    bench.receiver.takeLosses(loss(1, 2, 4));
    await bench.clock.advance(120_000);
    expect(bench.requests).toMatchObject([{ from: 6, until: 8 }]);
    await bench.clock.advance(600_000);
    expect(bench.requests).toHaveLength(1);
    await bench.clock.advance(600_000);
    expect(bench.requests).toHaveLength(2);
    expect(bench.report()).toMatchObject({ lost: 3, missing: 3 });
  });

  it('stops asking for what the gateway has no more, and counts it as gone', async () => {
    const bench = new Bench();
    bench.take(8);
    bench.receiver.takeAnswer(answer([{ from: 1, until: 5, cause: 'noLongerKept' }]));
    bench.receiver.takeAnswer(answer([{ from: 1, until: 5, cause: 'noLongerKept' }]));
    expect(bench.report()).toMatchObject({ gone: 5, missing: 2 });
    await bench.clock.advance(240_000);
    expect(bench.requests).toMatchObject([{ from: 6, until: 7 }]);
  });

  it('proves by the manifests that what came is what was sent, also over gaps that are explained', () => {
    const bench = new Bench();
    bench.take(1, 2, 3);
    const first = hashOver([1, 2, 3]);
    bench.receiver.takeManifest(manifest(1, 3, first));
    expect(bench.report()).toMatchObject({ provenUntil: 3, contradicted: 0 });
    bench.receiver.takeLosses(loss(1, 4, 6));
    bench.receiver.takeManifest(manifest(4, 8, hashOver([7, 8], first), first));
    bench.take(7);
    expect(bench.report()).toMatchObject({ provenUntil: 3, missing: 1 });
    bench.restart(true);
    bench.take(8);
    expect(bench.report()).toMatchObject({ provenUntil: 8, contradicted: 0, missing: 0 });
  });

  it('sees when something else came than what the gateway vouches for', () => {
    const bench = new Bench();
    bench.take(1, 2);
    bench.receiver.takeManifest(manifest(1, 2, hashOver([1, 2, 3])));
    expect(bench.report()).toMatchObject({ provenUntil: 2, contradicted: 1 });
  });

  it('knows from a manifest alone that something is missing at the end', async () => {
    const bench = new Bench();
    bench.take(1);
    bench.receiver.takeManifest(manifest(1, 3, hashOver([1, 2, 3])));
    expect(bench.report()).toMatchObject({ missing: 2, highest: 3 });
    await bench.clock.advance(240_000);
    expect(bench.requests).toMatchObject([{ from: 2, until: 3 }]);
  });

  it('counts a new outbox of the same gateway by itself', () => {
    const bench = new Bench();
    bench.take(1, 2);
    const other = { ...KEY, outboxId: 'ffffffff', sequence: 1, body: bodyOf(1) };
    expect(bench.receiver.take(other)).toBe(true);
    expect(bench.receiver.report('home-1')).toHaveLength(2);
  });
});
