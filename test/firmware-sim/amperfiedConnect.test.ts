import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';

/** Any valid frame feeds its watchdog. */
const STATE_READ = { pduHex: '04 0005 0001', everyS: 1 };

describe('Amperfied connect', () => {
  it('has the map of the Heidelberg, and a card and a phase switch besides', () => {
    const bench = benchChargePoint('amperfied-connect', { phases: 3 });
    expect(bench.firmware.unit).toBe(255);
    expect(bench.ask('04 0004 0001')).toBe('04020107');
    expect(bench.ask('03 0101 0001')).toBe('03023a98');
    expect(bench.ask('04 07d2 0006')).toBe(`040c${'0'.repeat(24)}`);
    expect(bench.ask('04 1389 0001')).toBe('04020003');
  });

  it('changes over to one phase and back', () => {
    const bench = benchChargePoint('amperfied-connect', { phases: 3 });
    expect(bench.ask('06 01f5 0001')).toBe('0601f50001');
    expect(bench.ask('04 1389 0001')).toBe('04020003');
    bench.pass(10, STATE_READ);
    expect(bench.ask('04 1389 0001')).toBe('04020001');
    bench.pass(8, STATE_READ);
    expect(bench.socket.flow.currentA).toEqual([expect.closeTo(16, 3), 0, 0]);
    bench.ask('10 01f5 0001 02 0003');
    bench.pass(4, STATE_READ);
    expect(bench.socket.flow.currentA).toEqual([0, 0, 0]);
    bench.pass(14, STATE_READ);
    expect(bench.socket.flow.currentA[2]).toBeCloseTo(16, 3);
    expect(bench.ask('06 01f5 0002')).toBe('8603');
    bench.ask('06 01f5 0000');
    expect(bench.ask('03 01f5 0001')).toBe('03020000');
    bench.powerCycle();
    bench.pass(5);
    expect([bench.ask('03 01f5 0001'), bench.ask('04 1389 0001')]).toEqual(['03020003', '04020003']);
  });

  it('stops within 15 s of silence, as shipped', () => {
    const bench = benchChargePoint('amperfied-connect');
    bench.pass(14.75);
    expect(bench.socket.pilotA).toBe(16);
    bench.pass(0.25);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([0, true]);
  });
});
