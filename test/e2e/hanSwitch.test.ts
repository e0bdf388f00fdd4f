import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHanHome } from '../../firmware-sim/han/hanHomeOnPty.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { HAN_LOAD_SWITCH } from '../../src/domain/sitePlan.ts';
import { makeKeys, signCommand, writeTrust } from '../support/keys.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const ADDRESS = '00124b0001abcdef';
const ENDPOINT = 9;
const WATER_HEATER = 0x0004;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

describe('a home with a load switch on a radio', () => {
  it('the gateway closes it when there is room, opens it when there is none, and says what the switch confirms', async () => {
    const han = openHanHome({
      devices: [
        {
          address: ADDRESS,
          shortAddress: 0x4d2a,
          controllers: [{ endpoint: ENDPOINT, deviceClass: WATER_HEATER, random: () => 0.5 }],
        },
      ],
    });
    bed.onClose(() => han.close());
    const contact = () => han.home.switchAt(ADDRESS, ENDPOINT).contact.isClosed;
    const broker = await bed.openBroker();
    const desk = await mqtt.connectAsync(broker.url);
    bed.onClose(() => desk.endAsync());
    const keys = makeKeys();
    const home = await bed.openHome({
      name: 'han',
      brokerUrl: broker.url,
      settings: writeTrust(bed.folder, keys),
    });
    const { plan } = home;
    home.writePlan({
      ...plan,
      radios: [{ radioId: 'han', path: han.path }],
      devices: [
        ...plan.devices,
        {
          deviceId: 'tank-switch',
          profile: HAN_LOAD_SWITCH,
          connection: { kind: 'han', radioId: 'han', address: ADDRESS, deviceClass: 'waterHeater' },
          unit: ENDPOINT,
        },
      ],
      loads: [
        ...plan.loads,
        {
          kind: 'switchedLoad',
          loadId: 'tank',
          deviceId: 'tank-switch',
          circuitId: 'connection-point',
          priority: 9,
          phaseMap: { L1: 'L1' },
          ratingA: 10,
          relayChannel: 1,
          floor: 'open',
          safePosition: 'open',
          minimumOpenMs: 1000,
        },
      ],
    });
    await home.gateway.start();
    const tank = async () => (await home.gateway.status())?.loads.find(({ loadId }) => loadId === 'tank');
    await until('the switch is met', async () => (await tank())?.inForce === 'closed', { withinMs: 40_000 });
    expect(contact()).toBe(true);

    const request = {
      schema: 'loadgate.curtailment/1',
      id: 'nothing-left',
      direction: 'import',
      basis: 'phaseCurrentA',
      ceiling: 0,
      durationSeconds: 600,
      reason: 'a test',
    };
    const signed = signCommand(keys, 'curtailment', request, { gatewayId: 'han', utcMs: Date.now() });
    await desk.publishAsync(topicOf('han', 'curtailment'), signed, { qos: 1 });
    await until('the contact is open', () => !contact(), { withinMs: 10_000 });
    await until('the switch says so', async () => (await tank())?.inForce === 'open', { withinMs: 10_000 });
    const devices = await home.ask('devices');
    expect(devices.stdout).toContain('told open, confirmed open');
    expect((await home.ask('limits')).stdout).toContain('import at most 0.0 A');
  });
});
