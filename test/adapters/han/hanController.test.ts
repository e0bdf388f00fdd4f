import { beforeEach, describe, expect, it } from 'vitest';
import {
  EVENT_STATUS,
  type EventStatusCode,
  type EventStatusName,
} from '../../../src/adapters/han/eventStatus.ts';
import { createHanLoadSwitch, type HanLoadSwitch } from '../../../src/adapters/han/hanLoadSwitch.ts';
import type { HanMessage, HanRadio, HanResult } from '../../../src/adapters/han/hanRadio.ts';
import {
  decodeZcl,
  encodeZcl,
  type ZclBody,
  type ZclMessage,
} from '../../../src/adapters/han/zclMessages.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock, settle } from '../../support/steppedClock.ts';
import { ADDRESS, fixedEntropy } from './steppedHan.ts';

const OPEN = { kind: 'setSwitch', relayChannel: 1, position: 'open' } as const;
const CLOSED = { kind: 'setSwitch', relayChannel: 1, position: 'closed' } as const;

/** Delivers everything, and lets a test say what the switch would. */
class SilentRadio implements HanRadio {
  readonly sent: ZclMessage[] = [];
  result: HanResult = { ok: true };
  #listen: (message: HanMessage) => void = () => {};

  state() {
    return 'ready' as const;
  }

  whyNotReady(): string {
    return '';
  }

  send({ payload }: HanMessage): Promise<HanResult> {
    const decoded = decodeZcl(payload);
    if (!decoded.ok) throw new Error(decoded.reason);
    this.sent.push(decoded.value);
    return Promise.resolve(this.result);
  }

  permitJoin(): Promise<HanResult> {
    return Promise.resolve(this.result);
  }

