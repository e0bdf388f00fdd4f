import { describe, expect, it } from 'vitest';
import { type StandingHome, standHome } from './support.ts';

const positions = (house: StandingHome): string => house.ask('relay', '01 0000 0008');

describe('Waveshare Modbus RTU Relay 8CH', () => {
  it('is off after power-up', () => {
    expect(positions(standHome('single-phase'))).toBe('010100');
  });

  it('switches one relay, all relays and a mask', () => {
    const house = standHome('single-phase');
    expect(house.ask('relay', '05 0002 ff00')).toBe('050002ff00');
    expect(positions(house)).toBe('010104');
    house.ask('relay', '05 0002 5500');
    expect(positions(house)).toBe('010100');
    house.ask('relay', '05 00ff ff00');
    expect(positions(house)).toBe('0101ff');
    expect(house.ask('relay', '0f 0000 0008 01 5a')).toBe('0f00000008');
    expect(positions(house)).toBe('01015a');
    house.ask('relay', '05 00ff 5500');
    expect(positions(house)).toBe('0101a5');
    expect(house.ask('relay', '01 0004 0002')).toBe('010102');
  });

  it('lets a flash-on end by itself, counted from the last command', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 0200 0014');
    house.pass(1_500);
    expect(positions(house)).toBe('010101');
    house.ask('relay', '05 0200 0014');
    house.pass(1_500);
    expect(positions(house)).toBe('010101');
    house.pass(750);
    expect(positions(house)).toBe('010100');
  });

  it('lets a flash-off end by itself', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 0001 ff00');
    house.ask('relay', '05 0401 000a');
    expect(positions(house)).toBe('010100');
    house.pass(1_250);
    expect(positions(house)).toBe('010102');
  });

  it('forgets a flash at the next plain command', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 0200 000a');
    house.ask('relay', '05 0000 ff00');
    house.pass(60_000);
    expect(positions(house)).toBe('010101');
  });

  it('has no watchdog: it stays as it was', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 0000 ff00');
    house.pass(86_400_000);
    expect(positions(house)).toBe('010101');
  });

  it('is off after a reboot', () => {
    const house = standHome('single-phase');
    house.ask('relay', '05 00ff ff00');
    house.home.devices.relay?.setFault({ kind: 'reboot' }, house.pass(0));
    house.pass(1_000);
    expect(positions(house)).toBe('010100');
  });

  it('shows its version and keeps a new unit number', () => {
    const house = standHome('single-phase');
    expect(house.ask('relay', '03 8000 0001')).toBe('030200c8');
    expect(house.ask('relay', '03 4000 0001')).toBe('03020003');
    house.ask('relay', '06 4000 0009');
    expect(house.home.devices.relay?.unit).toBe(9);
  });

  it('hears a broadcast', () => {
    const house = standHome('single-phase');
    house.home.devices.relay?.hearBroadcast(Buffer.from([5, 0, 0, 0xff, 0]), house.pass(0));
    house.home.devices['grid-meter']?.hearBroadcast(Buffer.from([4, 0, 0, 0, 2]), house.pass(0));
    expect(positions(house)).toBe('010101');
  });

  it.each([
    ['a coil value that is none', '05 0000 1234', '8503'],
    ['a ninth relay', '05 0008 ff00', '8502'],
    ['a flash of nothing', '05 0200 0000', '8503'],
    ['a flash beyond 0x7FFF', '05 0200 8000', '8503'],
    ['a read beyond relay 8', '01 0004 0008', '8102'],
    ['nine coils', '01 0000 0009', '8103'],
    ['a mask beyond relay 8', '0f 0004 0008 01 ff', '8f02'],
    ['a mask that is cut off', '0f 0000 0008 01', '8f03'],
    ['input registers', '04 0000 0002', '8401'],
    ['unit 0', '06 4000 0000', '8603'],
    ['a setting that does not exist', '03 1234 0001', '8302'],
  ])('refuses %s', (_, request, expected) => {
    expect(standHome('single-phase').ask('relay', request)).toBe(expected);
  });
});
