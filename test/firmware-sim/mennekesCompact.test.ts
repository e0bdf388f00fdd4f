import { describe, expect, it } from 'vitest';
import { standBench } from './bench.ts';
import { benchChargePoint, type ChargePointBench } from './chargePointBench.ts';

const HEARTBEAT = '06 0d00 55aa';
const RELEASE = '06 0d05 0001';
const SET_TEN_A = '10 0302 0002 04 41200000';
const stateOf = (bench: ChargePointBench) => bench.data('03 0100 0001').readUInt16BE();

describe('Mennekes AMTRON Compact', () => {
  it('charges once its heart beats, it is released and it has a current', () => {
    const bench = benchChargePoint('mennekes-compact');
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([0, 2]);
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A]) bench.ask(request);
    bench.pass(6);
    expect([bench.socket.pilotA, stateOf(bench)]).toEqual([10, 5]);
    expect(bench.ask('03 0500 0002')).toBe('030441200000');
    expect(bench.ask('03 0506 0002')).toBe('030443660000');
    expect(bench.ask('03 0302 0002')).toBe('030441200000');
  });

  it('goes to error 10 s after the last heartbeat, whatever else is asked or written', () => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A]) bench.ask(request);
    bench.pass(9.75, { pduHex: SET_TEN_A, everyS: 1 });
    expect(bench.socket.pilotA).toBe(10);
    bench.pass(0.25);
    expect([bench.socket.pilotA, stateOf(bench), bench.firmware.isFailSafe]).toEqual([0, 6, true]);
  });

  it('needs release and current anew after an error, and takes them only while its heart beats', () => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A]) bench.ask(request);
    bench.pass(12);
    expect([bench.ask(RELEASE), bench.ask(SET_TEN_A)]).toEqual(['8604', '9004']);
    bench.ask(HEARTBEAT);
    expect([stateOf(bench), bench.socket.pilotA]).toEqual([2, 0]);
    expect(bench.ask('03 0d05 0001')).toBe('03020000');
    bench.ask(SET_TEN_A);
    expect(bench.socket.pilotA).toBe(0);
    bench.ask(RELEASE);
    expect(bench.socket.pilotA).toBe(10);
  });

  it.each([
    ['no set-point yet: no limit at all', undefined, 32],
    ['0: no limit at all', '10 0302 0002 04 00000000', 32],
    ['3 A: no permission', '10 0302 0002 04 40400000', 0],
  ])('released with %s', (_, setpoint, pilotA) => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE]) bench.ask(request);
    if (setpoint !== undefined) bench.ask(setpoint);
    expect(bench.socket.pilotA).toBe(pilotA);
  });

  it('names its grid phases and the state of its pilot', () => {
    const bench = standBench('mennekes-compact');
    expect(bench.words(0x0311, 1)).toBe('0002');
    expect(standBench('mennekes-compact', { phases: 1 }).words(0x0311, 1)).toBe('0000');
    expect(bench.words(0x0108, 1)).toBe('000a');
    bench.stand.socket?.car.plugIn();
    expect(bench.words(0x0108, 1)).toBe('000b');
  });

  it('charges for as long as its heart beats', () => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A]) bench.ask(request);
    bench.pass(600, { pduHex: HEARTBEAT, everyS: 5 });
    expect(bench.socket.pilotA).toBe(10);
    expect(bench.data('03 1000 0002').readFloatBE()).toBeCloseTo(bench.socket.flow.totalImportWh() / 1000, 4);
    expect(bench.data('03 0512 0002').readFloatBE()).toBeCloseTo(bench.socket.flow.totalPowerW(), 2);
  });

  it('pauses when its release is taken', () => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A, '06 0d05 0000']) bench.ask(request);
    expect(bench.socket.pilotA).toBe(0);
    expect(bench.firmware.setpointWrites).toBe(1);
  });

  it('changes over between phases only while it is not released', () => {
    const bench = benchChargePoint('mennekes-compact', { phases: 3 });
    bench.ask(HEARTBEAT);
    bench.ask(RELEASE);
    expect(bench.ask('06 0d04 0001')).toBe('8603');
    bench.ask('06 0d05 0000');
    expect(bench.ask('06 0d04 0001')).toBe('060d040001');
    bench.pass(10);
    expect(bench.socket.phasesInUse).toBe(1);
  });

  it('forgets everything with its supply', () => {
    const bench = benchChargePoint('mennekes-compact');
    for (const request of [HEARTBEAT, RELEASE, SET_TEN_A]) bench.ask(request);
    bench.powerCycle();
    bench.pass(10);
    bench.ask(HEARTBEAT);
    expect(bench.ask('03 0d05 0001')).toBe('03020000');
    expect(bench.ask('03 0302 0002')).toBe('030400000000');
  });

  it.each([
    ['another heartbeat', '06 0d00 aa55', '8603'],
    ['a current that is no number', '10 0302 0002 04 7fc00000', '9003'],
    ['to read the heartbeat', '03 0d00 0001', '8302'],
    ['half of a current', '06 0302 4120', '8601'],
    ['FC4', '04 0100 0001', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('mennekes-compact').ask(request)).toBe(expected);
  });
});