  statistics() {
    return { sent: 0, acknowledged: 0, received: 0, badFrames: 0, strayOctets: 0, reconnects: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  onMessage(listener: (message: HanMessage) => void): () => void {
    this.#listen = listener;
    return () => {};
  }

  hear(payload: Uint8Array, cluster = 0x0701): void {
    this.#listen({ address: ADDRESS, endpoint: 9, cluster, payload });
  }

  say(body: ZclBody, transaction = 200): void {
    this.hear(encodeZcl({ transaction, isFromServer: false, wantsNoDefaultResponse: true }, body));
  }

  /** A report on the event that was sent last, or on another. */
  report(name: EventStatusName, issuerEventId = this.lastEventId(), statusTimeS = 1): void {
    const codes = Object.keys(EVENT_STATUS).map(Number) as EventStatusCode[];
    const status = codes.find((code) => EVENT_STATUS[code].name === name) ?? 0x01;
    const rest = { criticalityApplied: 7, eventControl: 0, signatureType: 0 };
    this.say({ kind: 'reportEventStatus', issuerEventId, status, statusTimeS, ...rest });
  }

  ofKind(kind: ZclBody['kind']): readonly ZclBody[] {
    return this.sent.map(({ body }) => body).filter((body) => body.kind === kind);
  }

  lastEventId(): number {
    const event = this.ofKind('loadControlEvent').at(-1);
    return event?.kind === 'loadControlEvent' ? event.issuerEventId : 0;
  }
}

let clock: SteppedClock;
let radio: SilentRadio;
let log: RecordingLog;
let device: HanLoadSwitch;

beforeEach(() => {
  clock = new SteppedClock();
  radio = new SilentRadio();
  log = new RecordingLog();
  device = createHanLoadSwitch({
    deviceId: 'han',
    radio,
    address: ADDRESS,
    endpoint: 9,
    controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'] }],
    clock,
    log,
    entropy: fixedEntropy,
  });
});

/** The load is shed, and the switch has said so. */
async function shed(): Promise<void> {
  const opening = device.apply(OPEN, 'narrowing');
  await settle();
  radio.report('received');
  radio.report('started');
  expect(await opening).toEqual({ ok: true });
}

async function confirmed(): Promise<string | undefined> {
  return device.controllers()[0]?.confirmed;
}

describe('an event', () => {
  it('that was delivered and not reported on is not taken for done', async () => {
    const opening = device.apply(OPEN, 'narrowing');
    await clock.advance(2_000);
    expect(await opening).toMatchObject({ ok: false, fault: 'switch-not-confirmed' });
  });

  it('that was not reported on is issued again under a new number: the switch would ignore the old one', async () => {
    void device.apply(OPEN, 'narrowing');
    await clock.advance(2_000);
    const first = radio.lastEventId();
    void device.apply(OPEN, 'narrowing');
    await settle();
    expect(radio.lastEventId()).toBeGreaterThan(first);
  });

  it('that was not delivered is sent again under its own number', async () => {
    radio.result = { ok: false, fault: 'device-timeout', detail: 'lost' };
    expect(await device.apply(OPEN, 'narrowing')).toMatchObject({ fault: 'device-timeout' });
    const first = radio.lastEventId();
    radio.result = { ok: true };
    void device.apply(OPEN, 'narrowing');
    await settle();
    expect(radio.ofKind('loadControlEvent')).toHaveLength(2);
    expect(radio.lastEventId()).toBe(first);
  });

  it('that was rejected is a fault, and the switch gets a second of rest', async () => {
    const opening = device.apply(OPEN, 'narrowing');
    await settle();
    radio.report('rejected');
    expect(await opening).toMatchObject({
      ok: false,
      detail: expect.stringContaining('has rejected the event'),
    });
    expect(await device.apply(OPEN, 'narrowing')).toMatchObject({ ok: false });
    expect(radio.ofKind('loadControlEvent')).toHaveLength(1);
    await clock.advance(1_000);
    void device.apply(OPEN, 'narrowing');
    expect(radio.ofKind('loadControlEvent')).toHaveLength(2);
  });

  it('whose start was not reported is issued again from finished cycles', async () => {
    const opening = device.apply(OPEN, 'narrowing');
    await settle();
    radio.report('received');
    expect(await opening).toEqual({ ok: true });
    await clock.advance(9_000);
    device.keepAlive();
    expect(radio.ofKind('loadControlEvent')).toHaveLength(1);
    await clock.advance(1_000);
    device.keepAlive();
    expect(radio.ofKind('loadControlEvent')).toHaveLength(2);
  });

  it('in force is not sent again by the same command', async () => {
    await shed();
    expect(await device.apply(OPEN, 'refresh')).toEqual({ ok: true });
    expect(radio.ofKind('loadControlEvent')).toHaveLength(1);
  });

  it('is never renewed without a command to be open', async () => {
    device.keepAlive();
    await clock.advance(60_000);
    device.keepAlive();
    expect(radio.sent).toEqual([]);
  });

  it('lasts as long and says off as the plan has it', async () => {
    const controllers = [
      {
        relayChannel: 1,
        deviceClasses: ['electricVehicle'],
        eventMinutes: 1440,
        criticality: 3,
        shedBy: 'averageLoad',
      },
    ] as const;
    const parts = {
      deviceId: 'han',
      radio,
      address: ADDRESS,
      endpoint: 9,
      clock,
      log,
      entropy: fixedEntropy,
    };
    void createHanLoadSwitch({ ...parts, controllers }).apply(OPEN, 'narrowing');
    await settle();
    expect(radio.ofKind('loadControlEvent')[0]).toEqual({
      kind: 'loadControlEvent',
      issuerEventId: expect.any(Number),
      deviceClass: 0x0400,
      enrolmentGroup: 0,
      startTimeS: 0,
      durationMinutes: 1440,
      criticality: 3,
      averageLoadPercent: -100,
      eventControl: 0,
    });
  });
});

describe('a cancel', () => {
  it.each(['cancelInvalid', 'cancelTimeInvalid'] as const)(
    'that is refused (%s) is followed by a cancel of all',
    async (name) => {
      await shed();
      expect(await device.apply(CLOSED, 'widening')).toEqual({ ok: true });
      expect(radio.ofKind('cancelEvent')).toHaveLength(1);
      radio.report(name);
      expect(radio.ofKind('cancelAllEvents')).toHaveLength(1);
      expect(await confirmed()).toBe('open');
      radio.report('cancelled');
      expect(await confirmed()).toBe('closed');
    },
  );

  it('of an event that the switch does not have proves that the load is on', async () => {
    await shed();
    await device.apply(CLOSED, 'widening');
    radio.report('undefinedEvent');
    expect(await confirmed()).toBe('closed');
  });

  it('of all is sent where the event was not confirmed', async () => {
    void device.apply(OPEN, 'narrowing');
    await settle();
    await device.apply(CLOSED, 'widening');
    expect(radio.ofKind('cancelEvent')).toHaveLength(0);
    expect(radio.ofKind('cancelAllEvents')).toHaveLength(1);
  });

  it('of all whose answer comes after a newer event says nothing about that', async () => {
    await device.apply(CLOSED, 'widening');
    const transaction = radio.sent.at(-1)?.transaction;
    await shed();
    radio.say({ kind: 'defaultResponse', command: 0x02, status: 0 }, transaction);
    expect(await confirmed()).toBe('open');
  });

  it('is not repeated when the switch is known to be closed', async () => {
    await device.apply(CLOSED, 'widening');
    radio.say({ kind: 'defaultResponse', command: 0x02, status: 0 }, radio.sent.at(-1)?.transaction);
    expect(await confirmed()).toBe('closed');
    expect(await device.apply(CLOSED, 'widening')).toEqual({ ok: true });
    expect(radio.sent).toHaveLength(1);
  });
});

describe('what is heard', () => {
  it('and not understood is logged and changes nothing', async () => {
    await shed();
    radio.hear(Uint8Array.from([1, 2, 0x55]));
    expect(log.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: { reason: expect.stringContaining('0x55') },
    });
    expect(await confirmed()).toBe('open');
  });

  it('from somebody who speaks as a server, or of another cluster, is no sign of life', async () => {
    const body = { kind: 'attributesRead', values: new Map([[3, 4]]) } as const;
    radio.hear(encodeZcl({ transaction: 1, isFromServer: true, wantsNoDefaultResponse: false }, body));
    const payload = encodeZcl({ transaction: 1, isFromServer: false, wantsNoDefaultResponse: false }, body);
    radio.hear(payload, 0x0006);
    expect(device.report().contact).toBe('notYet');
    radio.hear(payload);
    expect(device.report().contact).toBe('answering');
  });

  it('last gives the reading its age, however often it is polled', async () => {
    await shed();
    const heardAtMs = clock.runningMs();
    await clock.advance(3_000);
    expect((await device.poll())['relayClosed.1']).toEqual({
      state: 'measured',
      value: false,
      measuredAtMs: heardAtMs,
    });
  });

  it('again after a long silence is asked for at the old pace', async () => {
    radio.result = { ok: false, fault: 'device-timeout', detail: 'lost' };
    const asked = async (seconds: number) => {
      const before = radio.sent.length;
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1_000);
        await device.poll();
        await settle();
        if (radio.result.ok)
          radio.say({ kind: 'attributesRead', values: new Map() }, radio.sent.at(-1)?.transaction);
      }
      return radio.sent.length - before;
    };
    await asked(300);
    expect(await asked(60)).toBeLessThanOrEqual(2);
    radio.say({ kind: 'attributesRead', values: new Map([[3, 4]]) });
    radio.result = { ok: true };
    expect(await asked(60)).toBeGreaterThan(15);
  });

