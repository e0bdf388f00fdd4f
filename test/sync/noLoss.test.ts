import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamName } from '../../src/ports/store.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { fixedEntropy, MemoryOutbox, upTo } from './fakes.ts';
import { type Fate, UnreliableBroker } from './unreliableBroker.ts';

const STREAMS: readonly StreamName[] = ['receipts', 'events', 'telemetry', 'status'];

type Step =
  | { readonly kind: 'record'; readonly stream: StreamName; readonly count: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'outage'; readonly ms: number }
  | { readonly kind: 'fates'; readonly fates: readonly Fate[] }
  | { readonly kind: 'killAndRestart' }
  | { readonly kind: 'diskFullFor'; readonly removals: number };

function steps(fates: readonly Fate[]): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('record' as const),
          stream: fc.constantFrom(...STREAMS),
          count: fc.integer({ min: 1, max: 40 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('outage' as const),
          ms: fc.integer({ min: 1, max: 90_000 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('fates' as const),
          fates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 30 }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'killAndRestart' as const }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('diskFullFor' as const),
          removals: fc.integer({ min: 1, max: 3 }),
        }),
      },
    ),
    { maxLength: 30 },
  );
}

interface Outcome {
  readonly recorded: Record<StreamName, number>;
  readonly broker: UnreliableBroker;
  readonly store: MemoryOutbox;
}

async function live(script: readonly Step[]): Promise<Outcome> {
  const clock = new SteppedClock();
  const store = new MemoryOutbox();
  const broker = new UnreliableBroker(clock);
  const recorded = { receipts: 0, events: 0, telemetry: 0, status: 0 };
  let failingRemovals = 0;
  store.onAcknowledge = (rows) => {
    for (const { stream, sequence } of rows) {
      if (!broker.heard.has(`${stream} ${sequence}`)) {
        throw new Error(`law broken: ${stream} ${sequence} removed before its acknowledgement`);
      }
    }
    if (failingRemovals > 0) {
      failingRemovals -= 1;
      throw new Error('disk full');
    }
  };
  const start = (): Postman =>
    new Postman({
      gatewayId: 'home-1',
      store,
      bus: broker.openLine(),
      clock,
      entropy: fixedEntropy(),
      log: new WatchingLog(),
      cut: (row) => row,
      inFlightMaximum: () => 20,
      onEvent: () => {},
    });
  let postman = start();
  broker.setReachable(true);
  for (const step of script) {
    if (step.kind === 'record') {
      for (let n = 0; n < step.count; n += 1) recorded[step.stream] = store.add(step.stream);
      postman.nudge();
    } else if (step.kind === 'wait') {
      await clock.advance(step.ms);
    } else if (step.kind === 'outage') {
      broker.setReachable(false);
      await clock.advance(step.ms);
      broker.setReachable(true);
    } else if (step.kind === 'fates') {
      broker.fates.push(...step.fates);
    } else if (step.kind === 'diskFullFor') {
      failingRemovals = step.removals;
    } else {
      postman = start();
    }
  }
  broker.fates = [];
  await clock.advance(1_200_000);
  return { recorded, broker, store };
}

/** The postman logs a removal that throws and goes on; a broken law must not hide there. */
class WatchingLog extends RecordingLog {
  override warn(fields: object, message: string): void {
    if (JSON.stringify(fields).includes('law broken')) throw new Error(JSON.stringify(fields));
    super.warn(fields, message);
  }
}

const CUTS: readonly Fate[] = ['acknowledged', 'acknowledged', 'late', 'lost', 'unheard', 'withheld'];

describe('outbox through outages, cuts, withheld acknowledgements and kills', () => {
  it('a subscriber that knows each sequence once sees 1 to n in order, nothing is left and nothing removed early', async () => {
    await fc.assert(
      fc.asyncProperty(steps(CUTS), async (script) => {
        const { broker, recorded, store } = await live(script);
        expect(store.rows).toEqual([]);
        for (const stream of STREAMS) {
          expect(broker.subscribers[stream].seen).toEqual(upTo(recorded[stream]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('with single refusals in between too, for a subscriber that takes only the next in sequence', async () => {
    await fc.assert(
      fc.asyncProperty(steps([...CUTS, 'refused']), async (script) => {
        const { broker, recorded, store } = await live(script);
        expect(store.rows).toEqual([]);
        for (const stream of STREAMS) {
          expect(broker.subscribers[stream].inSequence).toEqual(upTo(recorded[stream]));
          expect(broker.subscribers[stream].seen).toHaveLength(recorded[stream]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
