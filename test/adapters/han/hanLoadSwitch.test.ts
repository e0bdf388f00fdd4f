import { describe, expect, it } from 'vitest';
import { ADDRESS, SteppedHan, switchDevice } from './steppedHan.ts';

const OPEN = { kind: 'setSwitch', relayChannel: 1, position: 'open' } as const;
const CLOSED = { kind: 'setSwitch', relayChannel: 1, position: 'closed' } as const;
const MINUTE_MS = 60_000;

async function ready(options: ConstructorParameters<typeof SteppedHan>[0] = {}) {
  const han = new SteppedHan(options);
  await han.untilReady();
  return { han, simulated: han.home.switchAt(ADDRESS, 9) };
}

/** Ready, and the load shed. */
async function shed(options: ConstructorParameters<typeof SteppedHan>[0] = {}) {
  const { han, simulated } = await ready(options);
  expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toEqual({ ok: true });
  await han.run(1_000);
  expect(await han.position()).toBe('open');
  return { han, simulated };
}

describe('a load switch on the HAN', () => {
  it('is unknown until it has said something about itself, although it answers', async () => {
    const { han } = await ready();
    expect(await han.position()).toBe('switch-not-confirmed');
    expect(han.loadSwitch.report().contact).toBe('answering');
  });

  it('opens by an event, and is read as open only when it has reported so itself', async () => {
    const { han, simulated } = await ready();
    simulated.reportsToLose = 99;
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toMatchObject({ ok: false });
    await han.run(500);
    expect(simulated.contact.isClosed).toBe(false);
    expect(await han.position()).toBe('switch-not-confirmed');
    simulated.reportsToLose = 0;
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toEqual({ ok: true });
    await han.run(500);
    expect(await han.position()).toBe('open');
  });

  it('opens within a second of the command', async () => {
    const { han, simulated } = await ready();
    void han.loadSwitch.apply(OPEN, 'narrowing');
    await han.run(200);
    expect(simulated.contact.isClosed).toBe(false);
  });

  it('closes by a cancel of the event', async () => {
    const { han, simulated } = await shed();
    expect(await han.outcome(han.loadSwitch.apply(CLOSED, 'widening'))).toEqual({ ok: true });
    await han.run(1_000);
    expect(simulated.contact.isClosed).toBe(true);
    expect(await han.position()).toBe('closed');
    expect(simulated.reported).toEqual([0x01, 0x02, 0x06]);
    expect(simulated.events).toBe(0);
  });

  it('opens again at once when the cancel is still under way', async () => {
    const { han, simulated } = await shed();
    void han.loadSwitch.apply(CLOSED, 'widening');
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toEqual({ ok: true });
    await han.run(1_000);
    expect(simulated.contact.isClosed).toBe(false);
    expect(await han.position()).toBe('open');
  });

  it('is kept open far beyond one event, without the contact moving', async () => {
    const { han, simulated } = await shed();
    const operations = simulated.contact.operations;
    await han.run(70 * MINUTE_MS);
    expect(simulated.contact.isClosed).toBe(false);
    expect(simulated.contact.operations).toBe(operations);
    expect(simulated.reported.filter((status) => status === 0x07).length).toBeGreaterThanOrEqual(4);
    expect(await han.position()).toBe('open');
  }, 60_000);

  it('comes back by itself when the gateway has died: it fails on', async () => {
    const { han, simulated } = await shed({
      controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 2 }],
    });
    han.isGatewayAlive = false;
    await han.run(3 * MINUTE_MS);
    expect(simulated.contact.isClosed).toBe(true);
    expect(simulated.reported.at(-1)).toBe(0x03);
  });

  it('is told nothing by polls alone: without finished cycles no event is renewed', async () => {
    const { han, simulated } = await shed({
      controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 1 }],
    });
    han.loadSwitch.keepAlive = () => {};
    await han.run(90_000);
    expect(simulated.contact.isClosed).toBe(true);
    expect(await han.position()).toBe('closed');
    expect(han.loadSwitch.controllers()[0]).toMatchObject({ commanded: 'open', confirmed: 'closed' });
  });

  it('never randomises a narrowing', async () => {
    const { han } = await shed();
    const event = han.air.find(({ payload }) => payload.length === 26 && payload[2] === 0);
    expect(event?.payload[25]).toBe(0);
  });

  it('may randomise the release, when the plan says so', async () => {
    const controllers = [
      { relayChannel: 1, deviceClasses: ['waterHeater'], randomiseRelease: true },
    ] as const;
    const { han } = await shed({ controllers });
    await han.outcome(han.loadSwitch.apply(CLOSED, 'widening'));
    expect(han.air.findLast(({ payload }) => payload.length === 15)?.payload[10]).toBe(1);
  });

  it('refuses what a load switch cannot do', async () => {
    const { han } = await ready();
    expect(await han.loadSwitch.apply({ kind: 'setChargeCurrent', currentA: 6 }, 'narrowing')).toMatchObject({
      ok: false,
      fault: 'write-refused',
    });
    expect(await han.loadSwitch.apply({ ...OPEN, relayChannel: 2 }, 'narrowing')).toMatchObject({
      fault: 'write-refused',
    });
    expect(await han.loadSwitch.secureFallback({ currentA: 0, timeoutMs: 1 })).toMatchObject({ ok: false });
  });

  it('says in its report that the device class of the plan does not fit', async () => {
    const { han, simulated } = await ready({ devices: [switchDevice({ deviceClass: 0x0400 })] });
    expect(han.loadSwitch.report().unfit).toContain('its device class is electricVehicle');
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toMatchObject({
      ok: false,
      fault: 'switch-not-confirmed',
    });
    expect(simulated.contact.isClosed).toBe(true);
    expect(simulated.ignoredEvents).toBe(1);
  });
});

