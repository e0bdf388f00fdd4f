import { describe, expect, it } from 'vitest';
import { benchChargePoint, type ChargePointBench } from './chargePointBench.ts';

const RELEASE = '06 0514 0001';
const setCurrent = (currentA: number) => `10 0515 0001 02 00${currentA.toString(16).padStart(2, '0')}`;
const stateOf = (bench: ChargePointBench) => bench.data('03 0513 0001').toString('latin1');

describe('Phoenix Contact CHARX', () => {
  it('charges nothing before it is released', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.pass(60);
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([0, 'B1']);
    bench.ask(RELEASE);
    bench.ask(setCurrent(16));
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([16, 'B2']);
    bench.pass(8);
    expect(stateOf(bench)).toBe('C2');
    expect(bench.ask('03 0511 0001')).toBe('03020010');
    bench.socket.car.plugOut();
    expect(stateOf(bench)).toBe('A2');
  });

  it('pauses at a current outside of 6 to 80 A and goes on at one inside', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.ask(RELEASE);
    bench.ask(setCurrent(0));
    expect(bench.ask('03 0514 0001')).toBe('03020000');
    expect(bench.socket.pilotA).toBe(0);
    bench.ask(setCurrent(6));
    expect(bench.ask('03 0514 0001')).toBe('03020001');
    expect(bench.socket.pilotA).toBe(6);
    bench.ask(setCurrent(81));
    expect(bench.socket.pilotA).toBe(0);
  });

  it('has its watchdog off until it is told a time', () => {
    const bench = benchChargePoint('phoenix-charx');
    expect(bench.ask('03 051a 0002')).toBe('03040010ffff');
    bench.ask(RELEASE);
    bench.pass(24 * 3600);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([32, false]);
  });

  it('is fed by writes alone: however often it is read, it falls back and withdraws the release', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.ask('06 051a 0008');
    bench.ask('06 051b 001e');
    bench.ask(setCurrent(16));
    bench.ask(RELEASE);
    bench.pass(29.5, { pduHex: '03 0513 0001', everyS: 1 });
    expect(bench.socket.pilotA).toBe(16);
    bench.pass(0.5, { pduHex: '03 0513 0001', everyS: 0.25 });
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([0, true]);
    expect(bench.ask('03 0511 0001')).toBe('03020008');
    bench.ask(setCurrent(16));
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([0, false]);
    bench.ask(RELEASE);
    expect(bench.socket.pilotA).toBe(16);
  });

  it('stays with its current while it is written often enough', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.ask(RELEASE);
    bench.ask('06 051b 001e');
    bench.pass(300, { pduHex: setCurrent(12), everyS: 20 });
    expect([bench.socket.pilotA, bench.firmware.setpointWrites]).toEqual([12, 15]);
  });

  it('gives volts and amps in thousandths and a current of -1 where nothing is wired', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.ask(RELEASE);
    bench.ask(setCurrent(16));
    bench.pass(10);
    expect(bench.data('03 04d0 0002').readInt32BE()).toBe(230_000);
    expect(bench.data('03 04d6 0002').readInt32BE()).toBe(16_000);
    expect(bench.data('03 04dc 0002').readInt32BE()).toBe(Math.round(bench.socket.flow.totalPowerW() * 1000));
    expect(bench.data('03 009e 0006').toString('hex')).toBe('00003e80ffffffffffffffff');
    expect(bench.data('03 04e2 0004').readBigUInt64BE()).toBe(
      BigInt(Math.round(bench.socket.flow.totalImportWh())),
    );
  });

  it('is narrowed by its group and ends the session when it is made unavailable', () => {
    const bench = benchChargePoint('phoenix-charx');
    bench.ask(RELEASE);
    bench.ask('06 00a7 000a');
    expect(bench.socket.pilotA).toBe(10);
    bench.ask('06 0518 0000');
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([0, 'F0']);
    bench.ask('06 0518 0001');
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([0, 'B1']);
  });

  it('forgets release, current and watchdog with its supply', () => {
    const bench = benchChargePoint('phoenix-charx');
    for (const request of [RELEASE, setCurrent(10), '06 051a 0008', '06 051b 001e']) bench.ask(request);
    bench.powerCycle();
    bench.pass(40);
    expect(bench.ask('03 051a 0002')).toBe('03040010ffff');
    expect(bench.ask('03 0514 0002')).toBe('030400000020');
  });

  it.each([
    ['a fallback of 5 A', '06 051a 0005', '8603'],
    ['a fallback of 81 A', '06 051a 0051', '8603'],
    ['a release of 2', '06 0514 0002', '8603'],
    ['the second point of a station of one', '03 08fc 0001', '8302'],
    ['FC4', '04 0513 0001', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('phoenix-charx').ask(request)).toBe(expected);
  });
});
