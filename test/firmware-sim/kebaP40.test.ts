import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';

describe('KEBA P40', () => {
  it('shows itself by a product key of seven digits and gives voltages also without a charge', () => {
    const bench = benchChargePoint('keba-p40', { isCarPlugged: false });
    expect(String(bench.data('03 03f8 0002').readUInt32BE())).toMatch(/^4\d{6}$/);
    expect(bench.data('03 03fa 0002').readUInt32BE()).toBe(10_201);
    expect(bench.data('03 0410 0002').readUInt32BE()).toBe(230);
    expect(bench.ask('03 0610 0002')).toBe('030400000001');
    expect(benchChargePoint('keba-p40', { phases: 3 }).ask('03 0610 0002')).toBe('030400000003');
  });

  it('suspends at 0 mA and charges at what is written', () => {
    const bench = benchChargePoint('keba-p40');
    bench.pass(12);
    expect(bench.ask('03 03e8 0002')).toBe('030400000003');
    bench.ask('06 138c 0000');
    bench.pass(3);
    expect(bench.ask('03 03e8 0002')).toBe('030400000005');
    bench.ask('06 138c 2710');
    bench.pass(8);
    expect(bench.data('03 03f0 0002').readUInt32BE()).toBe(10_000);
    expect(bench.firmware.setpointWrites).toBe(2);
  });

  it('heeds no current any more under fast charging, until the car is gone', () => {
    const bench = benchChargePoint('keba-p40');
    bench.ask('06 138c 1770');
    expect(bench.socket.pilotA).toBe(6);
    expect(bench.ask('06 1450 0001')).toBe('0614500001');
    expect(bench.ask('03 04b0 0002')).toBe('030400000001');
    bench.ask('06 138c 0000');
    expect(bench.socket.pilotA).toBe(32);
    bench.socket.car.plugOut();
    bench.pass(1);
    bench.socket.car.plugIn();
    bench.pass(1);
    expect(bench.socket.pilotA).toBe(0);
  });

  it('falls to its fail-safe current after the time-out, and a read ends it', () => {
    const bench = benchChargePoint('keba-p40');
    bench.ask('06 1398 1770');
    bench.ask('06 139a 000a');
    bench.pass(9.75);
    expect(bench.firmware.isFailSafe).toBe(false);
    bench.pass(0.25);
    expect([bench.firmware.isFailSafe, bench.socket.pilotA]).toEqual([true, 6]);
    bench.ask('03 03e8 0002');
    expect([bench.firmware.isFailSafe, bench.socket.pilotA]).toEqual([false, 32]);
  });

  it.each([
    ['to be disabled, which later software may do', '06 1396 0000', '8602'],
    ['a phase switch', '06 13bc 0000', '8602'],
    ['a source for the phase switch', '06 13ba 0003', '8602'],
    ['half a value', '03 044c 0001', '8302'],
    ['fast charging to be undone', '06 1450 0000', '8603'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('keba-p40').ask(request)).toBe(expected);
  });
});