describe('the user', () => {
  it('who opts out has the load on, read as closed though told to open, with the reason', async () => {
    const { han, simulated } = await shed();
    simulated.pressBoost(true);
    await han.run(500);
    expect(simulated.contact.isClosed).toBe(true);
    expect(await han.position()).toBe('closed');
    expect(han.loadSwitch.controllers()[0]).toMatchObject({
      commanded: 'open',
      confirmed: 'closed',
      because: 'the user has opted out (boost)',
    });
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toEqual({ ok: true });
    await han.run(20_000);
    expect(simulated.contact.isClosed).toBe(true);
  });

  it('who opts in again has it off again', async () => {
    const { han, simulated } = await shed();
    simulated.pressBoost(true);
    await han.run(500);
    simulated.pressBoost(false);
    await han.run(500);
    expect(await han.position()).toBe('open');
    expect(simulated.reported).toEqual([0x01, 0x02, 0x04, 0x05]);
  });

  it('is left in peace until the event ends, and no longer', async () => {
    const { han, simulated } = await shed({
      controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 2 }],
    });
    simulated.pressBoost(true);
    await han.run(100_000);
    expect(simulated.contact.isClosed).toBe(true);
    await han.run(40_000);
    expect(simulated.contact.isClosed).toBe(false);
    expect(simulated.reported).toContain(0x08);
    expect(await han.position()).toBe('open');
  });
});

describe('a restart', () => {
  it('of the switch during an event: it asks for it and gets it', async () => {
    const { han, simulated } = await shed();
    simulated.restart();
    await han.run(100);
    expect(simulated.contact.isClosed).toBe(true);
    await han.run(2_000);
    expect(simulated.contact.isClosed).toBe(false);
    expect(await han.position()).toBe('open');
  });

  it('of the switch gives it only what is left of the event', async () => {
    const { han, simulated } = await shed({
      controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 4 }],
    });
    han.loadSwitch.keepAlive = () => {};
    await han.run(2.5 * MINUTE_MS);
    simulated.restart();
    await han.run(1.2 * MINUTE_MS);
    expect(simulated.contact.isClosed).toBe(false);
    await han.run(1.5 * MINUTE_MS);
    expect(simulated.contact.isClosed).toBe(true);
  });

  it('of the switch without an event: it is told that there is none, and is known to be closed', async () => {
    const { han, simulated } = await ready();
    simulated.restart();
    await han.run(2_000);
    expect(await han.position()).toBe('closed');
    expect(han.air.at(-1)?.payload.subarray(2)).toEqual(Buffer.from([0x0b, 0x01, 0x8b]));
  });

  it('of the gateway during an event: the new one takes the switch over with a new number', async () => {
    const { han, simulated } = await shed();
    await han.restartGateway();
    await han.untilReady();
    expect(await han.position()).toBe('switch-not-confirmed');
    expect(simulated.contact.isClosed).toBe(false);
    expect(await han.outcome(han.loadSwitch.apply(OPEN, 'narrowing'))).toEqual({ ok: true });
    await han.run(1_000);
    expect(await han.position()).toBe('open');
    expect(simulated.reported).toEqual([0x01, 0x02, 0x01, 0x07, 0x02]);
    expect(simulated.events).toBe(1);
  });

  it('of the gateway: what an earlier life left is ended by one cancel of all', async () => {
    const { han, simulated } = await shed();
    await han.restartGateway();
    await han.untilReady();
    await han.outcome(han.loadSwitch.apply(CLOSED, 'widening'));
    await han.run(1_000);
    expect(simulated.contact.isClosed).toBe(true);
    expect(await han.position()).toBe('closed');
  });

  it('of the gateway without an event: a cancel of all that cancels nothing proves the position', async () => {
    const { han, simulated } = await ready();
    await han.outcome(han.loadSwitch.apply(CLOSED, 'widening'));
    await han.run(500);
    expect(await han.position()).toBe('closed');
    expect(simulated.reported).toEqual([]);
  });

  it('of the gateway: once every event of before must be over, the switch is known to be closed', async () => {
    const { han } = await ready({
      controllers: [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 1 }],
    });
    await han.run(1.5 * MINUTE_MS);
    expect(await han.position()).toBe('switch-not-confirmed');
    await han.run(MINUTE_MS);
    expect(await han.position()).toBe('closed');
  });

  it('of the gateway: the end of an event of before is believed', async () => {
    const controllers = [{ relayChannel: 1, deviceClasses: ['waterHeater'], eventMinutes: 3 }] as const;
    const { han, simulated } = await shed({ controllers });
    await han.run(1.4 * MINUTE_MS);
    await han.restartGateway();
    await han.untilReady();
    expect(await han.position()).toBe('switch-not-confirmed');
    await han.run(1.6 * MINUTE_MS);
    expect(simulated.contact.isClosed).toBe(true);
    expect(await han.position()).toBe('closed');
  });
});

