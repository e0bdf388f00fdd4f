import { describe, expect, it } from 'vitest';
import { pageOfCompleteness } from '../../src/backoffice/usage/completeness.ts';
import type { LossMessage } from '../../src/contract/streams.ts';
import { AT, answer, Bench, bodyOf, KEY, manifest } from './receiverBench.ts';

const PAGE = { page: 1, pageSize: 10 };

/** Gateways that stand in every way there is, named by it. */
async function mixedFleet(): Promise<Bench> {
  const bench = new Bench();
  const take = (gatewayId: string, ...sequences: readonly number[]) => {
    for (const sequence of sequences) {
      bench.receiver.take({ ...KEY, gatewayId, sequence, body: bodyOf(sequence) });
    }
  };
  take('a-whole', 1, 2);
  take('b-flawed', 3);
  bench.receiver.takeAnswer({
    ...answer([{ from: 1, until: 2, cause: 'noLongerKept' }]),
    gatewayId: 'b-flawed',
  });
  take('c-missing-much', 1, 90);
  take('d-missing-little', 1, 3);
  take('e-given-up', 2);
  take('g-contradicted', 1);
  bench.receiver.takeManifest({ ...manifest(1, 1, '0'.repeat(64)), gatewayId: 'g-contradicted' });
  await bench.clock.advance(240_000);
  const never = answer([{ from: 1, until: 1, cause: 'neverGiven' }]);
  bench.receiver.takeAnswer({ ...never, gatewayId: 'e-given-up' });
  return bench;
}

const NAMES = [
  'a-whole',
  'b-flawed',
  'c-missing-much',
  'd-missing-little',
  'e-given-up',
  'f-silent',
  'g-contradicted',
];

describe('the completeness of all gateways', () => {
  it('shows those that are not whole first, what a person has to look at before all', async () => {
    const bench = await mixedFleet();
    const { rows, counts, missing } = pageOfCompleteness(bench.receiver.completeness(NAMES), PAGE);
    expect(rows.map(({ gatewayId, state }) => `${gatewayId}: ${state}`)).toEqual([
      'e-given-up: givenUp',
      'c-missing-much: missing',
      'd-missing-little: missing',
      'b-flawed: flawed',
      'g-contradicted: flawed',
      'f-silent: silent',
      'a-whole: whole',
    ]);
    expect(counts).toEqual({ givenUp: 1, missing: 2, flawed: 2, silent: 1, whole: 1 });
    expect(missing).toBe(88 + 1 + 1);
  });

  it('can be looked through by state, by name and page by page; the counts are over all of them', async () => {
    const bench = await mixedFleet();
    const all = bench.receiver.completeness(NAMES);
    const named = (question: Partial<Parameters<typeof pageOfCompleteness>[1]>) =>
      pageOfCompleteness(all, { ...PAGE, ...question }).rows.map(({ gatewayId }) => gatewayId);
    expect(named({ state: 'flawed' })).toEqual(['b-flawed', 'g-contradicted']);
    expect(named({ search: 'missing' })).toEqual(['c-missing-much', 'd-missing-little']);
    expect(named({ page: 2, pageSize: 6 })).toEqual(['a-whole']);
    expect(pageOfCompleteness(all, { ...PAGE, search: 'whole' })).toMatchObject({
      total: 1,
      counts: { missing: 2 },
    });
  });

  it('tells since when something is missing and when the gateway vouched last, over all of its streams', async () => {
    const bench = new Bench();
    bench.take(2);
    await bench.clock.advance(60_000);
    bench.receiver.take({ ...KEY, stream: 'events', sequence: 4, body: bodyOf(4) });
    bench.receiver.takeManifest({ ...manifest(1, 4, '0'.repeat(64)), stream: 'events' });
    const losses: LossMessage['losses'] = [
      {
        lossId: 1,
        stream: 'events',
        cause: 'thinned',
        sequences: { from: 1, until: 2 },
        count: 2,
        from: AT,
        until: AT,
      },
    ];
    bench.receiver.takeLosses({
      schema: 'loadgate.loss/1',
      gatewayId: 'home-1',
      outboxId: KEY.outboxId,
      losses,
    });
    const [row] = bench.receiver.completeness(['home-1']);
    expect(row).toMatchObject({
      missing: 2,
      lost: 2,
      missingSince: '2026-01-05T00:00:00.000Z',
      manifestAt: AT,
    });
  });
});
