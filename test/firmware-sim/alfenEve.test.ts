import { describe, expect, it } from 'vitest';
import { BENCH_START_MS, benchChargePoint } from './chargePointBench.ts';

const SIX_A = '40c00000';
const SIXTEEN_A = '41800000';
const NOT_AVAILABLE = '7fc00000';
const setCurrent = (floatHex: string) => `10 04ba 0002 04 ${floatHex}`;

describe('Alfen Eve', () => {
  it('holds its safe current until the first set-point, which it has not', () => {
    const bench = benchChargePoint('alfen-eve');
    expect(bench.ask('03 04ba 0002')).toBe(`0304${NOT_AVAILABLE}`);
    expect(bench.ask('03 04b6 0002')).toBe(`0304${SIX_A}`);
    expect(bench.ask('03 04be 0001')).toBe('03020000');
    expect([bench.firmware.isFailSafe, bench.socket.pilotA]).toEqual([true, 6]);
  });

  it('applies a set-point while it is valid: 60 s, and each write begins them anew', () => {
    const bench = benchChargePoint('alfen-eve');
    expect(bench.ask(setCurrent(SIXTEEN_A))).toBe('1004ba0002');
    expect(bench.data('03 04b8 0002').readUInt32BE()).toBe(60);
    expect(bench.ask('03 04be 0001')).toBe('03020001');
    bench.pass(59.75, { pduHex: '03 04b8 0002', everyS: 5 });
    expect(bench.ask('03 04b6 0002')).toBe(`0304${SIXTEEN_A}`);
    expect(bench.data('03 04b8 0002').readUInt32BE()).toBe(0);
    bench.ask(setCurrent(SIXTEEN_A));
    bench.pass(59.75);
    expect(bench.socket.pilotA).toBe(16);
    bench.pass(0.25);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([6, true]);
    expect(bench.ask('03 04b6 0002')).toBe(`0304${SIX_A}`);
    expect(bench.ask('03 04ba 0002')).toBe(`0304${SIXTEEN_A}`);
    expect(bench.ask('03 04be 0001')).toBe('03020000');
  });

  it('says its state in ASCII', () => {
    const bench = benchChargePoint('alfen-eve', { isCarPlugged: false });
    const state = () => bench.data('03 04b1 0005').toString('latin1').replaceAll('\0', '');
    bench.ask(setCurrent(SIXTEEN_A));
    expect(state()).toBe('A');
    bench.socket.car.plugIn();
    expect(state()).toBe('B2');
    bench.pass(6);
    expect(state()).toBe('C2');
    bench.ask(setCurrent('40800000'));
    expect(state()).toBe('C1');
    expect(bench.ask('03 04b6 0002')).toBe('030400000000');
    bench.pass(3);
    expect(state()).toBe('B1');
  });

  it('has NaN on the terminals that are not wired', () => {
    const bench = benchChargePoint('alfen-eve');
    bench.ask(setCurrent(SIXTEEN_A));
    bench.pass(10);
    expect(bench.ask('03 0140 0006')).toBe(`030c${SIXTEEN_A}${NOT_AVAILABLE}${NOT_AVAILABLE}`);
    expect(bench.ask('03 0132 0006')).toBe(`030c43660000${NOT_AVAILABLE}${NOT_AVAILABLE}`);
  });

  it('counts its energy as f64 in Wh', () => {
    const bench = benchChargePoint('alfen-eve');
    bench.pass(3600);
    const energyWh = bench.socket.flow.totalImportWh();
    expect(energyWh).toBeGreaterThan(1_300);
    expect(bench.data('03 0176 0004').readDoubleBE()).toBe(energyWh);
    expect(bench.data('03 016a 0004').readDoubleBE()).toBe(energyWh);
  });

  it('writes each changed set-point into its event log, and no repeated one', () => {
    const bench = benchChargePoint('alfen-eve');
    for (const value of [SIXTEEN_A, SIXTEEN_A, SIX_A, SIX_A, SIXTEEN_A]) bench.ask(setCurrent(value));
    expect([bench.firmware.setpointWrites, bench.firmware.wearWrites]).toEqual([5, 3]);
  });

  it('loses set-point and validity with its supply', () => {
    const bench = benchChargePoint('alfen-eve');
    bench.ask(setCurrent(SIXTEEN_A));
    bench.powerCycle();
    expect(bench.socket.pilotA).toBe(0);
    bench.pass(60);
    expect(bench.ask('03 04ba 0002')).toBe(`0304${NOT_AVAILABLE}`);
    expect(bench.socket.pilotA).toBe(6);
  });

  it('answers as the station under unit 200', () => {
    const bench = benchChargePoint('alfen-eve');
    expect(bench.ask('03 0451 0001', 200)).toBe('03020001');
    expect(bench.ask('03 044c 0002', 200)).toBe('030442000000');
    expect(bench.data('03 0075 0005', 200).toString('latin1')).toBe('Alfen NV\0\0');
    expect(bench.data('03 00a8 0006', 200).toString('hex')).toBe('07ea00030002000600000000');
    expect(new Date(BENCH_START_MS).toISOString()).toBe('2026-03-02T06:00:00.000Z');
    expect(bench.ask('03 04ba 0002', 200)).toBe('8302');
    expect(bench.ask('03 0451 0001', 1)).toBe('8302');
  });

  it('charges on one phase of three when told so', () => {
    const bench = benchChargePoint('alfen-eve', { phases: 3 });
    expect(bench.ask('03 04bf 0001')).toBe('03020003');
    bench.ask('06 04bf 0001');
    bench.pass(15);
    expect(bench.socket.flow.currentA[1]).toBe(0);
    expect(bench.socket.flow.currentA[0]).toBeCloseTo(6, 3);
  });

  it.each([
    ['half a set-point', '06 04ba 4180', '8601'],
    ['to read half a value', '03 04ba 0001', '8302'],
    ['to read from within a value', '03 04bb 0002', '8302'],
    ['NaN as a set-point', `10 04ba 0002 04 ${NOT_AVAILABLE}`, '9003'],
    ['two phases', '06 04bf 0002', '8603'],
    ['a write to what it applies', `10 04b6 0002 04 ${SIX_A}`, '9002'],
    ['FC4', '04 04ba 0002', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('alfen-eve').ask(request)).toBe(expected);
  });
});
