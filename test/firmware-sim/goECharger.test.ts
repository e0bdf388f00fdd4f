import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';

const setInMemory = (currentA: number) => `10 012b 0001 02 00${currentA.toString(16).padStart(2, '0')}`;
const setInEeprom = (currentA: number) => `10 012c 0001 02 00${currentA.toString(16).padStart(2, '0')}`;
const force = (state: number) => `10 0151 0001 02 000${state}`;

describe('go-e Charger', () => {
  it('lets every register be read with FC3 and FC4', () => {
    const bench = benchChargePoint('go-e-charger');
    bench.pass(12);
    expect(bench.ask('03 0064 0001')).toBe('03020002');
    expect(bench.ask('04 0064 0001')).toBe('04020002');
    expect(bench.ask('04 012b 0001')).toBe('04020020');
    expect(bench.ask('03 0072 0002')).toBe('030400000140');
    expect(bench.ask('03 006c 0002')).toBe('0304000000e6');
    expect(bench.ask('03 00cd 0001')).toBe('03020009');
    expect(bench.data('03 0078 0002').readUInt32BE()).toBe(Math.round(bench.socket.flow.totalPowerW() * 100));
  });

  it('counts the session in steps of 10 Ws and its life in 0.1 kWh', () => {
    const bench = benchChargePoint('go-e-charger');
    bench.pass(3600);
    const energyWh = bench.socket.flow.totalImportWh();
    expect(bench.data('03 0084 0002').readUInt32BE() / 360).toBeCloseTo(energyWh, 2);
    expect(bench.data('03 0080 0002').readUInt32BE()).toBe(Math.round(energyWh / 100));
  });

  it('charges at the set-point in memory without wearing anything', () => {
    const bench = benchChargePoint('go-e-charger');
    expect(bench.ask(setInMemory(10))).toBe('10012b0001');
    expect(bench.socket.pilotA).toBe(10);
    expect([bench.firmware.setpointWrites, bench.firmware.wearWrites]).toEqual([1, 0]);
  });

  it('counts what its EEPROM must bear, and has it back after its supply was gone', () => {
    const bench = benchChargePoint('go-e-charger');
    bench.ask(setInEeprom(13));
    bench.ask(setInMemory(20));
    bench.ask(force(1));
    expect(bench.firmware.wearWrites).toBe(1);
    bench.powerCycle();
    bench.pass(10);
    expect(bench.ask('03 012b 0002')).toBe('0304000d000d');
    expect(bench.ask('03 0151 0001')).toBe('03020000');
    expect(bench.socket.pilotA).toBe(13);
  });

  it('pauses by force and resumes by force, and never by itself', () => {
    const bench = benchChargePoint('go-e-charger');
    bench.pass(12);
    bench.ask(force(1));
    bench.pass(3);
    expect(bench.ask('03 0064 0001')).toBe('03020004');
    expect(bench.ask('03 00c8 0001')).toBe('03020000');
    bench.pass(7200);
    expect(bench.socket.pilotA).toBe(0);
    bench.ask(force(2));
    expect(bench.ask('03 0064 0001')).toBe('03020003');
    bench.ask(force(0));
    bench.pass(10);
    expect(bench.ask('03 0064 0001')).toBe('03020002');
  });

  it('never exceeds its absolute maximum, nor its energy limit', () => {
    const bench = benchChargePoint('go-e-charger');
    bench.ask('10 00d3 0001 02 000c');
    expect(bench.socket.pilotA).toBe(12);
    expect(bench.data('03 014d 0004').readDoubleBE()).toBe(Number.POSITIVE_INFINITY);
    bench.ask('10 014d 0004 08 408f400000000000');
    bench.pass(3600);
    expect(bench.socket.flow.totalImportWh()).toBeGreaterThan(1_000);
    expect(bench.socket.flow.totalImportWh()).toBeLessThan(1_005);
  });

  it('changes over to one phase', () => {
    const bench = benchChargePoint('go-e-charger', { phases: 3 });
    bench.ask('10 014c 0001 02 0001');
    bench.pass(16);
    expect(bench.socket.flow.currentA[2]).toBe(0);
    expect(bench.ask('03 00cd 0001')).toBe('03020039');
  });

  it.each([
    ['FC6', '06 012b 000a', '8601'],
    ['a set-point of 0', setInMemory(0), '9003'],
    ['a set-point of 33 A', setInMemory(33), '9003'],
    ['a force state of 3', force(3), '9003'],
    ['a write to what is only a readback', '10 00c8 0001 02 0001', '9002'],
    ['an address of no register', '03 0066 0001', '8302'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('go-e-charger').ask(request)).toBe(expected);
  });
});
