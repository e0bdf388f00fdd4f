import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectBus } from '../../src/adapters/mqtt/connectBus.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { ACKNOWLEDGE, MiniBroker, type PublishAnswer } from '../support/miniBroker.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { WallClock } from '../support/wallClock.ts';
import { fixedEntropy, IdempotentSubscriber, MemoryOutbox, upTo } from './fakes.ts';

const ROWS = 60;

/** How many messages are taken before each mishap, and which it is. */
const mishaps = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 20 }),
    kind: fc.constantFrom('cutBefore', 'cutAfter', 'withhold'),
  }),
  { minLength: 1, maxLength: 6 },
);

async function bring(
  protocolVersion: 4 | 5,
  script: readonly { after: number; kind: 'cutBefore' | 'cutAfter' | 'withhold' }[],
): Promise<{ subscriber: IdempotentSubscriber; store: MemoryOutbox; mostOpen: number }> {
  const due = [...script];
  let calm = 0;
  const answer = (): PublishAnswer => {
    calm += 1;
    const next = due[0];
    if (next === undefined || calm < next.after) return ACKNOWLEDGE;
    calm = 0;
    due.shift();
    return { kind: next.kind };
  };
  const broker = await MiniBroker.start({ onPublish: answer, receiveMaximum: 5 });
  const clock = new WallClock();
  const log = new RecordingLog();
  const bus = connectBus({
    url: broker.url,
    clientId: 'home-1',
    protocolVersion,
    credentials: () => ({}),
    clock,
    log,
    reconnectDelayMs: () => 5,
    requiresSubscriber: true,
    acknowledgeTimeoutMs: 60,
  });
  const store = new MemoryOutbox();
  const taken = (): Set<number> =>
    new Set(broker.taken.filter(({ topic }) => topic.endsWith('/events')).map(sequenceOf));
  const tooEarly: number[] = [];
  store.onAcknowledge = (rows) => {
    const known = taken();
    tooEarly.push(...rows.map(({ sequence }) => sequence).filter((sequence) => !known.has(sequence)));
  };
  for (let n = 0; n < ROWS; n += 1) store.add('events');
  const postman = new Postman({
    gatewayId: 'home-1',
    store,
    bus,
    clock,
    entropy: fixedEntropy(0),
    log,
    cut: (row) => row,
    inFlightMaximum: () => bus.inFlightMaximum(),
    onEvent: () => {},
  });
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (store.rows.length === 0) resolve();
      else setTimeout(look, 5);
    };
    look();
  });
  await postman.stop(0);
  await bus.close();
  await broker.close();
  expect(tooEarly).toEqual([]);
  const subscriber = new IdempotentSubscriber();
  for (const message of broker.taken)
    if (message.topic.endsWith('/events')) subscriber.take(sequenceOf(message));
  return { subscriber, store, mostOpen: broker.mostOpen };
}

function sequenceOf(message: { payload: string }): number {
  return JSON.parse(message.payload).sequence;
}

describe.each([4, 5] as const)('outbox over real sockets, MQTT version %i', (protocolVersion) => {
  it('a subscriber that knows each sequence once sees 1 to n in order, whatever happens to the line', async () => {
    await fc.assert(
      fc.asyncProperty(mishaps, async (script) => {
        const { mostOpen, store, subscriber } = await bring(protocolVersion, script);
        expect(subscriber.seen).toEqual(upTo(ROWS));
        expect(store.rows).toEqual([]);
        expect(mostOpen).toBeLessThanOrEqual(protocolVersion === 5 ? 5 : 20);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});
