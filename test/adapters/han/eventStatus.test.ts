import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HanHomeOnPty, openHanHome } from '../../../firmware-sim/han/hanHomeOnPty.ts';
import type { LoadControlSwitch } from '../../../firmware-sim/han/loadControlSwitch.ts';
import { DRLC_CLUSTER, type DrlcFromServer, ZIGBEE_EPOCH_S } from '../../../src/adapters/han/drlcMessages.ts';
import { EVENT_STATUS, type EventStatusName } from '../../../src/adapters/han/eventStatus.ts';
import type { HanRadio } from '../../../src/adapters/han/hanRadio.ts';
import { decodeZcl, encodeZcl } from '../../../src/adapters/han/zclMessages.ts';
import { openZStackRadio } from '../../../src/adapters/han/zStackRadio.ts';
import { until } from '../../support/processes/waiting.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { ADDRESS, fixedEntropy, switchDevice, WATER_HEATER } from './steppedHan.ts';

/** A minute of the switch takes a second here; the radio and its wire run at the machine's own pace. */
const SPEED = 60;
const CURRENT = 9;
const OLDER = 10;
const INVALID_TIME = 0xffff_ffff;

let wire: HanHomeOnPty;
let radio: HanRadio;
let lastId = 100;
const heard: { readonly id: number; readonly status: EventStatusName }[] = [];

beforeAll(async () => {
  const spec = {
    deviceClass: WATER_HEATER,
    startRandomMinutes: 2,
    durationRandomMinutes: 2,
    random: () => 0.5,
  };
  const device = {
    ...switchDevice(),
    controllers: [
      { ...spec, endpoint: CURRENT },
      { ...spec, endpoint: OLDER, isOlderStack: true },
    ],
  };
  wire = openHanHome({ devices: [device] }, { speed: SPEED });
  radio = openZStackRadio({
    path: wire.path,
    clock: new WallClock(),
    log: new RecordingLog(),
    entropy: fixedEntropy,
  });
  radio.onMessage(({ payload }) => {
    const decoded = decodeZcl(payload);
    if (!decoded.ok || decoded.value.body.kind !== 'reportEventStatus') return;
    const { issuerEventId, status } = decoded.value.body;
    heard.push({ id: issuerEventId, status: EVENT_STATUS[status].name });
  });
  await until('the radio is ready', () => radio.state() === 'ready');
});

afterAll(async () => {
  await radio.close();
  wire.close();
});

function event(changes: Partial<Extract<DrlcFromServer, { kind: 'loadControlEvent' }>> = {}) {
  return {
    kind: 'loadControlEvent',
    issuerEventId: ++lastId,
    deviceClass: WATER_HEATER,
    enrolmentGroup: 0,
    startTimeS: 0,
    durationMinutes: 1,
    criticality: 7,
    dutyCyclePercent: 0,
    eventControl: 0,
    ...changes,
  } as const;
}

function cancelOf(issuerEventId: number, changes: { cancelControl?: number; effectiveTimeS?: number } = {}) {
  const kind = 'cancelEvent' as const;
  return {
    kind,
    issuerEventId,
    deviceClass: WATER_HEATER,
    enrolmentGroup: 0,
    cancelControl: 0,
    effectiveTimeS: 0,
    ...changes,
  };
}

async function tell(body: DrlcFromServer, endpoint = CURRENT): Promise<number> {
  const envelope = { transaction: 1, isFromServer: true, wantsNoDefaultResponse: false };
  const sent = await radio.send({
    address: ADDRESS,
    endpoint,
    cluster: DRLC_CLUSTER,
    payload: encodeZcl(envelope, body),
  });
  expect(sent).toEqual({ ok: true });
  return 'issuerEventId' in body ? body.issuerEventId : 0;
}

/** All that the switch says of an event, up to this status. */
async function saysOf(id: number, last: EventStatusName): Promise<readonly EventStatusName[]> {
  const ofEvent = () => heard.filter((report) => report.id === id).map(({ status }) => status);
  await until(`${last} of event ${id}`, () => ofEvent().includes(last));
  return ofEvent();
}

