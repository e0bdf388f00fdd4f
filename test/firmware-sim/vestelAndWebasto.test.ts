import { describe, expect, it } from 'vitest';
import { benchChargePoint } from './chargePointBench.ts';

const LIFE_BIT = '06 1770 0001';
const setCurrent = (currentA: number) => `06 138c 00${currentA.toString(16).padStart(2, '0')}`;

describe.each(['vestel-evc04', 'webasto-next'])('the life bit of %s', (model) => {
  it('keeps the set-point while it comes within 20 s, and is taken away at once', () => {
    const bench = benchChargePoint(model);
    bench.ask(setCurrent(16));
    bench.pass(120, { pduHex: LIFE_BIT, everyS: 15 });
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([16, false]);
    expect(bench.ask('03 1770 0001')).toBe('03020000');
  });

  it('is not replaced by anything else that is read or written', () => {
    const bench = benchChargePoint(model);
    bench.ask(setCurrent(16));
    bench.ask('06 07d0 0008');
    bench.ask(LIFE_BIT);
    bench.pass(19.5, { pduHex: setCurrent(16), everyS: 5 });
    expect(bench.socket.pilotA).toBe(16);
    bench.pass(0.5);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([8, true]);
    bench.ask(LIFE_BIT);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([16, false]);
  });

  it('has the time that is written, and 20 s again after its supply was gone', () => {
    const bench = benchChargePoint(model);
    bench.ask('06 07d2 003c');
    bench.ask('06 07d0 0000');
    bench.pass(59);
    expect(bench.socket.pilotA).toBe(32);
    bench.pass(1);
    expect(bench.socket.pilotA).toBe(0);
    bench.powerCycle();
    bench.pass(30);
    expect(bench.ask('03 07d2 0001')).toBe('03020014');
    expect(bench.ask('03 07d0 0001')).toBe('03020006');
    expect(bench.socket.pilotA).toBe(32);
  });

  it.each([
    ['a life bit of 2', '06 1770 0002', '8603'],
    ['a time-out of 0', '06 07d2 0000', '8603'],
    ['a safe current of 5 A', '06 07d0 0005', '8603'],
    ['a set-point of 5 A', setCurrent(5), '8603'],
    ['a set-point above its hardware', setCurrent(33), '8603'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint(model).ask(request)).toBe(expected);
  });
});

describe('Vestel EVC04', () => {
  it('reads 6 back after 0 was written', () => {
    const bench = benchChargePoint('vestel-evc04');
    bench.ask(setCurrent(0));
    expect(bench.socket.pilotA).toBe(0);
    expect(bench.ask('03 138c 0001')).toBe('03020006');
  });

  it('measures in input registers: currents of one word in mA, energy in 0.1 kWh', () => {
    const bench = benchChargePoint('vestel-evc04');
    bench.pass(3600, { pduHex: LIFE_BIT, everyS: 10 });
    const { flow } = bench.socket;
    expect(bench.ask('04 03f0 0001')).toBe('04027d00');
    expect(bench.ask('04 03f0 0002')).toBe('04047d000000');
    expect(bench.ask('04 03f6 0001')).toBe('040200e6');
    expect(bench.data('04 03fc 0002').readUInt32BE()).toBe(Math.round(flow.totalPowerW()));
    expect(bench.data('04 040c 0002').readUInt32BE()).toBe(Math.round(flow.totalImportWh() / 100));
    expect(bench.data('04 05de 0002').readUInt32BE()).toBe(Math.round(flow.totalImportWh()));
    expect(bench.ask('03 03f0 0001')).toBe('8302');
  });

  it('tells a car, a charge and a pause apart', () => {
    const bench = benchChargePoint('vestel-evc04', { isCarPlugged: false });
    const states = () =>
      [0x03e8, 0x03e9, 0x03ec].map((address) =>
        bench.data(`04 0${address.toString(16)} 0001`).readUInt16BE(),
      );
    expect(states()).toEqual([0, 0, 0]);
    bench.socket.car.plugIn();
    expect(states()).toEqual([1, 0, 3]);
    bench.pass(5);
    expect(states()).toEqual([2, 1, 3]);
    bench.ask(setCurrent(0));
    bench.pass(3);
    expect(states()).toEqual([3, 0, 3]);
  });

  it('spreads its texts one character a register', () => {
    const brand = benchChargePoint('vestel-evc04').data('04 00be 000a');
    expect(brand.toString('hex')).toBe('00560065007300740065006c0000000000000000');
  });

  it('changes over to one phase', () => {
    const bench = benchChargePoint('vestel-evc04', { phases: 3 });
    expect([bench.ask('04 0194 0001'), bench.ask('03 0195 0001')]).toEqual(['04020001', '03020001']);
    bench.ask('06 0195 0000');
    // What was asked for is read at once, whatever the contactor does.
    expect([bench.ask('03 0195 0001'), bench.socket.isOnOnePhase]).toEqual(['03020000', false]);
    bench.pass(25, { pduHex: LIFE_BIT, everyS: 5 });
    expect(bench.socket.flow.currentA).toEqual([expect.closeTo(32, 0), 0, 0]);
  });
});

describe('Webasto Next', () => {
  it('measures in holding registers, its currents in input registers too, energy in Wh', () => {
    const bench = benchChargePoint('webasto-next');
    bench.pass(3600, { pduHex: LIFE_BIT, everyS: 10 });
    const { flow } = bench.socket;
    expect([bench.ask('03 03f0 0001'), bench.ask('04 03f0 0001')]).toEqual(['03027d00', '04027d00']);
    expect(bench.data('03 03fc 0002').readUInt32BE()).toBe(Math.round(flow.totalPowerW()));
    expect(bench.data('03 040c 0002').readUInt32BE()).toBe(Math.round(flow.totalImportWh()));
    expect(bench.ask('04 03fc 0002')).toBe('8402');
  });

  it('goes through its states', () => {
    const bench = benchChargePoint('webasto-next', { isCarPlugged: false });
    const state = () => bench.data('03 03e8 0001').readUInt16BE();
    expect(state()).toBe(0);
    bench.socket.car.plugIn();
    expect(state()).toBe(1);
    bench.pass(5);
    expect(state()).toBe(3);
    bench.ask('06 138e 0002');
    bench.pass(3);
    expect(state()).toBe(4);
    expect(bench.socket.pilotA).toBe(0);
    bench.ask('06 138e 0001');
    bench.pass(3);
    expect(state()).toBe(3);
  });

  it('obeys the narrower of its limits in watts and in amps', () => {
    const bench = benchChargePoint('webasto-next');
    bench.ask('10 1388 0002 04 00000b1c');
    expect(bench.socket.pilotA).toBeCloseTo(2_844 / 230, 6);
    bench.ask(setCurrent(8));
    expect(bench.socket.pilotA).toBe(8);
    bench.ask('10 1388 0002 04 00000000');
    expect(bench.socket.pilotA).toBe(0);
  });

  it.each([
    ['its set-point to be read', '03 138c 0001', '8302'],
    ['half of its limit in watts', '06 1388 0000', '8601'],
    ['an order of 3', '06 138e 0003', '8603'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('webasto-next').ask(request)).toBe(expected);
  });
});
