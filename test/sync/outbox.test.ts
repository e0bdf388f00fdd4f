import { beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { PublishResult } from '../../src/ports/bus.ts';
import { Postman, type PostmanOptions } from '../../src/sync/outbox.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock, settle } from '../support/steppedClock.ts';
import { fixedEntropy, HandBus, MemoryOutbox, upTo } from './fakes.ts';

const OK: PublishResult = { ok: true };
const REFUSED: PublishResult = { ok: false, cause: 'refused', detail: 'Not authorized (MQTT reason 135)' };

let clock: SteppedClock;
let store: MemoryOutbox;
let bus: HandBus;
let events: DomainEvent[];
let inFlightMaximum: number;
let log: RecordingLog;
let cut: PostmanOptions['cut'];

beforeEach(() => {
  clock = new SteppedClock({ runningMs: 1_000_000 });
  store = new MemoryOutbox();
  bus = new HandBus();
  events = [];
  inFlightMaximum = 20;
  log = new RecordingLog();
  cut = (row) => row;
});

function startPostman(): Postman {
  return new Postman({
    gatewayId: 'home-1',
    store,
    bus,
    clock,
    entropy: fixedEntropy(),
    log,
    cut: (row) => cut(row),
    inFlightMaximum: () => inFlightMaximum,
    onEvent: (event) => events.push(event),
  });
}

function addMany(count: number, stream: 'events' | 'telemetry' = 'events'): void {
  for (let n = 0; n < count; n += 1) store.add(stream);
}

/** Connected, past the spread, and the first message on the wire. */
async function connect(): Promise<void> {
  bus.connect();
  await clock.advance(1_000);
}

async function answer(result: PublishResult, index = 0): Promise<void> {
  bus.open[index]?.answer(result);
  await settle();
}

describe('postman', () => {
  it('brings status and telemetry to the broker while it takes no events', async () => {
    startPostman();
    addMany(50);
    store.add('status');
    addMany(5, 'telemetry');
    await connect();
    for (let turn = 0; turn < 40; turn += 1) {
      for (const sent of bus.open) sent.answer(sent.topic.endsWith('/events') ? REFUSED : OK);
      await clock.advance(1_000);
    }
    expect(store.rows.map(({ stream }) => stream)).toEqual(Array(50).fill('events'));
  });

  it('sends a row as consent lets it leave at that moment, and removes one of which nothing may', async () => {
    cut = (row) => {
      if (row.sequence === 2) return undefined;
      return row.sequence === 3 ? { ...row, body: '{"left":"over"}' } : row;
    };
    const postman = startPostman();
    addMany(4);
    await connect();
    await answer(OK);
    await clock.advance(1_000);
    const payloads = bus.open.map(({ payload }) => payload).join(' ');
    expect(payloads).toContain('"sequence":3,');
    expect(payloads).toContain('{"left":"over"}');
    expect(payloads).not.toContain('"sequence":2,');
    while (bus.open.length > 0) await answer(OK);
    expect(store.rows).toEqual([]);
    expect(postman.statistics()).toMatchObject({ sent: 3, depth: 0 });
  });

  it('sends nothing while the broker is away', async () => {
    const postman = startPostman();
    addMany(3);
    postman.nudge();
    await clock.advance(600_000);
    expect(bus.sent).toEqual([]);
    expect(postman.statistics()).toEqual({ sent: 0, acknowledged: 0, depth: 3 });
  });

  it('begins at its own moment after a connection, so that a town does not begin at once', async () => {
    addMany(1);
    startPostman();
    bus.connect();
    await clock.advance(499);
    expect(bus.sent).toHaveLength(0);
    await clock.advance(1);
    expect(bus.sent).toHaveLength(1);
  });

  it('proves a stream with one message before it fills the window', async () => {
    addMany(50);
    startPostman();
    await connect();
    expect(bus.open.map(({ sequence }) => sequence)).toEqual([1]);
    await answer(OK);
    await clock.advance(1_000);
    expect(bus.open.map(({ sequence }) => sequence)).toEqual(upTo(21).slice(1));
  });

  it('never has more open than the broker allows, over all streams together', async () => {
    inFlightMaximum = 3;
    addMany(5);
    addMany(5, 'telemetry');
    startPostman();
    await connect();
    let most = 0;
    while (bus.open.length > 0) {
      most = Math.max(most, bus.open.length);
      await answer(OK);
      await clock.advance(10);
    }
    expect(most).toBe(3);
    expect(store.rows).toEqual([]);
  });

  it('removes a row only after its acknowledgement and those of all before it', async () => {
    addMany(4);
    const postman = startPostman();
    await connect();
    await answer(OK);
    await answer(OK, 2);
    await answer(OK, 1);
    expect(postman.statistics().acknowledged).toBe(1);
    expect(store.rows.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    await answer(OK);
    expect(store.rows).toEqual([]);
    expect(postman.statistics()).toEqual({ sent: 4, acknowledged: 4, depth: 0 });
  });

  it('removes confirmed rows in batches, to spare the flash', async () => {
    addMany(200);
    startPostman();
    await connect();
    while (bus.open.length > 0) {
      await answer(OK);
      await clock.advance(10);
    }
    expect(store.rows).toEqual([]);
    expect(store.removals).toBeLessThanOrEqual(12);
  });

  it('goes back to the refused message and repeats what was sent behind it', async () => {
    addMany(4);
    startPostman();
    await connect();
    await answer(OK);
    expect(bus.open.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    await answer(REFUSED);
    await answer(OK);
    await clock.advance(10_000);
    expect(bus.sent).toHaveLength(4);
    await answer(OK);
    await clock.advance(1_000);
    expect(bus.open.map(({ sequence }) => sequence)).toEqual([2]);
    await answer(OK);
    expect(bus.open.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  it('says that a stream is refused, pauses longer each time, and says when it is taken again', async () => {
    addMany(2);
    startPostman();
    await connect();
    const sentAt: number[] = [];
    for (let failures = 0; failures < 12; failures += 1) {
      sentAt.push(clock.runningMs());
      await answer(REFUSED);
      while (bus.open.length === 0) await clock.advance(250);
    }
    const pauses = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses.at(-1)).toBeGreaterThan(150_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300_250);
    expect(events).toEqual([{ kind: 'faultRaised', code: 'upload-refused', subject: 'events' }]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(12);
    await answer(OK);
    expect(events.at(-1)).toMatchObject({ kind: 'faultCleared', code: 'upload-refused', subject: 'events' });
  });

  it('lets the other streams pass while one is refused', async () => {
    addMany(100);
    addMany(5, 'telemetry');
    startPostman();
    await connect();
    for (let n = 0; n < 20 && bus.open.length > 0; n += 1) {
      const first = bus.open[0];
      first?.answer(first.topic.endsWith('/events') ? REFUSED : OK);
      await clock.advance(10);
    }
    expect(store.rows.some(({ stream }) => stream === 'telemetry')).toBe(false);
    expect(store.rows).toHaveLength(100);
  });

  it('does not spin when the connection goes at the moment of sending', async () => {
    addMany(3);
    startPostman();
    await connect();
    for (let n = 0; n < 50; n += 1) await answer({ ok: false, cause: 'offline', detail: 'just gone' });
    expect(bus.sent.length).toBeLessThanOrEqual(2);
  });

  it('brings receipts first, and retains the status and nothing else', async () => {
    store.add('status');
    store.add('events');
    store.add('receipts');
    startPostman();
    await connect();
    expect(bus.sent.map(({ topic, isRetained }) => [topic, isRetained])).toEqual([
      ['loadgate/v1/home-1/receipts', false],
      ['loadgate/v1/home-1/events', false],
      ['loadgate/v1/home-1/status', true],
    ]);
  });

  it('keeps a steady pace through a long backlog', async () => {
    addMany(300);
    startPostman();
    bus.connect();
    await clock.advance(500);
    const startedMs = clock.runningMs();
    while (bus.sent.length < 300) {
      for (const open of bus.open) open.answer(OK);
      await clock.advance(1);
    }
    const tookMs = clock.runningMs() - startedMs;
    expect(tookMs).toBeGreaterThan(2_700);
    expect(tookMs).toBeLessThan(3_500);
  });

  it.each([0.7, 3, 5, 9.9])(
    'never falls asleep over its work when %f ms pass at each look at the clock',
    async (driftMs) => {
      let readings = 0;
      clock = new (class extends SteppedClock {
        override runningMs(): number {
          readings += 1;
          return super.runningMs() + readings * driftMs;
        }
      })();
      addMany(300);
      startPostman();
      bus.connect();
      for (let n = 0; n < 5_000 && store.rows.length > 0; n += 1) {
        for (const open of bus.open) open.answer(OK);
        await clock.advance(1);
      }
      expect(store.rows).toEqual([]);
    },
  );

  it('does not repeat what it could not remove, and removes it later', async () => {
    addMany(3);
    const postman = startPostman();
    store.onAcknowledge = () => {
      throw new Error('disk full');
    };
    await connect();
    while (bus.open.length > 0) await answer(OK);
    expect(bus.sent).toHaveLength(3);
    expect(store.rows).toHaveLength(3);
    expect(postman.statistics().depth).toBe(0);
    store.onAcknowledge = () => {};
    await clock.advance(11_000);
    expect(store.rows).toEqual([]);
    expect(bus.sent).toHaveLength(3);
  });

  it('goes on behind rows whose removal failed in silence, and removes them again', async () => {
    const remove = store.acknowledge.bind(store);
    store.acknowledge = () => {};
    addMany(60);
    startPostman();
    await connect();
    for (let n = 0; n < 200 && bus.open.length > 0; n += 1) {
      await answer(OK);
      await clock.advance(10);
    }
    expect(bus.sent.map(({ sequence }) => sequence)).toEqual(upTo(60));
    store.acknowledge = remove;
    await clock.advance(11_000);
    expect(store.rows).toEqual([]);
    expect(bus.sent).toHaveLength(60);
  });

  it('outlives an outbox that cannot be read', async () => {
    addMany(1);
    const read = store.pending.bind(store);
    store.pending = () => {
      throw new Error('disk I/O error');
    };
    startPostman();
    await connect();
    expect(bus.sent).toEqual([]);
    store.pending = read;
    await clock.advance(11_000);
    expect(bus.sent).toHaveLength(1);
  });

  it('sends the last words before it stops, and stops in time when nobody answers', async () => {
    const postman = startPostman();
    await connect();
    addMany(1);
    let isStopped = false;
    const stopping = postman.stop(2_000).then(() => {
      isStopped = true;
    });
    await settle();
    expect(bus.open).toHaveLength(1);
    await answer(OK);
    await stopping;
    expect(isStopped).toBe(true);
    expect(store.rows).toEqual([]);

    addMany(1);
    const second = startPostman();
    const secondStop = second.stop(2_000);
    await clock.advance(2_000);
    await secondStop;
    expect(store.rows).toHaveLength(1);
    const sentBefore = bus.sent.length;
    second.nudge();
    expect(bus.sent).toHaveLength(sentBefore);
  });
});