function simulated(endpoint = CURRENT): LoadControlSwitch {
  return wire.home.switchAt(ADDRESS, endpoint);
}

/** By the clock of the switch, seconds since 2000. */
function switchTimeS(minutesAhead: number): number {
  return Math.floor((wire.nowMs() + minutesAhead * 60_000) / 1000) - ZIGBEE_EPOCH_S;
}

async function clearTable(endpoint = CURRENT): Promise<void> {
  await tell({ kind: 'cancelAllEvents', cancelControl: 0 }, endpoint);
  await until('no event is left', () => simulated(endpoint).events === 0);
}

const reached = new Set<EventStatusName>();
function see(statuses: readonly EventStatusName[]): readonly EventStatusName[] {
  for (const status of statuses) reached.add(status);
  return statuses;
}

describe('over a real terminal, the switch says', () => {
  it('received, started and completed of an event that runs to its end; start 0 is now', async () => {
    const id = await tell(event({ startTimeS: 0 }));
    expect(see(await saysOf(id, 'completed'))).toEqual(['received', 'started', 'completed']);
  });

  it('opted out, opted in, and in the end that it was in part', async () => {
    const id = await tell(event({ durationMinutes: 3 }));
    await saysOf(id, 'started');
    simulated().pressBoost(true);
    simulated().pressBoost(false);
    expect(see(await saysOf(id, 'partlyOptedIn'))).toEqual([
      'received',
      'started',
      'optedOut',
      'optedIn',
      'partlyOptedIn',
    ]);
  });

  it('that it was out in part', async () => {
    const id = await tell(event({ durationMinutes: 3 }));
    await saysOf(id, 'started');
    simulated().pressBoost(true);
    expect(see(await saysOf(id, 'partlyOptedOut'))).toEqual([
      'received',
      'started',
      'optedOut',
      'partlyOptedOut',
    ]);
  });

  it('an opt-out from before the start only at the start, and no participation at the end', async () => {
    const id = await tell(event({ startTimeS: switchTimeS(3) }));
    await saysOf(id, 'received');
    simulated().pressBoost(true);
    expect(see(await saysOf(id, 'noParticipation'))).toEqual(['received', 'optedOut', 'noParticipation']);
  });

  it('cancelled', async () => {
    const id = await tell(event({ durationMinutes: 60 }));
    await saysOf(id, 'started');
    await tell(cancelOf(id));
    expect(see(await saysOf(id, 'cancelled'))).toEqual(['received', 'started', 'cancelled']);
  });

  it('cancelled of everything, once for each', async () => {
    const running = await tell(event({ durationMinutes: 20 }));
    const later = await tell(event({ startTimeS: switchTimeS(30) }));
    await saysOf(running, 'started');
    await tell({ kind: 'cancelAllEvents', cancelControl: 0 });
    expect(await saysOf(later, 'cancelled')).toEqual(['received', 'cancelled']);
    await saysOf(running, 'cancelled');
  });

  it('superseded at once of an event that has not started', async () => {
    const startTimeS = switchTimeS(20);
    const earlier = await tell(event({ startTimeS, durationMinutes: 60 }));
    const newer = await tell(event({ startTimeS: startTimeS + 600 }));
    expect(see(await saysOf(earlier, 'superseded'))).toEqual(['received', 'superseded']);
    expect(await saysOf(newer, 'received')).toEqual(['received']);
    await clearTable();
  });

  it('superseded of a running event just before the new one starts, and runs on until then', async () => {
    const running = await tell(event({ durationMinutes: 60 }));
    await saysOf(running, 'started');
    const newer = await tell(event({ startTimeS: switchTimeS(3) }));
    await saysOf(newer, 'received');
    expect(heard.filter(({ id }) => id === running).at(-1)?.status).toBe('started');
    expect(simulated().contact.isClosed).toBe(false);
    await saysOf(newer, 'started');
    expect(await saysOf(running, 'superseded')).toEqual(['received', 'started', 'superseded']);
    await clearTable();
  });

  it('nothing of an event that it has already', async () => {
    const id = await tell(event({ durationMinutes: 60 }));
    await saysOf(id, 'started');
    await tell(event({ issuerEventId: id, durationMinutes: 60 }));
    await tell(cancelOf(id));
    expect(await saysOf(id, 'cancelled')).toEqual(['received', 'started', 'cancelled']);
  });

  it('1440 minutes are taken, 1441 rejected', async () => {
    const longest = await tell(event({ durationMinutes: 1440, startTimeS: switchTimeS(600) }));
    expect(await saysOf(longest, 'received')).toEqual(['received']);
    const tooLong = await tell(event({ durationMinutes: 1441 }));
    expect(see(await saysOf(tooLong, 'rejected'))).toEqual(['rejected']);
    await clearTable();
  });

  it('a start at 0xFFFFFFFF is rejected', async () => {
    const id = await tell(event({ startTimeS: INVALID_TIME }));
    expect(await saysOf(id, 'rejected')).toEqual(['rejected']);
  });

  it('rejected when its table is full', async () => {
    const hours = [10, 20, 30].map((hour) => event({ startTimeS: switchTimeS(hour * 60) }));
    for (const one of hours) await saysOf(await tell(one), 'received');
    const fourth = await tell(event({ startTimeS: switchTimeS(40 * 60) }));
    expect(await saysOf(fourth, 'rejected')).toEqual(['rejected']);
    await clearTable();
  });

  it('expired of an event that came after its end', async () => {
    const id = await tell(event({ startTimeS: switchTimeS(-10) }));
    expect(see(await saysOf(id, 'expired'))).toEqual(['expired']);
  });

  it('that a cancel names no event of its', async () => {
    const id = await tell(cancelOf(++lastId));
    expect(see(await saysOf(id, 'undefinedEvent'))).toEqual(['undefinedEvent']);
  });

  it.each([
    ['0xFFFFFFFF', () => INVALID_TIME],
    ['after the end of the event', () => switchTimeS(24 * 60)],
  ])('that a cancel at %s is invalid', async (_when, effectiveTimeS) => {
    const id = await tell(event({ durationMinutes: 60 }));
    await saysOf(id, 'started');
    await tell(cancelOf(id, { effectiveTimeS: effectiveTimeS() }));
    see(await saysOf(id, 'cancelTimeInvalid'));
    expect(simulated().contact.isClosed).toBe(false);
    await clearTable();
  });

  it('that a cancel with reserved bits is invalid', async () => {
    const id = await tell(event({ durationMinutes: 60 }));
    await saysOf(id, 'started');
    await tell(cancelOf(id, { cancelControl: 0x80 }));
    see(await saysOf(id, 'cancelInvalid'));
    await clearTable();
  });

  it('of an older stack that it has the event already, and that it was completed before', async () => {
    const id = await tell(event({ durationMinutes: 3 }), OLDER);
    await saysOf(id, 'started');
    await tell(event({ issuerEventId: id }), OLDER);
    see(await saysOf(id, 'duplicate'));
    await saysOf(id, 'completed');
    await tell(event({ issuerEventId: id }), OLDER);
    see(await saysOf(id, 'alreadyCompleted'));
  });

  it('started and completed later when start and end are randomised', async () => {
    const id = await tell(event({ eventControl: 3 }));
    await saysOf(id, 'received');
    const beganMs = wire.nowMs();
    await saysOf(id, 'started');
    expect(wire.nowMs() - beganMs).toBeGreaterThan(45_000);
    await saysOf(id, 'completed');
    expect(wire.nowMs() - beganMs).toBeGreaterThan(165_000);
  });

  it('every word of the vocabulary in one of these tests', () => {
    expect([...reached].sort()).toEqual(
      Object.values(EVENT_STATUS)
        .map(({ name }) => name)
        .sort(),
    );
  });
});
