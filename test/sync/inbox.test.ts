import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { Inbox, type InboxOptions } from '../../src/sync/inbox.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { HandBus } from './fakes.ts';

const TOPIC = 'loadgate/v1/home-1/control/curtailment';
const CANCEL = `${TOPIC}/cancel`;

const REQUEST = {
  schema: 'loadgate.curtailment/1',
  id: 'evening-1',
  direction: 'import',
  basis: 'phaseCurrentA',
  ceiling: 0,
  durationSeconds: 60,
  reason: 'evening peak',
};

let bus: HandBus;
let clock: SteppedClock;
let obeyed: { limit: Limit; id: string }[];
let cancelled: string[];
let events: DomainEvent[];

beforeEach(() => {
  bus = new HandBus();
  clock = new SteppedClock();
  obeyed = [];
  cancelled = [];
  events = [];
});

function open(change: Partial<InboxOptions> = {}): RecordingLog {
  const log = new RecordingLog();
  new Inbox({
    gatewayId: 'home-1',
    bus,
    clock,
    log,
    circuits: [{ circuitId: 'cutOut', ratingA: 60, derating: 1 }],
    acceptUnsignedCurtailment: true,
    onCurtailment: async (limit, id) => {
      obeyed.push({ limit, id });
    },
    onCancel: async (id) => {
      cancelled.push(id);
    },
    onEvent: (event) => events.push(event),
    ...change,
  });
  return log;
}

/** Resolves when the broker would hear the acknowledgement. */
async function receive(message: unknown, topic = TOPIC, isRetained?: true): Promise<void> {
  const payload = message instanceof Uint8Array ? message : Buffer.from(JSON.stringify(message));
  const handle = bus.handlers.get(topic);
  if (handle === undefined) throw new Error(`nothing listens to ${topic}`);
  await handle({ topic, payload, ...(isRetained && { isRetained }) });
}

const causes = (): readonly string[] =>
  events.map((event) => (event.kind === 'controlRefused' ? event.cause : event.kind));

describe('inbox', () => {
  it('hands a curtailment on as a limit, zero as zero', async () => {
    open();
    await receive(REQUEST);
    expect(obeyed).toMatchObject([{ id: 'evening-1', limit: { ceiling: 0, circuitId: 'cutOut' } }]);
    expect(events).toEqual([]);
  });

  it('refuses every command while unsigned ones are not accepted, and says so', async () => {
    open({ acceptUnsignedCurtailment: false });
    await receive(REQUEST);
    await receive({ schema: 'loadgate.curtailment-cancel/1', id: 'evening-1', reason: 'over' }, CANCEL);
    expect(obeyed).toEqual([]);
    expect(cancelled).toEqual([]);
    expect(events).toEqual([
      { kind: 'controlRefused', topic: TOPIC, cause: expect.stringContaining('not signed') },
      { kind: 'controlRefused', topic: CANCEL, cause: expect.stringContaining('not signed') },
    ]);
  });

  it('is loud at the start when it accepts unsigned commands', () => {
    expect(open().lines).toMatchObject([{ level: 'warn' }]);
    expect(open({ acceptUnsignedCurtailment: false }).lines).toEqual([]);
  });

  it('obeys the same id once, however often it comes', async () => {
    open();
    await Promise.all([receive(REQUEST), receive(REQUEST)]);
    await receive({ ...REQUEST, newField: 'of a later version' });
    expect(obeyed).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('knows the ids of its earlier life', async () => {
    open({ knownIds: ['evening-1'] });
    await receive(REQUEST);
    expect(obeyed).toEqual([]);
  });

  it('refuses an id that comes again with other content', async () => {
    open();
    await receive(REQUEST);
    await receive({ ...REQUEST, ceiling: 60 });
    expect(obeyed).toHaveLength(1);
    expect(causes()).toEqual([expect.stringContaining('used before with other content')]);
  });

  it('acknowledges only after the gateway has taken the curtailment, and not at all when it could not', async () => {
    let isWilling = false;
    open({
      onCurtailment: async (limit, id) => {
        if (!isWilling) throw new Error('no room');
        obeyed.push({ limit, id });
      },
    });
    await expect(receive(REQUEST)).rejects.toThrow('no room');
    isWilling = true;
    await receive(REQUEST);
    expect(obeyed).toHaveLength(1);
  });

  it('a cancel ends a curtailment, and one that comes after its cancel never takes hold', async () => {
    open();
    await receive({ schema: 'loadgate.curtailment-cancel/1', id: 'evening-1', reason: 'over' }, CANCEL);
    await receive(REQUEST);
    expect(cancelled).toEqual(['evening-1']);
    expect(obeyed).toEqual([]);
  });

  it('refuses a retained command, which would come again at every start', async () => {
    open();
    await receive(REQUEST, TOPIC, true);
    expect(obeyed).toEqual([]);
    expect(causes()).toEqual([expect.stringContaining('retain')]);
  });

  const { ceiling: _ceiling, ...withoutCeiling } = REQUEST;
  it.each([
    ['a ceiling that is missing', withoutCeiling, /^ceiling: .*undefined/],
    ['a ceiling that is null', { ...REQUEST, ceiling: null }, /^ceiling: /],
    ['a ceiling in text', { ...REQUEST, ceiling: '0' }, /^ceiling: /],
    ['a negative ceiling', { ...REQUEST, ceiling: -1 }, /^ceiling: /],
    ['a start that is null', { ...REQUEST, startsAt: null }, /^startsAt: /],
    ['a start without a time zone', { ...REQUEST, startsAt: '2026-01-05T12:00:00' }, /^startsAt: /],
    ['no duration', { ...REQUEST, durationSeconds: 0 }, /^durationSeconds: /],
    ['more than a day', { ...REQUEST, durationSeconds: 86_401 }, /^durationSeconds: /],
    ['a basis of another kind', { ...REQUEST, basis: 'percent' }, /^basis: /],
    ['a reason that steers a terminal', { ...REQUEST, reason: '\u001b[2J' }, /^reason: /],
    [
      'a later version',
      { ...REQUEST, schema: 'loadgate.curtailment/2' },
      /curtailment\/2.*reads "loadgate.curtailment\/1"/,
    ],
    ['no version', { ...REQUEST, schema: undefined }, /^schema is missing/],
    ['a list', [REQUEST], /^schema is missing/],
    ['null', null, /^schema is missing/],
    ['text that is not JSON', Buffer.from('{'), /not JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not JSON in UTF-8/],
    ['nothing', Buffer.alloc(0), /not JSON/],
    ['a flood', Buffer.alloc(8_193, ' '), /8193 bytes/],
    ['a circuit that is not there', { ...REQUEST, circuit: 'attic' }, /attic/],
  ])('refuses %s with its cause', async (_case, message, cause) => {
    open();
    await receive(message);
    expect(obeyed).toEqual([]);
    expect(causes()).toEqual([expect.stringMatching(cause)]);
  });

  it('bounds the refusals it tells of, and counts the rest', async () => {
    open();
    for (let n = 0; n < 40; n += 1) await receive('nonsense');
    expect(events).toHaveLength(10);
    await clock.advance(60_000);
    await receive('nonsense');
    expect(causes().at(-1)).toContain('30 more commands before it');
  });

  it('never obeys and never throws on what is not a command', async () => {
    open();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          await receive(bytes);
          expect(obeyed).toEqual([]);
        },
      ),
    );
  });
});
