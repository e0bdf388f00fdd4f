import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';
import { NOON_MS, type StandingHome, standHome, word } from './support.ts';

function read(house: StandingHome, address: number): number {
  const reply = Buffer.from(house.ask('charge-point', `03 ${word(address)} 0002`), 'hex');
  expect(reply.subarray(0, 2).toString('hex')).toBe('0304');
  return reply.readUInt32BE(2);
}

function write(house: StandingHome, address: number, value: number): string {
  return house.ask('charge-point', `06 ${word(address)} ${word(value)}`);
}

describe('KEBA P30', () => {
  it('charges at its hardware maximum after power-on, until it is told otherwise', () => {
    const house = standHome('single-phase');
    house.pass(15_000);
    expect(read(house, 1000)).toBe(3);
    expect(read(house, 1004)).toBe(7);
    expect(read(house, 1100)).toBe(32_000);
    expect(read(house, 1110)).toBe(32_000);
    expect(Math.abs(read(house, 1008) - 32_000)).toBeLessThan(100);
    expect(read(house, 1010)).toBe(0);
    expect(String(read(house, 1016))).toMatch(/^3\d{5}$/);
  });

  it('gives power in mW and energy in 0.1 Wh', () => {
    const house = standHome('single-phase');
    house.pass(3_600_000);
    const { socket } = house.home.chargePoints[0] as (typeof house.home.chargePoints)[number];
    expect(read(house, 1020) / socket.flow.totalPowerW()).toBeCloseTo(1000, -1);
    expect(read(house, 1036)).toBe(Math.round(socket.flow.totalImportWh() * 10));
    expect(read(house, 1502)).toBe(read(house, 1036));
  });

  it('has voltages only while it charges', () => {
    const house = standHome('single-phase');
    expect(read(house, 1040)).toBe(0);
    house.pass(15_000);
    expect(read(house, 1040)).toBeGreaterThan(200);
    write(house, 5004, 0);
    house.pass(3_000);
    expect(read(house, 1040)).toBe(0);
  });

  it('suspends at 0 mA and resumes at the next value', () => {
    const house = standHome('single-phase');
    house.pass(15_000);
    expect(write(house, 5004, 0)).toBe(`06138c${word(0)}`);
    house.pass(3_000);
    expect(read(house, 1000)).toBe(5);
    expect(read(house, 1100)).toBe(0);
    expect(read(house, 1020)).toBe(0);
    write(house, 5004, 10_000);
    house.pass(8_000);
    expect(read(house, 1000)).toBe(3);
    expect(Math.abs(read(house, 1008) - 10_000)).toBeLessThan(50);
  });

  it('changes over to one phase and back only by the source Modbus, suspended meanwhile', () => {
    const bench = benchChargePoint('keba-p30', { phases: 3 });
    bench.pass(20);
    expect(bench.ask('03 0610 0002')).toBe('030400000001');
    expect(bench.ask('06 13bc 0000')).toBe('8603');
    expect(bench.ask('06 13ba 0003')).toBe('0613ba0003');
    expect(bench.ask('06 13bc 0000')).toBe('0613bc0000');
    bench.pass(4);
    expect([bench.ask('03 03e8 0002'), bench.ask('03 0610 0002')]).toEqual(['030400000005', '030400000001']);
    expect(bench.socket.flow.currentA).toEqual([0, 0, 0]);
    bench.pass(16);
    expect(bench.ask('03 0610 0002')).toBe('030400000000');
    expect(bench.socket.flow.currentA).toEqual([expect.closeTo(32, 3), 0, 0]);
    bench.ask('06 13bc 0001');
    bench.pass(20);
    expect(bench.socket.flow.currentA[2]).toBeCloseTo(32, 3);
    bench.ask('06 13bc 0000');
    bench.powerCycle();
    bench.pass(40);
    expect(bench.ask('03 0610 0002'), 'forgets with its supply').toBe('030400000001');
  });

  it('says state 1 and no car while nothing is plugged in', () => {
    const house = standHome('single-phase', NOON_MS);
    expect(read(house, 1000)).toBe(1);
    expect(read(house, 1004) & 4).toBe(0);
  });

  it('falls to the fail-safe current when no command comes in time, and back with the next one', () => {
    const house = standHome('single-phase');
    write(house, 5004, 20_000);
    write(house, 5016, 6_000);
    write(house, 5018, 30);
    expect(read(house, 1600)).toBe(6_000);
    expect(read(house, 1602)).toBe(30);
    const [chargePoint] = house.home.chargePoints;
    house.pass(29_500);
    expect(chargePoint?.socket.pilotA).toBe(20);
    house.pass(1_000);
    expect(chargePoint?.firmware.isFailSafe).toBe(true);
    expect(chargePoint?.socket.pilotA).toBe(6);
    expect(read(house, 1100)).toBe(20_000);
    expect(chargePoint?.socket.pilotA).toBe(20);
  });

  it('re-arms its watchdog with any command, also one that it refuses', () => {
    const house = standHome('single-phase');
    write(house, 5018, 5);
    for (let index = 0; index < 5; index += 1) {
      house.pass(4_000);
      house.ask('charge-point', '10 138c 0001 02 1770');
      expect(house.home.chargePoints[0]?.firmware.isFailSafe).toBe(false);
    }
    house.pass(5_500);
    expect(house.home.chargePoints[0]?.socket.pilotA).toBe(0);
  });

  it('turns the watchdog off with a time-out of 0 and charges on at the highest value', () => {
    const house = standHome('single-phase');
    write(house, 5016, 6_000);
    write(house, 5018, 10);
    write(house, 5004, 8_000);
    write(house, 5018, 0);
    house.pass(3_600_000);
    expect(house.home.chargePoints[0]?.firmware.isFailSafe).toBe(false);
    expect(house.home.chargePoints[0]?.socket.pilotA).toBe(32);
  });

  it.each([
    ['FC4', '04 03e8 0002', '8401'],
    ['FC16', '10 138c 0001 02 1770', '9001'],
    ['a block of two values', '03 03e8 0004', '8303'],
    ['an address between two values', '03 03e9 0002', '8302'],
    ['a register of the P40', '03 04b0 0002', '8302'],
    ['a current between 0 and 6 A', `06 138c ${word(5_999)}`, '8603'],
    ['a current above 32 A', `06 138c ${word(32_001)}`, '8603'],
    ['a fail-safe time-out of 4 s', `06 139a ${word(4)}`, '8603'],
    ['a fail-safe time-out of 601 s', `06 139a ${word(601)}`, '8603'],
    ['a fail-safe current of 3 A', `06 1398 ${word(3_000)}`, '8603'],
    ['a phase switch without the source set', '06 13bc 0000', '8603'],
    ['a write to a reading', '06 03e8 0000', '8602'],
  ])('refuses %s', (_, request, expected) => {
    expect(standHome('three-phase').ask('charge-point', request)).toBe(expected);
  });

  it('answers a count of one with four data bytes, as a P30 was seen to', () => {
    expect(standHome('single-phase').ask('charge-point', '03 044c 0001')).toBe('030400007d00');
  });

  it("counts requests beyond the maker's pace and obeys them all the same", () => {
    const house = standHome('single-phase');
    read(house, 1000);
    house.pass(500);
    read(house, 1000);
    house.pass(100);
    read(house, 1000);
    write(house, 5004, 6_000);
    house.pass(4_900);
    write(house, 5004, 7_000);
    house.pass(5_000);
    write(house, 5004, 8_000);
    const { firmware } = house.home.chargePoints[0] as (typeof house.home.chargePoints)[number];
    expect(firmware).toMatchObject({ paceViolations: { reads: 1, writes: 1 }, setpointWrites: 3 });
    expect(read(house, 1100)).toBe(8_000);
  });

  it('ends a session at its energy limit and when the plug is unlocked', () => {
    const house = standHome('single-phase');
    write(house, 5010, 100);
    house.pass(3_600_000);
    expect(read(house, 1000)).toBe(1);
    expect(read(house, 1502) / 10).toBeGreaterThan(999);
    expect(read(house, 1502) / 10).toBeLessThan(1_010);

    const other = standHome('single-phase');
    other.pass(15_000);
    write(other, 5012, 0);
    other.pass(2_000);
    expect(read(other, 1020)).toBe(0);
  });

  it('does not charge while it is not enabled', () => {
    const house = standHome('single-phase');
    write(house, 5014, 0);
    house.pass(15_000);
    expect(read(house, 1020)).toBe(0);
    write(house, 5014, 1);
    house.pass(15_000);
    expect(read(house, 1000)).toBe(3);
  });

  it('changes over between three phases and one by itself', () => {
    const house = standHome('three-phase');
    house.pass(15_000);
    expect(read(house, 1552)).toBe(1);
    expect(read(house, 1012)).toBeGreaterThan(31_000);
    write(house, 5050, 3);
    write(house, 5052, 0);
    house.pass(5_000);
    expect(read(house, 1020)).toBe(0);
    house.pass(20_000);
    expect(read(house, 1552)).toBe(0);
    expect(read(house, 1008)).toBeGreaterThan(31_000);
    expect(read(house, 1012)).toBe(0);
  });
});
