import { describe, expect, it } from 'vitest';
import { type Fault, parseFault } from '../../firmware-sim/faults.ts';
import { type StandingHome, standHome, word } from './support.ts';

const READ_METER = '04 0000 000e';

function set(house: StandingHome, deviceId: string, fault: Fault): string | undefined {
  return house.home.devices[deviceId]?.setFault(fault, house.pass(0));
}

describe('fault knobs of a device', () => {
  it.each([
    [{ kind: 'silence' }],
    [{ kind: 'delay', delayMs: 2_000 }],
    [{ kind: 'badCrc' }],
    [{ kind: 'shortFrame' }],
    [{ kind: 'wrongUnit' }],
  ] as const)('$kind: a careful master accepts nothing, until it is cleared', (fault) => {
    const house = standHome('single-phase');
    expect(set(house, 'grid-meter', fault)).toBeUndefined();
    expect(house.ask('grid-meter', READ_METER)).toBe('silence');
    expect(house.ask('immersion-meter', READ_METER)).not.toBe('silence');
    house.home.devices['grid-meter']?.clearFaults(house.pass(0));
    expect(house.ask('grid-meter', READ_METER)).not.toBe('silence');
  });

  it('spoils as many requests as it is told', () => {
    const house = standHome('single-phase');
    set(house, 'grid-meter', { kind: 'silence', forRequests: 2 });
    const answers = [1, 2, 3].map(() => house.ask('grid-meter', READ_METER) === 'silence');
    expect(answers).toEqual([true, true, false]);
  });

  it('silence: the device does not hear either', () => {
    const house = standHome('single-phase');
    set(house, 'relay', { kind: 'silence' });
    house.ask('relay', '05 0000 ff00');
    house.pass(100);
    expect(house.home.heaterContact.isClosed).toBe(false);
  });

  it('a spoilt answer does not undo the command', () => {
    const house = standHome('single-phase');
    set(house, 'relay', { kind: 'shortFrame' });
    expect(house.ask('relay', '05 0000 ff00')).toBe('silence');
    house.pass(100);
    expect(house.home.heaterContact.isClosed).toBe(true);
  });

  it('delay: an answer that is late but in time is an answer', () => {
    const house = standHome('single-phase');
    set(house, 'grid-meter', { kind: 'delay', delayMs: 300 });
    expect(house.ask('grid-meter', READ_METER)).not.toBe('silence');
    expect(
      house.home.devices['grid-meter']?.answer(Buffer.from([4, 0, 0, 0, 2]), house.pass(0))?.afterMs,
    ).toBe(320);
  });

  it('exception: refuses and does nothing', () => {
    const house = standHome('single-phase');
    set(house, 'relay', { kind: 'exception', code: 6 });
    expect(house.ask('relay', '05 0000 ff00')).toBe('8506');
    house.pass(100);
    expect(house.home.heaterContact.isClosed).toBe(false);
  });

  it('frozen: repeats each reading bit for bit, and still obeys writes', () => {
    const house = standHome('single-phase');
    set(house, 'grid-meter', { kind: 'frozen' });
    const first = house.ask('grid-meter', READ_METER);
    house.pass(120_000);
    expect(house.ask('grid-meter', READ_METER)).toBe(first);
    house.home.devices['grid-meter']?.clearFaults(house.pass(0));
    expect(house.ask('grid-meter', READ_METER)).not.toBe(first);

    set(house, 'charge-point', { kind: 'frozen' });
    const frozen = house.ask('charge-point', `03 ${word(1100)} 0002`);
    house.ask('charge-point', `06 ${word(5004)} ${word(6_000)}`);
    expect(house.ask('charge-point', `03 ${word(1100)} 0002`)).toBe(frozen);
    expect(house.home.chargePoints[0]?.socket.pilotA).toBe(6);
  });

  it('reboot: dark while it boots, then its defaults', () => {
    const house = standHome('single-phase');
    house.ask('charge-point', `06 ${word(5004)} ${word(6_000)}`);
    house.ask('charge-point', `06 ${word(5016)} ${word(6_000)}`);
    house.ask('charge-point', `06 ${word(5018)} ${word(30)}`);
    set(house, 'charge-point', { kind: 'reboot' });
    house.pass(14_000);
    expect(house.ask('charge-point', `03 ${word(1100)} 0002`)).toBe('silence');
    expect(house.home.chargePoints[0]?.socket.pilotA).toBe(0);
    house.pass(1_000);
    expect(house.ask('charge-point', `03 ${word(1100)} 0002`)).toBe('030400007d00');
    expect(house.ask('charge-point', `03 ${word(1602)} 0002`)).toBe('030400000000');
  });

  it('reboot: a meter answers again after two seconds', () => {
    const house = standHome('single-phase');
    set(house, 'grid-meter', { kind: 'reboot' });
    house.pass(1_900);
    expect(house.ask('grid-meter', READ_METER)).toBe('silence');
    house.pass(100);
    expect(house.ask('grid-meter', READ_METER)).not.toBe('silence');
  });

  it('stuck contact: the relay reads as told while the load runs on, and follows once freed', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 0000 ff00');
    house.pass(1_000);
    set(house, 'relay', { kind: 'stuckContact', channel: 1 });
    house.ask('relay', '05 0000 0000');
    house.pass(1_000);
    expect(house.ask('relay', '01 0000 0008')).toBe('010100');
    expect(house.home.plant.heaterFlow.powerW[0]).toBeGreaterThan(2_500);
    house.home.devices.relay?.clearFaults(house.pass(0));
    house.pass(30);
    expect(house.home.plant.heaterFlow.powerW[0]).toBe(0);
  });

  it('says why a fault does not fit the device', () => {
    const house = standHome('single-phase');
    expect(set(house, 'charge-point', { kind: 'badCrc' })).toMatch(/on TCP.*wrongTransaction/);
    expect(set(house, 'grid-meter', { kind: 'wrongTransaction' })).toMatch(/serial line.*badCrc/);
    expect(set(house, 'grid-meter', { kind: 'stuckContact', channel: 1 })).toMatch(/no contact on channel 1/);
    expect(set(house, 'grid-meter', { kind: 'stuckPhases' })).toMatch(/no phases to change/);
  });
});

describe('faults as text', () => {
  it.each([
    [{ kind: 'silence', forRequests: 3 }],
    [{ kind: 'delay', delayMs: 1_500 }],
    [{ kind: 'exception', code: 4 }],
    [{ kind: 'reboot' }],
    [{ kind: 'stuckContact', channel: 8 }],
    [{ kind: 'stuckPhases' }],
  ])('reads %j', (value) => {
    expect(parseFault(value)).toEqual({ ok: true, fault: value });
  });

  it.each([
    [null, /object with a "kind"/],
    [{ kind: 'fire' }, /unknown fault "fire"; known are silence/],
    [{ kind: 'delay' }, /"delayMs" from 1/],
    [{ kind: 'exception', code: 0 }, /"code" from 1 to 255/],
    [{ kind: 'stuckContact', channel: 9 }, /"channel" from 1 to 8, found 9/],
    [{ kind: 'silence', forRequests: 0 }, /"forRequests" must be a whole number from 1/],
  ])('refuses %j', (value, expected) => {
    const parsed = parseFault(value);
    expect(parsed.ok ? '' : parsed.problem).toMatch(expected);
  });
});
