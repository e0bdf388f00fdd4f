import { describe, expect, it } from 'vitest';
import { benchChargePoint, type ChargePointBench } from './chargePointBench.ts';

const TAKE_CONTROL = ['06 0051 0001', '06 0052 0000', '06 0053 0001'];
const START = '06 0101 0001';
const STOP = '06 0101 0002';
const setPower = (powerW: number) => `06 0104 ${(powerW & 0xffff).toString(16).padStart(4, '0')}`;
const stateOf = (bench: ChargePointBench) => bench.data('03 0219 0001').readUInt16BE();
const powerOf = (bench: ChargePointBench) => bench.data('03 020e 0001').readInt16BE();

function underControl(powerW: number): ChargePointBench {
  const bench = benchChargePoint('wallbox-quasar');
  for (const request of [...TAKE_CONTROL, setPower(powerW), START]) bench.ask(request);
  return bench;
}

describe('Wallbox Quasar', () => {
  it('charges by itself under its user', () => {
    const bench = benchChargePoint('wallbox-quasar');
    bench.pass(5);
    expect([stateOf(bench), bench.ask('03 0051 0002')]).toEqual([1, '030400000001']);
    expect(powerOf(bench)).toBeGreaterThan(7_300);
    bench.ask(setPower(-3_000));
    bench.pass(5);
    expect(powerOf(bench)).toBeGreaterThan(7_300);
  });

  it('charges with a positive set-point, within 2.5 s', () => {
    const bench = underControl(3_000);
    bench.pass(2.5);
    expect(stateOf(bench)).toBe(1);
    expect(Math.abs(powerOf(bench) - 3_000)).toBeLessThan(10);
    expect(bench.ask('03 0104 0001')).toBe('03020bb8');
  });

  it('empties the car into the house with a negative one', () => {
    const bench = underControl(-4_000);
    const { car, flow } = bench.socket;
    const socPercent = car.socPercent;
    bench.pass(2.5);
    expect(stateOf(bench)).toBe(11);
    expect(Math.abs(powerOf(bench) + 4_000)).toBeLessThan(10);
    expect([bench.socket.isCharging, bench.socket.isDischarging]).toEqual([false, true]);
    bench.pass(1_000);
    expect(flow.totalExportWh()).toBeGreaterThan(1_100);
    // More leaves the battery than arrives in the house.
    expect((socPercent - car.socPercent) * 2_000).toBeGreaterThan(1.05 * flow.totalExportWh());
    expect(bench.ask('03 0104 0001')).toBe('0302f060');
  });

  it('turns from charging to discharging and back', () => {
    const bench = underControl(7_000);
    bench.pass(3);
    bench.ask(setPower(-7_000));
    bench.pass(4);
    expect(powerOf(bench)).toBeLessThan(-6_900);
    bench.ask(setPower(7_000));
    bench.pass(4);
    expect(powerOf(bench)).toBeGreaterThan(6_900);
  });

  it.each([1_379, -1_379, 0])('does nothing at %d W, which is below its least power', (powerW) => {
    const bench = underControl(powerW);
    bench.pass(5);
    expect([powerOf(bench), stateOf(bench)]).toEqual([0, 4]);
  });

  it('stops, and starts again only when it is told', () => {
    const bench = underControl(3_000);
    bench.pass(3);
    bench.ask(STOP);
    bench.pass(3);
    expect([powerOf(bench), stateOf(bench)]).toEqual([0, 4]);
    bench.ask(setPower(5_000));
    bench.pass(3);
    expect(powerOf(bench)).toBe(0);
    bench.ask(START);
    bench.pass(3);
    expect(powerOf(bench)).toBeGreaterThan(4_900);
  });

  it('takes no power while its set-point is meant in amps', () => {
    const bench = underControl(3_000);
    bench.ask('06 0053 0000');
    bench.pass(5);
    expect(powerOf(bench)).toBe(0);
  });

  it('stops when no command arrives for its idle time; reading is no command', () => {
    const bench = underControl(-3_000);
    bench.ask('06 0058 003c');
    bench.pass(59.5, { pduHex: '03 0219 0001', everyS: 5 });
    expect(bench.socket.pilotA).toBeLessThan(-12);
    bench.pass(0.5);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([0, true]);
    bench.pass(3);
    expect(stateOf(bench)).toBe(4);
    bench.ask(setPower(-3_000));
    expect([bench.firmware.isFailSafe, bench.socket.pilotA]).toEqual([false, 0]);
  });

  it('starts on connect again once control is handed back', () => {
    const bench = underControl(3_000);
    expect(bench.ask('03 0051 0002')).toBe('030400010000');
    bench.ask(STOP);
    bench.ask('06 0051 0000');
    expect(bench.ask('03 0051 0002')).toBe('030400000001');
  });

  it('gives back no more than the car has', () => {
    const bench = underControl(-7_400);
    bench.pass(24 * 3600, { pduHex: setPower(-7_400), everyS: 600 });
    expect(bench.socket.car.socPercent).toBeCloseTo(5, 1);
    expect(powerOf(bench)).toBe(0);
  });

  it('is back with its user after its supply was gone', () => {
    const bench = underControl(-3_000);
    bench.powerCycle();
    bench.pass(40);
    expect(bench.ask('03 0051 0003')).toBe('0306000000010000');
    expect(bench.ask('03 0104 0001')).toBe('03020000');
  });

  it.each([
    ['more than 7400 W', setPower(7_401), '8603'],
    ['less than -7400 W', setPower(-7_401), '8603'],
    ['an idle time of 0, whose meaning is not stated', '06 0058 0000', '8603'],
    ['to read its action', '03 0101 0001', '8302'],
    ['FC4', '04 0219 0001', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('wallbox-quasar').ask(request)).toBe(expected);
  });
});
