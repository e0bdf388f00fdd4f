import { describe, expect, it } from 'vitest';
import {
  AT,
  answer,
  Bench,
  bodyOf,
  hashOver,
  KEY,
  loss,
  manifest,
  numbersOf,
  SIGNED,
} from './receiverBench.ts';

describe('asking for what is missing', () => {
  const HOUR_MS = 3_600_000;

  /** Takes a record of each of so many gateways, of which the first four never came. */
  function lose(bench: Bench, gateways: number): void {
    for (let number = 1; number <= gateways; number += 1) {
      const gatewayId = `home-${number}`;
      bench.receiver.take({ ...KEY, gatewayId, sequence: 5, body: bodyOf(5) });
    }
  }

  it('is done of not more than 32 gateways at once; when one has sent all the next is asked', async () => {
    const bench = new Bench();
    lose(bench, 40);
    await bench.clock.advance(240_000);
    expect(bench.requests).toHaveLength(32);
    expect(new Set(bench.requests.map(({ gatewayId }) => gatewayId)).size).toBe(32);
    bench.take(1, 2, 3, 4);
    await bench.clock.advance(1_000);
    expect(bench.requests).toHaveLength(33);
    await bench.clock.advance(600_000);
    expect(bench.requests).toHaveLength(40);
  });

  it('is done one stretch of a gateway at a time, 5,000 records at most, close holes together', async () => {
    const bench = new Bench();
    bench.take(1, 3, 60, 12_000);
    await bench.clock.advance(240_000);
    expect(bench.requests.map(({ from, until }) => [from, until])).toEqual([[2, 5_001]]);
    bench.receiver.takeLosses(loss(1, 2, 5_001));
    await bench.clock.advance(1_000);
    bench.receiver.takeLosses(loss(2, 5_002, 11_900));
    await bench.clock.advance(1_000);
    expect(bench.requests.map(({ from, until }) => [from, until])).toEqual([
      [2, 5_001],
      [5_002, 10_001],
      [11_901, 11_999],
    ]);
    bench.take(...numbersOf({ from: 11_901, until: 11_999 }));
    expect(bench.report()).toMatchObject({ missing: 0, asking: { state: 'nothing' } });
  });

  it('waits for a gateway that is away', async () => {
    const bench = new Bench();
    bench.away.add('home-1');
    bench.take(5);
    await bench.clock.advance(HOUR_MS);
    expect(bench.requests).toEqual([]);
    expect(bench.report()?.asking).toMatchObject({ state: 'away', attempts: 0 });
    bench.away.clear();
    await bench.clock.advance(30_000);
    expect(bench.requests).toHaveLength(1);
    expect(bench.report()?.asking.sentence).toBe('Asked for 1 to 4; the gateway has not answered yet.');
  });

  it('waits twice as long after each request without an answer, gives up after six, and says why', async () => {
    const bench = new Bench();
    bench.take(5);
    const atHours: number[] = [];
    for (let minute = 0; minute < 40 * 60; minute += 1) {
      const before = bench.requests.length;
      await bench.clock.advance(60_000);
      if (bench.requests.length > before) atHours.push(minute / 60);
    }
    expect(atHours.map((hour, place) => Math.round(4 * (hour - (atHours[place - 1] ?? 0))) / 4)).toEqual([
      0, 0.25, 0.5, 1, 2, 4,
    ]);
    const givenUp = { state: 'givenUp', sentence: expect.stringContaining('the gateway does not answer') };
    expect(bench.report()).toMatchObject({ missing: 4, asking: givenUp });
    bench.restart(true);
    await bench.clock.advance(24 * HOUR_MS);
    expect(bench.requests).toHaveLength(6);
    expect(bench.report()?.asking).toMatchObject(givenUp);
  });

  it('gives up only the stretch that the gateway sends and that never comes, and asks for the next', async () => {
    const bench = new Bench();
    bench.take(...numbersOf({ from: 10, until: 70 }), 200);
    for (let hour = 0; hour < 20; hour += 1) {
      await bench.clock.advance(HOUR_MS);
      const { id = '', from = 0 } = bench.requests.at(-1) ?? {};
      if (from === 1) bench.receiver.takeAnswer(answer([], { id, from: 1, until: 9, repeated: 9 }));
    }
    expect(bench.requests.at(-1)).toMatchObject({ from: 71, until: 199 });
    bench.take(...numbersOf({ from: 71, until: 199 }));
    const sentence = expect.stringContaining('the gateway sends them, and they do not come');
    expect(bench.report()).toMatchObject({ missing: 9, asking: { state: 'givenUp', sentence } });
  });

  it('does not go on about numbers that the gateway says it never gave, until a person wants it', async () => {
    const bench = new Bench();
    bench.take(5);
    await bench.clock.advance(240_000);
    bench.receiver.takeAnswer(answer([{ from: 1, until: 4, cause: 'neverGiven' }]));
    await bench.clock.advance(2 * HOUR_MS);
    expect(bench.requests).toHaveLength(1);
    const sentence = expect.stringContaining('never gave these numbers');
    expect(bench.report()).toMatchObject({ missing: 4, gone: 0, asking: { state: 'givenUp', sentence } });
    expect(bench.receiver.askAnew('home-1')).toBe(4);
    await bench.clock.advance(1_000);
    expect(bench.requests).toHaveLength(2);
    bench.take(1, 2, 3, 4);
    expect(bench.report()).toMatchObject({ missing: 0, asking: { state: 'nothing' } });
  });

  it('says so when the broker refuses the request, and does not count one that found no broker', async () => {
    const bench = new Bench();
    bench.take(5);
    bench.published = { ok: false, cause: 'offline', detail: 'no connection' };
    await bench.clock.advance(300_000);
    expect(bench.report()?.asking).toMatchObject({ state: 'due', attempts: 0 });
    bench.published = { ok: false, cause: 'refused', detail: 'not authorised' };
    await bench.clock.advance(30_000);
    const sentence = expect.stringContaining('not authorised');
    expect(bench.report()?.asking).toMatchObject({ state: 'pause', attempts: 1, sentence });
  });

  it('tells in the words of the gateway why it refuses, asks its other streams meanwhile, and gives up in the end', async () => {
    const bench = new Bench();
    bench.take(5);
    bench.receiver.take({ ...KEY, stream: 'events', sequence: 5, body: bodyOf(5) });
    await bench.clock.advance(240_000);
    expect(bench.requests).toHaveLength(1);
    const cause = 'its key back-office-1 is not in the trust bundle 1';
    for (let hour = 0; hour < 40; hour += 1) {
      for (const { id } of bench.requests) bench.receiver.takeRefusal('home-1', { id, cause });
      await bench.clock.advance(HOUR_MS / 2);
      if (hour === 0) expect(bench.requests.map(({ stream }) => stream)).toContain('events');
    }
    const sentence = `Given up: the gateway refuses the request (${cause}).`;
    expect(bench.report()?.asking).toMatchObject({ state: 'givenUp', sentence });
    expect(bench.requests).toHaveLength(12);
  });

  it('begins anew when something comes: asking does help', async () => {
    const bench = new Bench();
    bench.take(9);
    await bench.clock.advance(5 * HOUR_MS);
    expect(bench.report()?.asking.attempts).toBe(5);
    bench.take(4);
    expect(bench.report()?.asking.attempts).toBe(1);
  });

  it('counts as gone only what did not come', () => {
    const bench = new Bench();
    bench.take(3, 8);
    bench.receiver.takeAnswer(answer([{ from: 1, until: 5, cause: 'noLongerKept' }]));
    expect(bench.report()).toMatchObject({ gone: 4, missing: 2, received: 2 });
  });

  it('tells what was lost by cause, and when the gateway vouched last', () => {
    const bench = new Bench();
    bench.take(1, 5);
    bench.receiver.takeLosses(loss(1, 2, 3));
    bench.receiver.takeLosses(loss(1, 2, 3));
    const at = { from: AT, until: AT };
    const absent = { lossId: 2, stream: KEY.stream, cause: 'deviceAbsent', subject: 'meter', ...at } as const;
    bench.receiver.takeLosses({ schema: 'loadgate.loss/1', ...SIGNED, losses: [absent] });
    bench.receiver.takeManifest(manifest(1, 1, hashOver([1])));
    expect(bench.report()).toMatchObject({
      lost: 2,
      missingRanges: [{ from: 4, until: 4 }],
      losses: [
        { cause: 'thinned', entries: 1, records: 2 },
        { cause: 'deviceAbsent', entries: 1, records: 0 },
      ],
      manifestAt: AT,
    });
  });
});
