import { describe, expect, it } from 'vitest';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import type { RangeRequest } from '../../src/contract/streams.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { OutboxRow, StreamName } from '../../src/ports/store.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { RangeDesk } from '../../src/sync/rangeDesk.ts';
import { makeKeys, type TestSigner } from '../support/keys.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { fixedEntropy, HandBus, MemoryOutbox } from './fakes.ts';

const TOPIC = 'loadgate/v1/home-1/control/range';
const KEYS = makeKeys();
const REQUEST = {
  schema: 'loadgate.range-request/1',
  gatewayId: 'home-1',
  id: 'request-1',
  issuedAt: '2026-01-05T00:00:00Z',
  outboxId: '0a1b2c3d',
  stream: 'telemetry',
  from: 3,
  until: 5,
};

class Bench {
  readonly bus = new HandBus();
  readonly clock = new SteppedClock();
  readonly asked: RangeRequest[] = [];
  readonly events: DomainEvent[] = [];
  readonly outbox = new MemoryOutbox();
  readonly log = new RecordingLog();
  readonly postman: Postman;

  constructor() {
    const { bus, clock, log, outbox } = this;
    const kept = (stream: StreamName, sequence: number): OutboxRow | undefined =>
      sequence === 4 ? undefined : { stream, sequence, recordedAtUtcMs: 0, runningMs: 0, body: '{}' };
    this.postman = new Postman({
      gatewayId: 'home-1',
      store: outbox,
      bus,
      clock,
      entropy: fixedEntropy(0),
      log,
      cut: (row) =>
        row.sequence === 99 ? undefined : row.sequence === 97 ? { ...row, body: '{"cut":true}' } : row,
      kept,
      inFlightMaximum: () => 20,
      onEvent: () => undefined,
    });
    new RangeDesk({
      gatewayId: 'home-1',
      bus,
      clock,
      log,
      bundle: () => KEYS.bundle,
      verify: createSignatureReader(),
      onRequest: (request) => {
        this.asked.push(request);
        return [3, 4, 5];
      },
      repeat: (stream, sequences) => this.postman.repeat(stream, sequences),
      onEvent: (event) => this.events.push(event),
    });
    bus.connect();
  }

  async ask(request: object, signer: TestSigner = KEYS.backOffice): Promise<void> {
    const payload = new TextEncoder().encode(signer.sign(request));
    await this.bus.handlers.get(TOPIC)?.({ topic: TOPIC, payload });
    await this.clock.advance(100);
  }
}

describe('a request for records', () => {
  it('of the back office is answered, and what is kept goes again, once', async () => {
    const bench = new Bench();
    await bench.ask(REQUEST);
    await bench.ask(REQUEST);
    expect(bench.asked).toMatchObject([{ stream: 'telemetry', from: 3, until: 5 }]);
    expect(bench.bus.sent.map(({ sequence }) => sequence)).toEqual([3, 5]);
  });

  it.each([
    ['is signed by somebody else', REQUEST, KEYS.party],
    ['is for another gateway', { ...REQUEST, gatewayId: 'home-2' }, KEYS.backOffice],
    ['ends before it begins', { ...REQUEST, until: 2 }, KEYS.backOffice],
    ['is of yesterday', { ...REQUEST, issuedAt: '2026-01-03T00:00:00Z' }, KEYS.backOffice],
    ['asks for no stream', { ...REQUEST, stream: 'secrets' }, KEYS.backOffice],
  ])('that %s stays without effect', async (_, request, signer) => {
    const bench = new Bench();
    await bench.ask(request, signer);
    expect(bench.asked).toEqual([]);
    expect(bench.bus.sent).toEqual([]);
    expect(bench.log.lines.some(({ message }) => message === 'Request for records refused')).toBe(true);
    const told = { kind: 'controlRefused', topic: TOPIC, cause: expect.any(String) };
    expect(bench.events).toMatchObject([told]);
  });

  it('and is refused is told with its id, at most ten times in a minute', async () => {
    const bench = new Bench();
    for (let number = 0; number < 30; number += 1)
      await bench.ask({ ...REQUEST, id: `r-${number}` }, KEYS.party);
    expect(bench.events).toHaveLength(10);
    expect(bench.events[0]).toMatchObject({ id: 'r-0', cause: expect.stringContaining('controllingParty') });
  });
});

describe('what is repeated', () => {
  it('goes behind what waits, is not retained, and goes again when its acknowledgement does not come', async () => {
    const bench = new Bench();
    bench.outbox.add('status');
    bench.postman.repeat('status', [7]);
    expect(bench.bus.sent.map(({ sequence, isRetained }) => [sequence, isRetained])).toEqual([
      [1, true],
      [7, false],
    ]);
    bench.bus.open[1]?.answer({ ok: false, cause: 'timeout', detail: 'nothing came' });
    await bench.clock.advance(9_000);
    expect(bench.bus.sent).toHaveLength(2);
    await bench.clock.advance(2_000);
    expect(bench.bus.sent.at(-1)).toMatchObject({ sequence: 7 });
  });

  it('is not more than the window has room for', async () => {
    const bench = new Bench();
    bench.postman.repeat(
      'telemetry',
      Array.from({ length: 60 }, (_, place) => 1_000 + place),
    );
    await bench.clock.advance(5_000);
    expect(bench.bus.open).toHaveLength(20);
    for (let answers = 0; answers < 60; answers += 1) {
      bench.bus.open[0]?.answer({ ok: true });
      await bench.clock.advance(20);
    }
    expect(new Set(bench.bus.sent.map(({ sequence }) => sequence)).size).toBe(60);
  });

  it('is what was sent, or nothing: of what consent covers no more not even a part is repeated', async () => {
    const bench = new Bench();
    bench.postman.repeat('telemetry', [97, 98, 99, 100]);
    await bench.clock.advance(100);
    expect(bench.bus.sent.map(({ sequence }) => sequence)).toEqual([98, 100]);
  });
});