describe('loss of contact', () => {
  it('makes the position unknown, and the way back proves it again', async () => {
    const { han, simulated } = await shed();
    const [device] = han.home.air;
    if (device === undefined) throw new Error('no device');
    device.isInReach = false;
    await han.run(9_000);
    expect(await han.position()).toBe('device-timeout');
    expect(han.loadSwitch.report()).toMatchObject({ contact: 'lost', fault: 'device-timeout' });
    device.isInReach = true;
    await han.run(20_000);
    expect(await han.position()).toBe('open');
    expect(simulated.contact.isClosed).toBe(false);
    expect(han.loadSwitch.report().contacts).toBe(2);
  });

  it('with a restart of the switch in the dark does not leave the load on', async () => {
    const { han, simulated } = await shed();
    const [device] = han.home.air;
    if (device === undefined) throw new Error('no device');
    device.isInReach = false;
    simulated.restart();
    await han.run(10_000);
    expect(simulated.contact.isClosed).toBe(true);
    device.isInReach = true;
    await han.run(40_000);
    expect(simulated.contact.isClosed).toBe(false);
    expect(await han.position()).toBe('open');
  });

  it('of the radio stick is an offline device, and a stick that returns is brought up again', async () => {
    const { han, simulated } = await shed();
    han.unplug();
    expect(await han.loadSwitch.apply(CLOSED, 'widening')).toMatchObject({
      ok: false,
      fault: 'device-offline',
    });
    expect(await han.loadSwitch.apply(OPEN, 'narrowing')).toMatchObject({
      ok: false,
      fault: 'device-offline',
    });
    await han.run(9_000);
    expect(await han.position()).toBe('device-offline');
    han.isUnplugged = false;
    await han.run(60_000);
    expect(await han.position()).toBe('open');
    expect(simulated.contact.isClosed).toBe(false);
  });

  it('does not age a reading that is fresh: it is as old as the last sign of life', async () => {
    const { han } = await shed();
    await han.run(30_000);
    const reading = (await han.loadSwitch.poll())['relayClosed.1'];
    if (reading?.state !== 'measured') throw new Error('not measured');
    expect(han.clock.runningMs() - reading.measuredAtMs).toBeLessThan(2_500);
  });

  it('finds a switch that came back under another short address', async () => {
    const { han } = await shed();
    const [device] = han.home.air;
    if (device === undefined) throw new Error('no device');
    device.shortAddress = 0x1111;
    await han.run(15_000);
    expect(await han.position()).toBe('open');
    expect(await han.outcome(han.loadSwitch.apply(CLOSED, 'widening'))).toEqual({ ok: true });
  });
});

describe('five controllers of one meter', () => {
  const channels = [1, 2, 3, 4, 5];
  const controllers = channels.map((relayChannel) => ({
    relayChannel,
    endpoint: 10 + relayChannel,
    deviceClasses: ['waterHeater'] as const,
  }));
  const devices = [
    {
      ...switchDevice(),
      controllers: channels.map((channel) => ({ endpoint: 10 + channel, deviceClass: 4 })),
    },
  ];

  it('are switched each for itself', async () => {
    const { han } = { han: new SteppedHan({ devices, controllers }) };
    await han.untilReady();
    await han.outcome(han.loadSwitch.apply({ ...OPEN, relayChannel: 2 }, 'narrowing'));
    await han.outcome(han.loadSwitch.apply({ ...OPEN, relayChannel: 5 }, 'narrowing'));
    await han.outcome(han.loadSwitch.apply({ ...CLOSED, relayChannel: 1 }, 'widening'));
    await han.run(1_000);
    const positions = await Promise.all(channels.map((channel) => han.position(channel)));
    expect(positions).toEqual(['closed', 'open', 'switch-not-confirmed', 'switch-not-confirmed', 'open']);
    const closed = channels.map((channel) => han.home.switchAt(ADDRESS, 10 + channel).contact.isClosed);
    expect(closed).toEqual([true, false, true, true, false]);
  });

  it('need a channel and an endpoint of their own', () => {
    const plan = { relayChannel: 1, deviceClasses: ['waterHeater'] } as const;
    expect(() => new SteppedHan({ controllers: [plan, { ...plan, relayChannel: 2 }] })).toThrow(/of its own/);
    expect(() => new SteppedHan({ controllers: [{ ...plan, relayChannel: 6 }] })).toThrow(/out of its range/);
    expect(() => new SteppedHan({ controllers: [{ ...plan, eventMinutes: 1441 }] })).toThrow(
      /out of its range/,
    );
    expect(() => new SteppedHan({ controllers: [{ ...plan, address: 'abc' }] })).toThrow(/16 hexadecimal/);
  });
});
