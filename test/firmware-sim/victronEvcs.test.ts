import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';

describe('Victron EV Charging Station', () => {
  it('heeds current and stop in manual mode only', () => {
    const bench = benchChargePoint('victron-evcs');
    expect(bench.ask('03 1391 0001')).toBe('03020001');
    expect(bench.ask('06 1398 000a')).toBe('061398000a');
    bench.ask('06 1392 0000');
    expect(bench.socket.pilotA).toBe(32);
    bench.ask('06 1391 0000');
    expect(bench.socket.pilotA).toBe(0);
    bench.ask('06 1392 0001');
    expect(bench.socket.pilotA).toBe(10);
    bench.ask('06 1391 0002');
    expect(bench.socket.pilotA).toBe(32);
    expect(bench.firmware.setpointWrites).toBe(1);
  });

  it('goes through the states of a session', () => {
    const bench = benchChargePoint('victron-evcs', { isCarPlugged: false });
    const status = () => bench.data('03 1397 0001').readUInt16BE();
    bench.ask('06 1391 0000');
    expect(status()).toBe(0);
    bench.socket.car.plugIn();
    expect(status()).toBe(21);
    bench.pass(12);
    expect(status()).toBe(2);
    bench.ask('06 1392 0000');
    expect(status()).toBe(24);
    bench.pass(3);
    expect(status()).toBe(6);
  });

  it('says that it changes over to one phase and back', () => {
    const bench = benchChargePoint('victron-evcs', { phases: 3 });
    const status = () => bench.data('03 1397 0001').readUInt16BE();
    bench.ask('06 1391 0000');
    bench.pass(15);
    bench.ask('06 13bf 0001');
    expect([status(), bench.ask('03 13bf 0001')]).toEqual([23, '03020001']);
    bench.pass(20);
    expect([status(), ...bench.socket.flow.currentA]).toEqual([2, expect.closeTo(32, 3), 0, 0]);
    bench.ask('06 13bf 0000');
    expect(status()).toBe(22);
    bench.pass(20);
    expect(bench.socket.flow.currentA[2]).toBeCloseTo(32, 3);
  });

  it('measures in watts, tenths of an ampere and hundredths of a kilowatt-hour', () => {
    const bench = benchChargePoint('victron-evcs');
    bench.pass(3600);
    const powerW = Math.round(bench.socket.flow.totalPowerW());
    const energyWh = bench.socket.flow.totalImportWh();
    expect(bench.data('03 1393 0004').readUInt16BE(0)).toBe(powerW);
    expect(bench.data('03 1393 0004').readUInt16BE(6)).toBe(powerW);
    expect(bench.ask('03 139a 0001')).toBe('03020140');
    expect(bench.data('03 139b 0002').readUInt32BE()).toBe(3600);
    expect(bench.data('03 139d 0001').readUInt16BE()).toBe(Math.round(energyWh / 10));
    expect(bench.data('03 139f 0002').readUInt32BE()).toBe(Math.round(energyWh / 10));
  });

  it('turns the characters of a text round in each word', () => {
    const bench = benchChargePoint('victron-evcs');
    expect(bench.data('03 1389 0006').toString('latin1')).toBe('QH3240BADCFE');
    expect(bench.data('03 1389 0006').swap16().toString('latin1')).toBe('HQ2304ABCDEF');
  });

  it('keeps its last current for ever, also over the loss of its supply', () => {
    const bench = benchChargePoint('victron-evcs');
    bench.ask('06 1391 0000');
    bench.ask('06 1398 0008');
    bench.pass(4 * 3600);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([8, false]);
    bench.powerCycle();
    bench.pass(15);
    expect(bench.ask('03 1391 0001')).toBe('03020000');
    expect(bench.socket.pilotA).toBe(8);
  });

  it('starts a new session by itself only with autostart', () => {
    const bench = benchChargePoint('victron-evcs');
    bench.ask('10 1391 0002 04 0000 0000');
    const drive = () => {
      bench.socket.car.plugOut();
      bench.pass(1);
      bench.socket.car.plugIn();
      bench.pass(1);
    };
    bench.ask('06 13b9 0000');
    drive();
    expect(bench.socket.pilotA).toBe(0);
    bench.ask('06 13b9 0001');
    drive();
    expect(bench.socket.pilotA).toBe(32);
  });

  it('stays within its minimum and its maximum', () => {
    const bench = benchChargePoint('victron-evcs');
    bench.ask('06 13c6 0008');
    bench.ask('06 1399 0014');
    expect(bench.ask('06 1398 0007')).toBe('8603');
    expect(bench.ask('06 1398 0015')).toBe('8603');
  });

  it.each([
    ['a current of 0', '06 1398 0000', '8603'],
    ['a mode of 3', '06 1391 0003', '8603'],
    ['a write to its status', '06 1397 0000', '8602'],
    ['FC4', '04 1397 0001', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('victron-evcs').ask(request)).toBe(expected);
  });
});