  it('twice changes nothing', async () => {
    await shed();
    radio.report('started');
    radio.report('received');
    expect(await confirmed()).toBe('open');
  });

  it('of another controller that took the switch over makes the position unknown, and is answered by a new event', async () => {
    await shed();
    radio.report('superseded');
    expect(await confirmed()).toBe('unknown');
    await clock.advance(10_000);
    device.keepAlive();
    expect(radio.ofKind('loadControlEvent')).toHaveLength(2);
  });

  it('of the user stays in force although the switch was out of reach in between', async () => {
    await shed();
    radio.report('optedOut', undefined, 2);
    radio.result = { ok: false, fault: 'device-timeout', detail: 'lost' };
    for (let seconds = 0; seconds < 12; seconds++) {
      await clock.advance(1_000);
      await device.poll();
    }
    expect(device.report().contact).toBe('lost');
    radio.result = { ok: true };
    radio.say({ kind: 'attributesRead', values: new Map([[3, 4]]) });
    expect(radio.ofKind('loadControlEvent')).toHaveLength(1);
    expect(await confirmed()).toBe('closed');
  });

  it('is answered with a default response unless the switch wants none', async () => {
    await shed();
    expect(radio.ofKind('defaultResponse')).toEqual([]);
    const body = { kind: 'reportEventStatus', issuerEventId: 1, status: 0x03, statusTimeS: 1 } as const;
    const rest = { criticalityApplied: 7, eventControl: 0, signatureType: 0 };
    radio.hear(
      encodeZcl(
        { transaction: 66, isFromServer: false, wantsNoDefaultResponse: false },
        { ...body, ...rest },
      ),
    );
    expect(radio.sent.at(-1)).toMatchObject({
      transaction: 66,
      body: { kind: 'defaultResponse', command: 0, status: 0 },
    });
  });
});
